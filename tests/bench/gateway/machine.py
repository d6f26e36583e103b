"""What the benchmark runs on, and who else uses it meanwhile. As tests/bench/transport/machine.cpp."""

import os
import resource
import time

QUIET_PERCENT = 5  # above this share of all cores taken by others a measurement is noisy


def describe():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    system = os.uname()
    return {"processor": names[0] if names else "unknown", "cores": os.cpu_count(),
            "kernel": f"{system.sysname} {system.release}"}


class LoadWatch:
    """How much of the machine others use, by /proc/stat and our own processes' times. Ask when all children have ended."""

    def __init__(self):
        self._last = self._read()

    @staticmethod
    def _read():
        with open("/proc/stat", encoding="ascii") as file:
            fields = file.readline().split()
        ticks = os.sysconf("SC_CLK_TCK")
        own = sum(x.ru_utime + x.ru_stime for x in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
        return time.monotonic() * os.cpu_count(), (int(fields[4]) + int(fields[5])) / ticks, own

    def others_percent(self):
        """Since the last call [percent of all cores]."""
        now = self._read()
        total, idle, own = (after - before for after, before in zip(now, self._last))
        self._last = now
        return 100 * (total - idle - own) / total if total > 0 else 0.0
