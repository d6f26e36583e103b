"""How fast requests go through, and what each costs the server: every server, on Unix socket and TCP, one connection."""

import json
import statistics
import subprocess
import time

import place as places
import subjects
from load import Stream, play
from rows import Row

CASES = [("read-4k-qd1", "read", 4096, 1), ("read-4k-qd16", "read", 4096, 16), ("read-4k-qd64", "read", 4096, 64),
         ("write-4k-qd16", "write", 4096, 16), ("read-1m-qd4", "read", 1 << 20, 4), ("write-1m-qd4", "write", 1 << 20, 4)]
TRANSPORTS = ("unix", "tcp")
SERVERS = {"sluice": subjects.gateway, "nbdkit": subjects.nbdkit, "nbd-server": subjects.nbd_server,
           "qemu": subjects.storage_daemon}
GROUP = '[group.all]\niops=100000000\nbandwidth="1000GB/s"\n'
SHAPING = {"off": {"limits": ""}, "limits": {}, "group": {"limits": "", "groups": GROUP}}
FIO_SECONDS = 2


def _figures(run, size):
    if run.fault:
        return {"fault": run.fault}
    return {"iops": run.per_second, "mb_s": run.per_second * size / 1e6, "p50_us": run.p50_us, "p99_us": run.p99_us,
            "cpu_us": run.cpu_us}


def _case_row(transport, case, name, timing):
    label, op, size, depth = case

    def measure(place):
        with SERVERS[name](place, transport) as server:
            return _figures(play(place, [Stream(server, op, size, depth)], timing.data, cpu_of=server), size)
    return Row(f"data/{transport}/{label}/{name}", measure)


def _shaping_row(case, timing):
    """Three gateways at once, of which one works at a time, in turns: what differs by less than the machine varies from
    second to second can be told only so. Every round starts them anew: where a process lies in memory matters, too."""
    label, op, size, depth = case

    def measure(place):
        servers = {name: subjects.gateway(place, **how) for name, how in SHAPING.items()}
        found = {name: [] for name in servers}
        try:
            for turn in range(2 * timing.slices):
                for name in list(servers) if turn % 2 == 0 else reversed(list(servers)):
                    run = play(place, [Stream(servers[name], op, size, depth)], timing.slice, 0.03, cpu_of=servers[name])
                    if run.fault:
                        return {"fault": run.fault}
                    found[name].append(run)
        finally:
            for server in servers.values():
                server.stop()
        result = {}
        for name in ("limits", "group"):
            pairs = list(zip(found[name], found["off"]))
            result[f"{name}_cpu"] = statistics.median(a.cpu_us / b.cpu_us for a, b in pairs)
            result[f"{name}_iops"] = statistics.median(a.per_second / b.per_second for a, b in pairs)
        return result | {f"{name}_us": statistics.median(x.cpu_us for x in runs) for name, runs in found.items()}
    return Row(f"idle-shaping/{label}", measure)


def _process_cpu_s(pid):
    return time.clock_gettime((~pid << 3) | 2)  # what clock_getcpuclockid() answers: the process's own clock


def _fio_row(name):
    """The same by a client that is not ours: it stops at its own limit, so the server's processor time counts."""
    def measure(place):
        with SERVERS[name](place) as server:
            process, _ = place.start(
                ["fio", "--name=cross-check", "--ioengine=nbd", f"--uri=nbd+unix:///{server.volume}?socket={server.address}",
                 "--rw=randread", "--bs=4k", "--iodepth=16", "--time_based", f"--runtime={FIO_SECONDS}", "--thread",
                 f"--size={places.DISK_BYTES}", "--output-format=json"], places.CLIENT_CORE, stdout=subprocess.PIPE)
            before = _process_cpu_s(server.process.pid)
            output, _ = process.communicate()
            used = _process_cpu_s(server.process.pid) - before
        if process.returncode != 0:
            return {"fault": f"fio ended with {process.returncode}"}
        read = json.loads(output[output.index(b"{"):])["jobs"][0]["read"]
        return {"iops": read["iops"], "p50_us": read["clat_ns"]["percentile"]["50.000000"] / 1000,
                "cpu_us": 1e6 * used / read["total_ios"]}
    return Row(f"fio/unix/read-4k-qd16/{name}", measure, every=5)


def rows(timing):
    result = [_case_row(transport, case, name, timing) for transport in TRANSPORTS for case in CASES for name in SERVERS]
    result.append(_shaping_row(CASES[1], timing))
    return result + [_fio_row(name) for name in ("sluice", "nbdkit")]
