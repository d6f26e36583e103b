"""The real system under test: nbdkit's devices, and what deploy/up starts in front of them, in a directory and with ports of
its own. The place's guard ends it if this process dies."""

import dataclasses
import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

import place as places

GATEWAY = "gw-bench"
SLICE_BYTES = 64 << 20
UNLIMITED_BITS = 1 << 40
BITS_OF_A_BLOCK = 4096 * 8
BURST_SECONDS = 0.05  # of the device's rate: short beside the 1 s windows that are judged
SERVER_PROCESSES = ("sla-core", "performance-monitor")


@dataclasses.dataclass(frozen=True)
class Device:
    """`servers` of `delay_ms` each, on one connection: its threads are per connection, and the gateway makes one. With
    `variable` its capacity can be lowered while it runs, by nbdkit's rate filter and its dynamic rate file."""

    name: str
    servers: int
    delay_ms: int
    variable: bool = False


def run(command, **more):
    return subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, **more)


class Devices:
    """The nbdkit processes. They end with this process."""

    def __init__(self, place, wanted):
        self._place, self.sockets, self.processes, self._rates = place, {}, [], {}
        for device, volumes in wanted.items():
            self._start(device, volumes)

    def _start(self, device, volumes):
        socket = self._place.new_path("device")
        command = ["nbdkit", "-f", "-t", str(device.servers), "-U", socket, "memory", f"size={volumes * SLICE_BYTES}"]
        if device.variable:
            self._rates[device.name] = self._place.new_path("rate")
            command += ["--filter=rate", f"rate={UNLIMITED_BITS}", f"rate-file={self._rates[device.name]}",
                        f"burstiness={BURST_SECONDS}"]
        command += ["--filter=delay", f"rdelay={device.delay_ms}ms", f"wdelay={device.delay_ms}ms"]
        process, log = self._place.start(command)
        self.processes.append(process)
        self.sockets[device.name] = socket
        deadline = time.monotonic() + places.PATIENCE
        while not os.path.exists(socket):
            if process.poll() is not None or time.monotonic() > deadline:
                with open(log, encoding="utf-8", errors="replace") as text:
                    raise places.Missing(f"nbdkit does not serve: {text.read().strip()[-500:]}")
            time.sleep(0.02)

    def limit(self, name, iops):
        """The device gives so many 4 KiB reads per second from now on; None = what its servers give."""
        path = self._rates[name]
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(str(UNLIMITED_BITS if iops is None else round(iops * BITS_OF_A_BLOCK)))
        os.rename(path + ".new", path)


class Instance:
    """Four processes, PostgreSQL and a gateway with all volumes of all scenarios."""

    def __init__(self, place, volumes):
        """@param volumes: {Device: [names]}"""
        self._place = place
        self.devices = Devices(place, {device: len(names) for device, names in volumes.items()})
        ports = [place.new_address("tcp").rsplit(":", 1)[1] for _ in range(4)]
        self.address, self._http, self._metrics = f"127.0.0.1:{ports[2]}", ports[0], ports[3]
        self.var = place.path("var")
        self._environment = {key: value for key, value in os.environ.items() if not key.startswith("SLUICE_")} | {
            "SLUICE_VAR": self.var, "SLUICE_BUILD": os.path.dirname(place.binaries),
            "SLUICE_GATEWAY_INI": place.write("gateway.ini", self._gateway_ini(volumes)),
            "SLUICE_HTTP_PORT": ports[0], "SLUICE_CONTROL_PORT": ports[1], "SLUICE_NBD_PORT": ports[2]}
        self._deploy("up", "--no-build", "--no-install")
        self.knee = None
        self.set_knee(("10ms", "20ms"), SERVER_PROCESSES)

    def _gateway_ini(self, volumes):
        lines = [f'[gateway]\nname="{GATEWAY}"\nlisten=["127.0.0.1:10809"]\n[control]\nserver="127.0.0.1"\nport=4747',
                 f'[metrics]\nlisten="127.0.0.1:{self._metrics}"', "[logger]\nconsole-verbosity='debug'"]
        for device, names in volumes.items():
            lines.append(f'[backend.{device.name}]\nkind="nbd"\nconnections=1\n'
                         f'uri="nbd+unix:///?socket={self.devices.sockets[device.name]}"')
            lines += [f'[volume.{name}]\nbackend="{device.name}"\noffset="{i * SLICE_BYTES}B"\nsize="{SLICE_BYTES}B"'
                      for i, name in enumerate(names)]
        return "\n".join(lines) + "\n"

    def _deploy(self, what, *arguments):
        done = run([f"deploy/{what}", *arguments], cwd=places.ROOT, env=self._environment)
        if done.returncode != 0:
            raise places.Missing(f"deploy/{what} failed: {(done.stdout + done.stderr)[-800:]}")

    def set_knee(self, knee, restart=("sla-core",)):
        """The latency aimed at where none was promised, (least, most). Starts the processes again, with the log that this
        benchmark reads."""
        if knee == self.knee:
            return
        self.knee = knee
        least, most = knee
        for name in restart:
            ini = f"{self.var}/config/{name}.ini"
            settings = ["logger.console-verbosity='debug'"]
            if name == "sla-core":
                settings += [f"sla-core.knee={most}", f"sla-core.knee-least={least}"]
            subprocess.run(["/usr/bin/python3", "deploy/instance/derive.py", ini, ini, *settings], cwd=places.ROOT, check=True)
            self._deploy("up", "--no-build", "--no-install", "--only", name)

    def restart(self, name):
        """Killed, and started again at once."""
        self._deploy("down", "--only", name, "--kill")
        self._deploy("up", "--no-build", "--no-install", "--only", name)

    def stand_still(self, name, seconds):
        with open(f"{self.var}/run/{name}.pid", encoding="ascii") as file:
            pid = int(file.read().split()[0])
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)

    def stop(self):
        run(["deploy/down"], cwd=places.ROOT, env=self._environment)

    def client(self, *arguments):
        done = run([self._place.binary("sluicectl"), "--server", f"http://127.0.0.1:{self._http}", "--token-file",
                    f"{self.var}/run/token", *arguments])
        if done.returncode != 0:
            raise places.Missing(f"sluicectl {' '.join(arguments)} failed: {done.stderr.strip()}")
        return done.stdout

    def agree(self, agreements):
        """These agreements and no others: {name: (volumes' pattern, objective)}."""
        found = json.loads(self.client("get", "agreements", "-o", "json"))
        for item in found["items"] if isinstance(found, dict) else found:
            if item["metadata"]["name"] not in agreements:
                self.client("delete", "agreement", item["metadata"]["name"])
        for name, (pattern, objective) in agreements.items():
            self._establish({"apiVersion": "sluice/v1", "kind": "Agreement", "metadata": {"name": name, "tenant": name},
                             "spec": {"streams": {"gateway": "*", "volume": pattern, "client": "*"}, "objective": objective}})

    def _establish(self, document):
        """Also what the server would not promise: scenario 8 is about that, and a busy machine's device is a slow one."""
        with open(f"{self.var}/run/token", encoding="ascii") as file:
            token = file.read().strip()
        name = document["metadata"]["name"]
        order = urllib.request.Request(f"http://127.0.0.1:{self._http}/api/v1/agreements/{name}?force=true", method="PUT",
                                       data=json.dumps(document).encode(),
                                       headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        try:
            urllib.request.urlopen(order, timeout=10).close()
        except urllib.error.HTTPError as problem:
            raise places.Missing(f"agreement {name} was refused: {problem.read().decode(errors='replace')[-500:]}") from None

    def backend_latency(self, volumes):
        """(seconds, requests) that these volumes' requests spent at the backend since the gateway was started."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._metrics}/metrics", timeout=5) as answer:
            text = answer.read().decode()
        sums = {"sum": 0.0, "count": 0.0}
        for kind, volume, value in re.findall(
                r'^sluice_gateway_stream_backend_latency_seconds_(sum|count)\{[^}]*volume="([^"]*)"[^}]*\} (\S+)$', text, re.M):
            if volume in volumes:
                sums[kind] += float(value)
        return sums["sum"], sums["count"]

    def log(self, name):
        with open(f"{self.var}/log/{name}.log", encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()

    def cpu_seconds(self):
        """Of everything that runs for us and is not waited for by us: the devices, and the sessions of deploy/up."""
        sessions = set()
        for name in os.listdir(f"{self.var}/run"):
            if name.endswith(".pid"):
                with open(f"{self.var}/run/{name}", encoding="ascii") as file:
                    sessions.add(int(file.read().split()[0]))
        devices = {x.pid for x in self.devices.processes}
        ticks = 0
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
            except OSError:
                continue  # it has ended
            if int(fields[3]) in sessions or int(pid) in devices:
                ticks += sum(map(int, fields[11:15]))  # with children that it waited for
        return ticks / os.sysconf("SC_CLK_TCK")
