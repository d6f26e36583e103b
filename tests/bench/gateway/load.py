"""Runs the load generator, which does all timing and checking, and reads what it says."""

import array
import json
import os
import subprocess

import place as places


class Stream:
    """One stream of a run: what the load generator's --stream says."""

    def __init__(self, server, op="read", size=4096, depth=32, pace=0, volume=None, base=0):
        self.size = size
        self.text = (f"to={server.address},volume={server.volume if volume is None else volume},op={op},bytes={size},"
                     f"depth={depth},pace={pace},base={base}")


class Run:
    """The figures of one run. With `fault` it has none."""

    def __init__(self, said, times):
        self.fault = said.get("fault", "")
        self.times = times  # per stream: completions [us since the first request], in order
        if self.fault:
            return
        self.began_s = said["began_ns"] / 1e9  # CLOCK_MONOTONIC, as time.monotonic()
        self.seconds = (said["to_ns"] - said["from_ns"]) / 1e9
        self.streams = said["streams"]
        self.answers = sum(x["answers"] for x in self.streams)
        self.per_second = self.answers / self.seconds
        self.p50_us, self.p99_us = self.streams[0]["p50_us"], self.streams[0]["p99_us"]
        self.cpu_us = said["server_cpu_ns"] / 1000 / self.answers if said["server_cpu_ns"] >= 0 and self.answers else -1


class Load:
    """A load generator that runs, on the clients' core unless told."""

    def __init__(self, place, streams, seconds, warm_up=0.1, pause=None, cpu_of=None, times=False,
                 core=places.CLIENT_CORE):
        self._streams, self._directory = streams, None
        command = [place.binary("sluice-bench-gateway-load"), "--seconds", str(seconds), "--warm-up", str(warm_up)]
        if pause:
            command += ["--pause", f"{pause[0]},{pause[1]}"]
        if cpu_of:
            command += ["--cpu-of", str(cpu_of.process.pid)]
        if times:
            self._directory = place.new_path("times")
            os.mkdir(self._directory)
            command += ["--times", self._directory]
        for stream in streams:
            command += ["--stream", stream.text]
        self._process, _ = place.start(command, core, stdout=subprocess.PIPE)

    def finish(self):
        output, _ = self._process.communicate()
        try:
            said = json.loads(output)
        except ValueError:
            said = {"fault": f"the load generator ended with {self._process.returncode}"}
        times = []
        if self._directory and "fault" not in said:
            for i in range(len(self._streams)):
                with open(f"{self._directory}/{i}", "rb") as file:
                    times.append(array.array("I", file.read()))
        return Run(said, times)


def play(*args, **more):
    """A whole run."""
    return Load(*args, **more).finish()
