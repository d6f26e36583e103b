"""How exactly, evenly and fairly limits are held: the gateway, qemu's throttle group and nbdkit's rate filter."""

import statistics

import subjects
import windows
from load import Stream, play
from rows import Row

SMALL, LARGE = 4096, 65536  # bytes of a request under a limit of IOPS, and of bandwidth
NBDKIT_BURST = 3.0  # seconds: more than the credit of 2 s that its bucket begins with lasts
FAST_IOPS = 10_000  # from here on that takes longer than the others' warm-up
SLOW_GOALS = [(kind, n, op) for kind, n in (("iops", 500), ("mbps", 10)) for op in ("read", "write")]
FAST_GOALS = [(kind, n, op) for kind, n in (("iops", 2000), ("iops", 10000), ("iops", 20000), ("mbps", 100))
              for op in ("read", "write")]
GOALS = SLOW_GOALS + FAST_GOALS
EVEN_IOPS = 2000  # at which windows, idling and sharing are judged
EQUAL_STREAMS, EQUAL_DEPTH, EQUAL_IOPS = 8, 16, 8000
PACE, UNREACHED_IOPS = 2000, 20000  # added latency: the load, and a limit of ten times that
IDLE = (1.0, 3.5)  # no requests from, to [s]


def _sluice(place, kind, goal, **more):
    return subjects.gateway(place, limits=f"iops={goal}\n" if kind == "iops" else f'bandwidth="{goal}MB/s"\n', **more)


def _qemu(place, kind, goal, **more):
    limits = {"iops-total": goal} if kind == "iops" else {"bps-total": goal * 1_000_000}
    return subjects.storage_daemon(place, limits=limits, **more)


def _nbdkit(place, kind, goal, **more):
    return subjects.nbdkit(place, rate_bits=goal * SMALL * 8 if kind == "iops" else goal * 8_000_000, **more)


LIMITED = {"sluice": _sluice, "qemu": _qemu, "nbdkit": _nbdkit}


def _per_second(kind, goal):
    return goal if kind == "iops" else goal * 1e6 / LARGE


def _slow_row(name, timing):
    """The slow limits of one kind of server side by side, each on a server of its own: together they hardly work."""
    def measure(place):
        servers = [LIMITED[name](place, kind, goal) for kind, goal, _ in SLOW_GOALS]
        streams = [Stream(server, op, SMALL if kind == "iops" else LARGE, 32)
                   for server, (kind, _, op) in zip(servers, SLOW_GOALS)]
        run = play(place, streams, timing.limit, timing.settle, times=True)
        for server in servers:
            server.stop()
        if run.fault:
            return [{"fault": run.fault}] * len(servers)
        first, last = int(timing.settle * 1e6), int((timing.settle + timing.limit) * 1e6)
        return [{"ratio": windows.count(times, first, last) / (_per_second(kind, goal) * timing.limit)}
                for times, (kind, goal, _) in zip(run.times, SLOW_GOALS)]
    return Row([f"limit/{kind}-{goal}-{op}/{name}" for kind, goal, op in SLOW_GOALS], measure, every=5)


def _exactness_row(kind, goal, op, name, timing):
    label = f"{kind}-{goal}-{op}"
    even = kind == "iops" and goal == EVEN_IOPS

    def measure(place):
        slow_to_settle = name == "nbdkit" and kind == "iops" and goal >= FAST_IOPS and not timing.quick
        warm_up = NBDKIT_BURST if slow_to_settle else timing.settle
        with LIMITED[name](place, kind, goal) as server:
            size = SMALL if kind == "iops" else LARGE
            run = play(place, [Stream(server, op, size, 32)], timing.limit, warm_up, times=True)
        if run.fault:
            return {"fault": run.fault}
        first, last = int(warm_up * 1e6), int((warm_up + timing.limit) * 1e6)
        per_second = _per_second(kind, goal)
        result = {"ratio": windows.count(run.times[0], first, last) / (per_second * timing.limit)}
        if even:
            low, high = windows.extremes(run.times[0], first, last, 100_000, per_second)
            result |= {"least_100ms": low, "most_100ms": high,
                       "most_10ms": windows.extremes(run.times[0], first, last, 10_000, per_second)[1],
                       "series": {f"windows/{op}/{name}": windows.counts(run.times[0], first, last, 100_000)}}
        return result
    return Row(f"limit/{label}/{name}", measure, every=2 if even and op == "read" else 5)


def _idle_row(name, timing):
    def measure(place):
        begin, end = IDLE if not timing.quick else (0.3, 1.0)
        length = 1.0 if not timing.quick else 0.3
        with LIMITED[name](place, "iops", EVEN_IOPS) as server:
            run = play(place, [Stream(server, depth=32)], end + length + 0.1, 0, pause=(begin, end), times=True)
        if run.fault:
            return {"fault": run.fault}
        first = int(end * 1e6)
        return {"ratio": windows.count(run.times[0], first, first + int(length * 1e6)) / (EVEN_IOPS * length)}
    return Row(f"first-second/{name}", measure, every=2)


def _share_row(name, timing):
    """One request out beside 32, on one limit."""
    volumes = ("one", "many")

    def measure(place):
        server = _sharing(place, name, EVEN_IOPS, volumes)
        with server:
            streams = _streams(server, name, volumes, (1, 32))
            run = play(place, streams, timing.fair, timing.settle)
        if run.fault:
            return {"fault": run.fault}
        return {"share": run.streams[0]["answers"] / run.answers, "ratio": run.per_second / EVEN_IOPS}
    return Row(f"share/{name}", measure, every=2)


def _equal_row(name, timing):
    volumes = tuple(f"v{i}" for i in range(EQUAL_STREAMS))

    def measure(place):
        server = _sharing(place, name, EQUAL_IOPS, volumes)
        with server:
            streams = _streams(server, name, volumes, (EQUAL_DEPTH,) * EQUAL_STREAMS)
            warm_up = NBDKIT_BURST if name == "nbdkit" and not timing.quick else timing.settle
            run = play(place, streams, timing.fair, warm_up)
        if run.fault:
            return {"fault": run.fault}
        return {"jain": windows.jain([x["answers"] for x in run.streams]), "ratio": run.per_second / EQUAL_IOPS}
    return Row(f"equal/{name}", measure, every=2)


def _sharing(place, name, goal, volumes):
    """A server whose streams share one limit in the way its manual gives: a group, a throttle group of several filters,
    one rate for all connections."""
    if name == "sluice":
        return subjects.gateway(place, limits="", groups=f"[group.all]\niops={goal}\n", volumes=volumes)
    if name == "qemu":
        return _qemu(place, "iops", goal, volumes=volumes)
    return _nbdkit(place, "iops", goal)


def _streams(server, name, volumes, depths):
    sliced = name != "nbdkit"
    size = subjects.places.DISK_BYTES // len(volumes)
    return [Stream(server, depth=depth, volume=volume if sliced else None, base=i * size if sliced else 0)
            for i, (volume, depth) in enumerate(zip(volumes, depths))]


UNLIMITED = {"sluice": lambda place: subjects.gateway(place, limits=""),
             "qemu": subjects.storage_daemon, "nbdkit": subjects.nbdkit}


def _latency_row(name, timing):
    def measure(place):
        found = {"with": [], "without": []}
        with LIMITED[name](place, "iops", UNREACHED_IOPS) as limited, UNLIMITED[name](place) as free:
            for which in ("without", "with", "with", "without"):
                server = limited if which == "with" else free
                run = play(place, [Stream(server, depth=1, pace=PACE)], timing.latency, 0.05)
                if run.fault:
                    return {"fault": run.fault}
                found[which].append(run.p50_us)
        medians = {which: statistics.mean(x) for which, x in found.items()}
        return {"added_us": medians["with"] - medians["without"], "without_us": medians["without"]}
    return Row(f"added-latency/{name}", measure, every=2)


def rows(timing):
    result = [_slow_row(name, timing) for name in LIMITED]
    result += [_exactness_row(kind, goal, op, name, timing) for kind, goal, op in FAST_GOALS for name in LIMITED]
    for make in (_idle_row, _share_row, _equal_row, _latency_row):
        result += [make(name, timing) for name in LIMITED]
    return result
