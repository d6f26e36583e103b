"""How soon a changed limit is in force: from the moment the server has it, by its own way of being told."""

import statistics
import subprocess
import time

import place as places
import subjects
import windows
from load import Load, Stream
from rows import Row

LOW_IOPS, HIGH_IOPS = 1000, 8000
INTERVAL = 0.3  # seconds from one change to the next
BEFORE = 0.6  # seconds of load before the first: what a bucket holds at the start has gone by then


class _Engine:
    """The gateway's engine, told by a line on its standard input."""

    def __init__(self, place):
        address = place.new_address("unix")
        self.server = place.serve([place.binary("sluice-bench-gateway-engine"), address, place.disk], address, "disk",
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def set(self, iops):
        self.server.process.stdin.write(f"{iops}\n".encode())
        self.server.process.stdin.flush()
        told, streams = self.server.process.stdout.readline().split()
        if int(streams) != 1:
            raise places.Missing("the engine has no stream to limit")
        return int(told) / 1e9

    def stop(self):
        self.server.process.stdin.close()
        self.server.process.stdout.close()
        self.server.stop()


class _Qemu:
    """qemu's throttle group, told by QMP."""

    def __init__(self, place):
        monitor = place.new_path("qmp")
        self._daemon = subjects.StorageDaemon(
            subjects.storage_daemon(place, limits={"iops-total": LOW_IOPS}, monitor=monitor), monitor)
        self.server = self._daemon.server

    def set(self, iops):
        told = time.monotonic()
        self._daemon.set_limits(**{"iops-total": iops})
        return told

    def stop(self):
        self._daemon.stop()


class _Nbdkit:
    """nbdkit's rate filter, told by its file."""

    def __init__(self, place):
        self._file = place.new_path("rate")
        subjects.replace(self._file, str(LOW_IOPS * 4096 * 8))
        self.server = subjects.nbdkit(place, rate_bits=LOW_IOPS * 4096 * 8, rate_file=self._file)

    def set(self, iops):
        told = time.monotonic()
        subjects.replace(self._file, str(iops * 4096 * 8))
        return told

    def stop(self):
        self.server.stop()


SUBJECTS = {"sluice": _Engine, "qemu": _Qemu, "nbdkit": _Nbdkit}


def make_changes(change, number):
    """Every INTERVAL another rate; [(moment, rate)]. `change(iops)` returns the moment by time.monotonic()."""
    made = []
    for i in range(number):
        due = time.monotonic() + INTERVAL
        iops = (HIGH_IOPS, LOW_IOPS)[i % 2]
        made.append((change(iops), iops))
        time.sleep(max(0.0, due - time.monotonic()))
    return made


def delays_ms(run, made, longest):
    """From each change until it was in force; `longest` [s] when it was not until then."""
    found = []
    for moment, iops in made:
        changed = int((moment - run.began_s) * 1e6)
        delay = windows.in_force_us(run.times[0], changed, changed + int(longest * 1e6), iops)
        found.append(longest * 1000 if delay is None else delay / 1000)
    return found


def _row(name, timing):
    def measure(place):
        subject = SUBJECTS[name](place)
        try:
            length = BEFORE + timing.changes * INTERVAL + 0.2
            load = Load(place, [Stream(subject.server, depth=32)], length, 0, times=True)
            time.sleep(0.1)  # until it is connected: a throttle is a stream's
            subject.set(LOW_IOPS)
            time.sleep(BEFORE - 0.1)
            made = make_changes(subject.set, timing.changes)
            run = load.finish()
        finally:
            subject.stop()
        if run.fault:
            return {"fault": run.fault}
        delays = delays_ms(run, made, INTERVAL)
        first = int((made[0][0] - run.began_s) * 1e6) - 50_000
        return {"median_ms": statistics.median(delays), "worst_ms": max(delays),
                "series": {f"change/{name}": windows.counts(run.times[0], first, first + 700_000, 5_000)}}
    return Row(f"change/{name}", measure, every=2)


def rows(timing):
    return [_row(name, timing) for name in SUBJECTS]
