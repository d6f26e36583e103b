"""What must be reached (issue: the I/O gateway, complete), and whether it was. Rows by name in, judgements out; pure."""

from bound import Bound
from data_path import CASES, TRANSPORTS
from throttles import EVEN_IOPS, GOALS

OURS, PEER = "sluice", "nbdkit"


class Bar(Bound):
    """One judgement; a fault of our own row is a miss."""

    def __init__(self, text, value, detail="", fault="", **bounds):
        super().__init__(value, **bounds)
        self.text, self.detail, self.fault = text, detail, fault

    @property
    def measured(self):
        return self.value is not None or bool(self.fault)


def _ratio(results, text, row, peer, figure, **bound):
    ours, theirs = results.median(row, figure), results.median(peer, figure)
    spread = results.spread_percent(row, figure)
    detail = "" if ours is None or not theirs else f"{ours:.4g} : {theirs:.4g}, spread {spread:.1f} %"
    return Bar(text, ours / theirs if ours is not None and theirs else None, digits=2, detail=detail,
               fault="; ".join(results.faults(row)), **bound)


def _absolute(results, text, row, figure, **bound):
    values = results.values(row, figure)
    return Bar(text, results.median(row, figure), detail=" ".join(f"{x:.4g}" for x in values) if len(values) > 1 else "",
               fault="; ".join(results.faults(row)), **bound)


def _data_path(results):
    for transport in TRANSPORTS:
        for label, _, size, _ in CASES:
            ours, peer = (f"data/{transport}/{label}/{name}" for name in (OURS, PEER))
            large = size > 65536
            yield _ratio(results, f"{label} {transport}: {'MB/s' if large else 'IOPS'} / nbdkit", ours, peer,
                         "mb_s" if large else "iops", least=1.0)
            yield _ratio(results, f"{label} {transport}: CPU per I/O / nbdkit", ours, peer, "cpu_us", most=1.0)
    for how, words in (("limits", "limits of the stream"), ("group", "limits of a group")):
        row = f"idle-shaping/{CASES[1][0]}"
        yield _absolute(results, f"idle shaping, {words}: CPU per I/O / off", row, f"{how}_cpu", most=1.02)
        yield _absolute(results, f"idle shaping, {words}: IOPS / off", row, f"{how}_iops", least=0.98)


def _throttles(results):
    for kind, goal, op in GOALS:
        unit = "IOPS" if kind == "iops" else "MB/s"
        yield _absolute(results, f"{goal} {unit}, {op}: obtained / goal", f"limit/{kind}-{goal}-{op}/{OURS}", "ratio",
                        least=0.99, most=1.01)
    even = f"limit/iops-{EVEN_IOPS}-read/{OURS}"
    yield _absolute(results, f"100 ms at {EVEN_IOPS} IOPS, least / goal", even, "least_100ms", least=0.97)
    yield _absolute(results, f"100 ms at {EVEN_IOPS} IOPS, most / goal", even, "most_100ms", most=1.03)
    yield _absolute(results, f"10 ms at {EVEN_IOPS} IOPS, most / goal", even, "most_10ms", most=1.4)
    yield _absolute(results, "first second after idling / goal", f"first-second/{OURS}", "ratio", most=1.05)
    yield _absolute(results, "change in force, worst of a round [ms]", f"change/{OURS}", "worst_ms", most=10, digits=1)
    yield _absolute(results, "share of 1 out beside 32 out", f"share/{OURS}", "share", least=0.45)
    yield _absolute(results, "8 equal streams: Jain's index", f"equal/{OURS}", "jain", least=0.995, digits=4)
    yield _absolute(results, "p50 added by a limit of 10 x the load [us]", f"added-latency/{OURS}", "added_us", most=20,
                    digits=1)


def _system(results):
    yield _absolute(results, "sluicectl limit to in force, worst of a round [ms]", "system/limit", "command_worst_ms", most=50,
                    digits=1)


def judge(results):
    return [*_data_path(results), *_throttles(results), *_system(results)]
