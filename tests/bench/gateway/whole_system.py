"""How soon an operator's word is in force: sluicectl limit through HTTP, the four processes, TCP and the gateway."""

import os
import shutil
import socket
import statistics
import subprocess
import threading
import time

import changes
import place as places
import windows
from load import Load, Stream
from rows import Row

# Seconds from one order to the next. No multiple of the server's interval of 100 ms: ten orders meet it at ten moments
# that are 30 ms apart, whatever the first one meets.
INTERVAL = 0.73
STREAM = "gw-bench/disk/127.0.0.1"


class Relay:
    """Between sluicectl and the server: notes when the request came. One connection at a time."""

    def __init__(self, port):
        self._port, self.requested_at = port, None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client, socket.create_connection(("127.0.0.1", self._port)) as server:
                back = threading.Thread(target=self._pass, args=(server, client), daemon=True)
                back.start()
                self._pass(client, server, note=True)
                back.join()

    def _pass(self, source, target, note=False):
        try:
            while data := source.recv(65536):
                if note and data.startswith(b"PUT "):
                    self.requested_at = time.monotonic()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self._listener.close()


class Instance:
    """What deploy/up starts, in a directory and with ports of its own. The place's guard ends it if this process dies."""

    def __init__(self, place):
        self._place = place
        ports = [place.new_address("tcp").rsplit(":", 1)[1] for _ in range(3)]
        self.http_port, self.address = int(ports[0]), f"127.0.0.1:{ports[2]}"
        self.var = place.path("var")
        ini = place.write("gateway.ini", '[gateway]\nname="gw-bench"\nlisten=["127.0.0.1:10809"]\n[control]\n'
                          'server="127.0.0.1"\nport=4747\n[backend.disk]\nkind="file"\n'
                          f'path="{place.disk}"\n[volume.disk]\nbackend="disk"\n')
        self._environment = {key: value for key, value in os.environ.items() if not key.startswith("SLUICE_")} | {
            "SLUICE_VAR": self.var, "SLUICE_BUILD": os.path.dirname(place.binaries), "SLUICE_GATEWAY_INI": ini,
            "SLUICE_HTTP_PORT": ports[0], "SLUICE_CONTROL_PORT": ports[1], "SLUICE_NBD_PORT": ports[2]}
        up = subprocess.run(["deploy/up", "--no-build", "--no-install"], cwd=places.ROOT, env=self._environment, check=False,
                            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if up.returncode != 0:
            self.stop()
            raise places.Missing(f"deploy/up failed: {(up.stdout + up.stderr)[-500:]}")

    def stop(self):
        subprocess.run(["deploy/down"], cwd=places.ROOT, env=self._environment, check=False, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.var, ignore_errors=True)  # the next round's must not remember this one's orders

    def command(self, url, *arguments):
        return [self._place.binary("sluicectl"), "--server", url, "--token-file", f"{self.var}/run/token", *arguments]

    def url(self):
        return f"http://127.0.0.1:{self.http_port}"


def _limit(instance, relay, iops):
    """Gives the order; (moment of the command's start, moment of its request)."""
    relay.requested_at = None
    started = time.monotonic()
    done = subprocess.run(instance.command(relay.url, "limit", STREAM, "--iops", str(iops), "--for", "10m", "--why",
                                           "benchmark"), check=False, capture_output=True, text=True)
    if done.returncode != 0 or relay.requested_at is None:
        raise places.Missing(f"sluicectl limit failed: {done.stderr.strip()}")
    return started, relay.requested_at


def _wait_for_stream(instance):
    deadline = time.monotonic() + places.PATIENCE
    while subprocess.run(instance.command(instance.url(), "get", "stream", STREAM), check=False,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
        if time.monotonic() > deadline:
            raise places.Missing("the stream does not appear")
        time.sleep(0.1)


def _orders(instance, relay, number):
    """The first order meets an unlimited stream. [(started, requested, IOPS)]"""
    made = []
    for i in range(number + 1):
        due = time.monotonic() + INTERVAL
        iops = (changes.LOW_IOPS, changes.HIGH_IOPS)[i % 2]
        made.append((*_limit(instance, relay, iops), iops))
        time.sleep(max(0.0, due - time.monotonic()))
    return made


def _figures(run, made):
    from_start = changes.delays_ms(run, [(started, iops) for started, _, iops in made], INTERVAL)
    from_request = changes.delays_ms(run, [(requested, iops) for _, requested, iops in made], INTERVAL)
    first = int((made[1][0] - run.began_s) * 1e6) - 50_000
    return {"first_ms": from_start[0], "command_median_ms": statistics.median(from_start[1:]),
            "command_worst_ms": max(from_start[1:]), "request_median_ms": statistics.median(from_request[1:]),
            "request_worst_ms": max(from_request[1:]), "all_ms": from_start,
            "series": {"system": windows.counts(run.times[0], first, first + 1_500_000, 5_000)}}


def _measure(place, timing):
    instance = Instance(place)
    try:
        relay = Relay(instance.http_port)
        server = places.Server(None, instance.address, "disk", None)
        ahead = 3.0 if not timing.quick else 1.5
        length = ahead + (timing.orders + 2) * INTERVAL
        load = Load(place, [Stream(server, depth=32)], length, 0, times=True, core=None)
        _wait_for_stream(instance)
        made = _orders(instance, relay, timing.orders)
        run = load.finish()
        relay.close()
    finally:
        instance.stop()
    if run.fault:
        return {"fault": run.fault}
    return _figures(run, made)


def rows(timing):
    return [Row("system/limit", lambda place: _measure(place, timing), every=2)]
