"""The HTTP interface under load: GETs of one answer by many connections while others listen to events, beside nginx with a
file of the same size under the same load in the same run; then how long lists of many streams take.

The server is the real one, fed with samples through shared memory as the performance monitor does. Needs wrk and nginx."""

import argparse
import json
import os
import pathlib
import re
import selectors
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

BARS = {"requests": 5000.0, "p99_ms": 20.0, "memory_mib": 50.0, "list_ms": 300.0}
LISTENERS = 100
TOPICS = 10
CONNECTIONS = 32


def free_port():
    with socket.socket() as x:
        x.bind(("127.0.0.1", 0))
        return x.getsockname()[1]


class Served:
    """The application server and its feeder in a directory of shared memory, both gone at the end."""

    def __init__(self, bin_directory, streams, period_ms):
        self.bin = bin_directory
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="sluice-api-", dir="/dev/shm"))
        self.port = free_port()
        self.log = open(self.path / "log", "ab")
        self.server = subprocess.Popen(
            [self.bin / "sluice-application-server", f"--shm.directory={self.path}", f"--application-server.port={self.port}",
             f"--application-server.token-file={self.path}/token", "--application-server.requests-per-second=1000000"],
            stdout=self.log, stderr=self.log)
        self.wait(lambda: " ready " in (self.path / "log").read_text(errors="replace"), "it is ready")
        self.token = (self.path / "token").read_text(encoding="ascii").strip()
        self.feeder = subprocess.Popen([self.bin / "sluice-bench-api", self.path, str(streams), str(period_ms)],
                                       stdout=subprocess.PIPE, text=True)
        self.feeder.stdout.readline()
        self.wait(lambda: self.count() >= streams, "it knows all streams")

    def wait(self, condition, what, patience=60):
        end = time.monotonic() + patience
        while not condition():
            if time.monotonic() > end or self.server.poll() is not None:
                raise RuntimeError(f"the application server: waited in vain until {what}: "
                                   + (self.path / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    def get(self, target):
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1/{target}",
                                       headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.read()

    def count(self):
        return sum(int(float(line.rsplit(" ", 1)[1])) for line in self.metrics() if line.startswith("sluice_streams"))

    def metrics(self):
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}/metrics",
                                                           headers={"Authorization": f"Bearer {self.token}"}), timeout=30) as x:
            return x.read().decode().splitlines()

    def memory_mib(self):
        for line in pathlib.Path(f"/proc/{self.server.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.server.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def remove(self):
        for process in (self.feeder, self.server):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
        self.log.close()
        shutil.rmtree(self.path, ignore_errors=True)


def listen(port, token, seconds, ready):
    """100 listeners to ten topics each. In a process of its own: prints events per second of the slowest and of all."""
    topics = ",".join(f"streams/gateway0/volume{i}/client{i}" for i in range(TOPICS))
    chosen = selectors.DefaultSelector()
    seen = {}
    for _ in range(LISTENERS):
        x = socket.create_connection(("127.0.0.1", port))
        x.sendall(f"GET /api/v1/watch?topics={topics} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        chosen.register(x, selectors.EVENT_READ)
        seen[x] = 0
    begin = time.monotonic()
    counting = False
    while time.monotonic() - begin < seconds + 2:
        if not counting and time.monotonic() - begin > 2:  # the first events tell what is; from then on what changes
            counting = True
            seen = dict.fromkeys(seen, 0)
            ready.touch()
        for key, _ in chosen.select(0.2):
            got = key.fileobj.recv(1 << 16)
            if not got:
                raise RuntimeError("a listener was cut off")
            seen[key.fileobj] += got.count(b"\nid: ")
    print(json.dumps({"slowest": min(seen.values()) / seconds, "mean": statistics.mean(seen.values()) / seconds}))


def wrk(url, seconds, token=None):
    """Requests per second and the 99th percentile in milliseconds."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    said = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"wrk met errors: {said}")
    value, unit = re.search(r"99%\s+([0-9.]+)(us|ms|s)", said).groups()
    return (float(re.search(r"Requests/sec:\s+([0-9.]+)", said).group(1)),
            float(value) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit])


def nginx(body, seconds):
    """The same load on a file of the same size, by one worker."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="sluice-nginx-"))
    place.chmod(0o755)
    port = free_port()
    (place / "file").write_bytes(body)
    (place / "conf").write_text(
        f"worker_processes 1; daemon off; pid {place}/pid; error_log {place}/error.log;\n"
        f"events {{ worker_connections 256; }}\n"
        f"http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {place}/a; proxy_temp_path {place}/b; "
        f"fastcgi_temp_path {place}/c; uwsgi_temp_path {place}/d; scgi_temp_path {place}/e;\n"
        f"server {{ listen 127.0.0.1:{port}; root {place}; }} }}\n", encoding="ascii")
    server = subprocess.Popen(["nginx", "-p", place, "-c", place / "conf"], stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 20
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/file", timeout=5).read()
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        return wrk(f"http://127.0.0.1:{port}/file", seconds)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
        shutil.rmtree(place, ignore_errors=True)


def under_load(args):
    x = Served(args.bin, args.streams, args.period_ms)
    try:
        body = x.get("gateways")
        base = x.memory_mib()
        ready = x.path / "listening"
        listener = subprocess.Popen([sys.executable, "-B", __file__, "--listen", str(x.port), x.token, str(args.seconds), ready],
                                    stdout=subprocess.PIPE, text=True)
        x.wait(ready.exists, "all listen")
        cpu, began = x.cpu_seconds(), time.monotonic()
        requests, p99 = wrk(f"http://127.0.0.1:{x.port}/api/v1/gateways", args.seconds, x.token)
        memory = x.memory_mib() - base
        cpu = (x.cpu_seconds() - cpu) / (time.monotonic() - began)
        told = json.loads(listener.communicate(timeout=60)[0])
        return {"requests": requests, "p99_ms": p99, "memory_mib": memory, "base_mib": base, "cpu": cpu, "bytes": len(body), **told,
                "body": body}
    finally:
        x.remove()


def lists(args):
    """How long the overview and a page of streams take with many streams, as the client and the dashboard ask, in ms."""
    x = Served(args.bin, args.many, args.many_period_ms)
    try:
        took = {}
        for name, target in (("overview", "overview"), ("first 50 streams", "streams?limit=50"), ("first 1000 streams", "streams?limit=1000")):
            times = []
            for _ in range(20):
                time.sleep(0.3)  # longer than an answer is kept: each is made anew
                began = time.monotonic()
                x.get(target)
                times.append(1000 * (time.monotonic() - began))
            took[name] = max(times)
        times = []
        for _ in range(5):
            time.sleep(0.3)
            began = time.monotonic()
            subprocess.run([x.bin / "sluicectl", "get", "streams", "--server", f"http://127.0.0.1:{x.port}", "--token-file", x.path / "token"],
                           check=True, stdout=subprocess.DEVNULL)
            times.append(1000 * (time.monotonic() - began))
        took["sluicectl get streams, all pages"] = max(times)
        return took
    finally:
        x.remove()


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run api")
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--commit", default="unknown")
    parser.add_argument("--json")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--period-ms", type=int, default=1000)
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--many-period-ms", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="one short round; no verdict")
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only")
    args = parser.parse_args()
    args.bin = args.bin.resolve()
    if args.quick:
        args.seconds, args.rounds = 5, 1
    rounds = []
    for _ in range(args.rounds):
        ours = under_load(args)
        ours["nginx_requests"], ours["nginx_p99_ms"] = nginx(ours.pop("body"), args.seconds)
        rounds.append(ours)
    middle = {name: statistics.median(x[name] for x in rounds) for name in rounds[0]}
    took = lists(args)
    rows = [
        ("requests of a cached GET", f"{middle['requests']:,.0f} /s", f">= {BARS['requests']:,.0f} /s", middle["requests"] >= BARS["requests"]),
        ("  99th percentile", f"{middle['p99_ms']:.1f} ms", f"<= {BARS['p99_ms']:.0f} ms", middle["p99_ms"] <= BARS["p99_ms"]),
        ("nginx, a file of the same size", f"{middle['nginx_requests']:,.0f} /s", "", True),
        ("  99th percentile", f"{middle['nginx_p99_ms']:.1f} ms", "", True),
        ("ratio", f"{middle['requests'] / middle['nginx_requests']:.2f}", "", True),
        ("events of the slowest listener", f"{middle['slowest']:.1f} /s", f">= {0.9 * TOPICS:.0f} /s", middle["slowest"] >= 0.9 * TOPICS),
        ("memory above the base", f"{middle['memory_mib']:.1f} MiB", f"<= {BARS['memory_mib']:.0f} MiB", middle["memory_mib"] <= BARS["memory_mib"]),
        ("  the base", f"{middle['base_mib']:.0f} MiB", "", True),
        ("processor time of the server", f"{100 * middle['cpu']:.0f} % of a core", "", True),
    ]
    for name, value in took.items():
        barred = "1000" not in name
        rows.append((f"{args.many:,} streams: {name}", f"{value:.0f} ms", f"<= {BARS['list_ms']:.0f} ms" if barred else "",
                     not barred or value <= BARS["list_ms"]))
    print(f"api: {CONNECTIONS} connections, {LISTENERS} listeners to {TOPICS} topics, {args.streams} streams, "
          f"{middle['bytes']:,.0f} bytes an answer, {args.seconds} s, {args.rounds} rounds, commit {args.commit}")
    for name, value, bar, good in rows:
        print(f"  {name:50} {value:>18}  {bar:14} {'' if good else 'MISSED'}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"commit": args.commit, "rounds": rounds, "lists_ms": took,
                       "bars": [{"name": n, "value": v, "bar": b, "met": g} for n, v, b, g in rows]}, file, indent=1)
    return 0 if args.quick or all(good for *_, good in rows) else 1


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--listen":
        listen(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), pathlib.Path(sys.argv[5]))
        sys.exit(0)
    sys.exit(main())
