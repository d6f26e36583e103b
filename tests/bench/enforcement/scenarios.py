"""The scenarios of the control law that are run on real I/O: who contends for what, and what must come of it.

Each is run without agreements and with them on the same device in the same go; scenario 13 twice with them. Times are seconds.
"""

import dataclasses

import measures
from bound import Bound
from clients import Client
from instance import Device
from measures import SECOND_MS

FAST = Device("fast", 8, 1)                      # 8,000 IOPS by the book, 7,000 where its threads wake late
SLOW = Device("slow", 8, 2)
HOSTS = Device("hosts", 16, 5)                   # 3,200 by the book: the array of PARDA's paper gave 3,130
VARIABLE = Device("variable", 8, 2, variable=True)
WITHOUT, WITH, SPLIT = "without", "with", "split"

GOLD_LATENCY = {"statistic": "mean", "target": "5ms", "up_to": {"iops": 2500}}
OLTP = {"reservation": {"iops": 1500}, "limit": {"iops": 6000, "bandwidth": "200MB/s", "burst": {"iops": 8000, "for": "10s"}},
        "weight": 4, "tier": "gold", "latency": [GOLD_LATENCY]}
BATCH = {"reservation": {"iops": 1000}, "weight": 1, "tier": "bronze"}
BATCH_PROMISE, OLTP_TARGET_MS = 1000, 5.0
WEB_LATENCY = {"statistic": "p99", "target": "15ms", "up_to": {"iops": 2000}}
BURST = dict(jobs=4, depth=64)                   # 256 outstanding


class Bar(Bound):
    """One judgement. `value` is None when it could not be taken."""

    def __init__(self, name, text, value, without=None, **bounds):
        super().__init__(value, **bounds)
        self.name, self.text, self.without = name, text, without


@dataclasses.dataclass
class Scenario:
    """`clients(quick)` gives the clients by variant; `judge(runs)` the bars from the runs by variant."""

    number: int
    title: str
    device: Device
    clients: object
    agreements: dict
    judge: object
    knee: tuple = ("10ms", "20ms")
    changes: tuple = ()           # (second, what, value); runs.py says what there is
    latency_from: float = 0       # from when on the backend's latency is taken; 0 = not at all
    variants: tuple = (WITHOUT, WITH)

    @property
    def key(self):
        return f"{self.number:02}"

    @property
    def disturbed(self):
        """Whether processes fail in it."""
        return any(what != "limit" for _, what, _ in self.changes)

    def volumes(self):
        """In all its variants."""
        named = self.clients(False)
        return list(dict.fromkeys(volume for variant in named.values() for client in variant for volume in client.volumes))


def _both(clients):
    return {WITHOUT: clients, WITH: clients}


def _waves(on, off):
    """fio issues for `on` (the first time twice as long), then waits for `off`."""
    return (f"--thinktime={off}", f"--thinktime_iotime={on}")


def _reservation(reserved, weight=1, tier="bronze", **more):
    return {"reservation": {"iops": reserved}, "weight": weight, "tier": tier} | more


def _least_share(run, name, promise, first, last):
    """Of a promised rate, in the worst second."""
    return min(measures.second_rates(run.requests[name], first, last), default=0.0) / promise


# --- 1: a conforming victim beside a burst ------------------------------------------------------------------------------

def _victim_and_burst(volumes, end, burst=3.0, quiet=None):
    victim, aggressor = volumes
    return _both([Client(victim, [victim], 0, quiet or end, rate=2000), Client(aggressor, [aggressor], burst, end, **BURST)])


def _contended(run, aggressor):
    """(the burst's beginning, the end of the time in which all were active)."""
    return run.began(aggressor), run.ended()


def _judge_1(runs):
    figures = {}
    for variant, run in runs.items():
        first, last = _contended(run, "1-batch")
        late = first + SECOND_MS
        figures[variant] = {
            "recovered": measures.recovered_s(run.requests["1-oltp"], first, last, OLTP_TARGET_MS),
            "kept": measures.windows_kept(run.requests["1-oltp"], late, last, SECOND_MS, measures.mean_at_most(OLTP_TARGET_MS)),
            "batch": _least_share(run, "1-batch", BATCH_PROMISE, late, last),
            "total": sum(measures.rate(x, late, last) for x in run.requests.values())}
    without, kept = figures[WITHOUT], figures[WITH]
    yield Bar("recovered", "victim under 5 ms after the burst begins [s]", kept["recovered"], without["recovered"], most=0.5, digits=1)
    yield Bar("kept", "1 s windows of the victim under 5 ms after that", kept["kept"], without["kept"], least=0.98)
    yield Bar("batch", "aggressor's worst second / its 1,000 IOPS", kept["batch"], without["batch"], least=0.98, digits=2)
    yield Bar("total", "total IOPS / uncontrolled", kept["total"] / without["total"], 1, least=0.97)
    yield Bar("shown", "without agreements, its windows under 5 ms", without["kept"], without["kept"], most=0.1)


# --- 2 and 3: hosts that share a target latency -------------------------------------------------------------------------

def _hosts(prefix, count, seconds):
    return lambda quick: _both([Client(f"{prefix}-host{i + 1}", [f"{prefix}-host{i + 1}"], 0, seconds / (2 if quick else 1))
                                for i in range(count)])


def _settled(run, after=4.0):
    """From when all are in full swing until the first ends."""
    return max(map(run.began, run.requests)) + after * SECOND_MS, run.ended()


def _judge_2(runs):
    totals, latency = {}, {}
    for variant, run in runs.items():
        first, last = _settled(run)
        totals[variant] = sum(measures.rate(x, first, last) for x in run.requests.values())
        latency[variant] = run.backend_latency_ms
    yield Bar("iops", "IOPS / uncontrolled", totals[WITH] / totals[WITHOUT], 1, least=0.99, digits=2)
    yield Bar("latency", "mean latency at the backend, 30 ms wanted [ms]", latency[WITH], latency[WITHOUT], least=27, most=33, digits=1)


def _judge_3(runs):
    ratios = {}
    for variant, run in runs.items():
        first, last = _settled(run)
        rates = {name: measures.rate(x, first, last) for name, x in run.requests.items()}
        pairs = [rates[f"3-host{high}"] / rates[f"3-host{low}"] for high in (3, 4) for low in (1, 2)]
        ratios[variant] = (min(pairs), max(pairs))
    for i, word in enumerate(("least", "most")):
        yield Bar(f"{word}-ratio", f"{word} ratio of a host of weight 2 to one of weight 1", ratios[WITH][i], ratios[WITHOUT][i],
                  least=1.9, most=2.1)


# --- 5: reservation, limit and weight while the capacity changes --------------------------------------------------------

LOW, BACK, END_5 = 8.0, 14.0, 20.0
RESERVED = {"5-reserved": 1000, "5-limited": 250, "5-heavy": 500}
LIMIT_5, CAPACITY_5 = 750, 3700


def _clients_5(_):
    return _both([Client("5-reserved", ["5-reserved"], 0, END_5, rate=1050, evenly=True),
                  Client("5-limited", ["5-limited"], 0, END_5, depth=32), Client("5-heavy", ["5-heavy"], 0, END_5, depth=128),
                  Client("5-other", ["5-other"], 0, END_5, depth=128)])


def _judge_5(runs):
    figures = {}
    for variant, run in runs.items():
        first, last = _settled(run, 2.0)
        found = {name: _least_share(run, name, promise, first, last) for name, promise in RESERVED.items()}
        found["limit"] = max(measures.second_rates(run.requests["5-limited"], first, last)) / LIMIT_5
        heavy, other = (measures.rate(run.requests[f"5-{x}"], first, run.changed[0]) for x in ("heavy", "other"))
        found["weights"] = heavy / other
        low = [(run.changed[0] + SECOND_MS, run.changed[1]), (first, run.changed[0])]
        found["low"] = [sum(measures.rate(x, *part) for x in run.requests.values()) for part in low]
        figures[variant] = found
    without, kept = figures[WITHOUT], figures[WITH]
    for name, promise in RESERVED.items():
        yield Bar(name[2:], f"{name[2:]}'s worst second / its {promise:,} IOPS", kept[name], without[name], least=0.98)
    yield Bar("limit", f"limited's best second / its limit of {LIMIT_5} IOPS", kept["limit"], without["limit"], most=1.03)
    yield Bar("weights", "heavy (weight 2) / best effort (1), before the change", kept["weights"], without["weights"], least=1.9, most=2.1)
    yield Bar("low", "the device's lower capacity / its full one (0.6)", kept["low"][0] / kept["low"][1],
              without["low"][0] / without["low"][1], least=0.55, most=0.65, digits=2)


# --- 8: promises above the capacity -------------------------------------------------------------------------------------

SURGE = 4.0


def _clients_8(quick):
    end = 10.0 if quick else 16.0
    return _both([Client("8-gold", ["8-gold"], 0, end, rate=1750, evenly=True),
                  Client("8-bronze-a", ["8-bronze-a"], SURGE, end, rate=2000),
                  Client("8-bronze-b", ["8-bronze-b"], SURGE, end, rate=1000)])


def _judge_8(runs):
    figures = {}
    for variant, run in runs.items():
        began = max(run.began("8-bronze-a"), run.began("8-bronze-b"))
        first, last = began + 2 * SECOND_MS, run.ended()
        rates = {name: measures.rate(x, first, last) for name, x in run.requests.items()}
        events = [at for at in run.deficits if at >= began - 200]
        figures[variant] = {"event": (events[0] - began) / 1000 if events else None, "gold": rates["8-gold"] / 1750,
                            "ratio": rates["8-bronze-a"] / rates["8-bronze-b"], "total": sum(rates.values())}
    without, kept = figures[WITHOUT], figures[WITH]
    yield Bar("event", "capacity-deficit after the surge begins [s]", kept["event"], without["event"], most=1.0, digits=2)
    yield Bar("gold", "the upper tier gets of what it asks for", kept["gold"], without["gold"], least=0.98)
    yield Bar("ratio", "inside the lower tier, promised 2 : 1", kept["ratio"], without["ratio"], least=1.9, most=2.1)
    yield Bar("total", "total IOPS / uncontrolled", kept["total"] / without["total"], 1, least=0.97)


# --- 9: a promised percentile -------------------------------------------------------------------------------------------

P99_MS, WIDTH_MS = 15.0, 10 * SECOND_MS


def _clients_9(quick):
    end = {WITHOUT: 16.0, WITH: 24.0 if quick else 64.0}
    return {variant: [Client("9-web", ["9-web"], 0, seconds, rate=1500),
                      Client("9-logs-a", ["9-logs-a"], 2, seconds, jobs=2, depth=64, options=_waves("300ms", "1200ms")),
                      Client("9-logs-b", ["9-logs-b"], 2, seconds, jobs=2, depth=64, options=_waves("400ms", "1700ms")),
                      Client("9-batch", ["9-batch"], 2, seconds, jobs=2, depth=64)] for variant, seconds in end.items()}


def _judge_9(runs):
    kept, p99 = {}, {}
    for variant, run in runs.items():
        first, last = run.began("9-batch") + SECOND_MS, run.ended()
        kept[variant] = measures.windows_kept(run.requests["9-web"], first, last, WIDTH_MS, measures.percentile_at_most(0.99, P99_MS),
                                              SECOND_MS)
        p99[variant] = measures.percentile([x for at, x in run.requests["9-web"] if first <= at < last], 0.99)
    yield Bar("p99", "10 s windows of the victim with a p99 <= 15 ms", kept[WITH], kept[WITHOUT], least=0.98)
    yield Bar("p99-ms", "its p99 over all of them [ms]", p99[WITH], p99[WITHOUT], most=P99_MS, digits=1)


# --- 10: a square wave --------------------------------------------------------------------------------------------------

def _clients_10(quick):
    end = 12.0 if quick else 26.0
    return _both([Client("10-oltp", ["10-oltp"], 0, end, rate=2000),
                  Client("10-batch", ["10-batch"], 3, end, options=_waves("1s", "1s"), **BURST)])


def _judge_10(runs):
    kept, busiest = {}, {}
    for variant, run in runs.items():
        first, last = _contended(run, "10-batch")
        kept[variant] = measures.windows_kept(run.requests["10-oltp"], first + SECOND_MS, last, SECOND_MS,
                                              measures.mean_at_most(OLTP_TARGET_MS))
        busiest[variant] = max(run.commands(first, last).values(), default=0) * 1000 / (last - first)
    yield Bar("kept", "1 s windows of the victim under 5 ms", kept[WITH], kept[WITHOUT], least=0.98)
    yield Bar("commands", "throttles per second to the stream that gets most", busiest[WITH], busiest[WITHOUT], most=2.0, digits=2)


# --- 11: processes that fail --------------------------------------------------------------------------------------------

def _judge_11(runs):
    kept, rebuilt = {}, {}
    for variant, run in runs.items():
        first, last = _contended(run, "11-batch")
        kept[variant] = measures.windows_kept(run.requests["11-oltp"], first + SECOND_MS, last, SECOND_MS,
                                              measures.mean_at_most(OLTP_TARGET_MS))
        rebuilt[variant] = run.rebuilt_s()
    yield Bar("kept", "1 s windows of the victim under 5 ms, all through", kept[WITH], kept[WITHOUT], least=0.98)
    yield Bar("rebuilt", "from the core's return to its throttles or renewals [s]", rebuilt[WITH], None, most=1.0, digits=2)


# --- 12: the end of contention ------------------------------------------------------------------------------------------

def _judge_12(runs):
    rates, regained = {}, {}
    for variant, run in runs.items():
        over = run.requests["12-oltp"][-1][0]
        rates[variant] = measures.rate(run.requests["12-batch"], over + SECOND_MS, over + 4 * SECOND_MS)
        regained[variant] = over
    for variant, run in runs.items():
        over = regained[variant]
        regained[variant] = measures.regained_s(run.requests["12-batch"], over, over + 4 * SECOND_MS, 0.95 * rates[WITHOUT])
    yield Bar("regained", "95 % of uncontrolled after the victim ends [s]", regained[WITH], regained[WITHOUT], most=1.0, digits=1)
    yield Bar("rate", "IOPS from 1 s after that on / uncontrolled", rates[WITH] / rates[WITHOUT], 1, least=0.95)


# --- 13: one tenant in a hundred streams --------------------------------------------------------------------------------

PARTS, OUT = 100, 200


def _clients_13(quick):
    end = 8.0 if quick else 14.0
    other = Client("13-acme", ["13-acme"], 0, end, jobs=4, depth=OUT // 4)
    whole = Client("13-globex", ["13-globex-0"], 0, end, jobs=4, depth=OUT // 4)
    parts = Client("13-globex", [f"13-globex-{i}" for i in range(PARTS)], 0, end, depth=OUT // PARTS)
    return {WITH: [other, whole], SPLIT: [other, parts], WITHOUT: [other, parts]}


def _judge_13(runs):
    shares = {}
    for variant, run in runs.items():
        first, last = _settled(run)
        mine, other = (measures.rate(run.requests[f"13-{x}"], first, last) for x in ("globex", "acme"))
        shares[variant] = mine / (mine + other)
    yield Bar("share", "the tenant's share in 100 streams / in one", shares[SPLIT] / shares[WITH], None, least=0.95, most=1.05)
    yield Bar("half", "its share in 100 streams (two equal tenants)", shares[SPLIT], shares[WITHOUT], least=0.475, most=0.525)


ALL = [
    Scenario(1, "a conforming victim beside 256 outstanding", FAST,
             lambda quick: _victim_and_burst(("1-oltp", "1-batch"), 9.0 if quick else 23.0),
             {"1-oltp": ("1-oltp", OLTP), "1-batch": ("1-batch", BATCH)}, _judge_1),
    Scenario(2, "6 hosts of 32 outstanding, 30 ms wanted", HOSTS, _hosts(2, 6, 14.0),
             {f"2-host{i}": (f"2-host{i}", _reservation(100)) for i in range(1, 7)}, _judge_2, knee=("30ms", "30ms"), latency_from=5.0),
    Scenario(3, "shares 1:1:2:2 at 25 ms", HOSTS, _hosts(3, 4, 16.0),
             {f"3-host{i}": (f"3-host{i}", _reservation(100, weight)) for i, weight in ((1, 1), (2, 1), (3, 2), (4, 2))}, _judge_3,
             knee=("25ms", "25ms")),
    Scenario(5, "reservation, limit, weight; capacity 100, 60, 100 %", VARIABLE, _clients_5,
             {"5-reserved": ("5-reserved", _reservation(1000, 1, "gold")),
              "5-limited": ("5-limited", _reservation(250, 4, "silver", limit={"iops": LIMIT_5})),
              "5-heavy": ("5-heavy", _reservation(500, 2))}, _judge_5, changes=((LOW, "limit", 0.6 * CAPACITY_5), (BACK, "limit", None))),
    Scenario(8, "more promised than there is", SLOW, _clients_8,
             {"8-gold": ("8-gold", _reservation(1800, 1, "gold")), "8-bronze-a": ("8-bronze-a", _reservation(2000)),
              "8-bronze-b": ("8-bronze-b", _reservation(1000))}, _judge_8),
    Scenario(9, "a promised p99 beside bursts", FAST, _clients_9,
             {"9-web": ("9-web", _reservation(1500, 4, "gold", latency=[WEB_LATENCY])),
              "9-logs": ("9-logs-*", _reservation(1000, 1, "silver")),
              "9-batch": ("9-batch", _reservation(500))}, _judge_9),
    Scenario(10, "a square wave, 1 s on, 1 s off", FAST, _clients_10,
             {"10-oltp": ("10-oltp", OLTP), "10-batch": ("10-batch", BATCH)}, _judge_10),
    Scenario(11, "core killed and started, monitor still for 1 s", FAST, lambda _: _victim_and_burst(("11-oltp", "11-batch"), 18.0),
             {"11-oltp": ("11-oltp", OLTP), "11-batch": ("11-batch", BATCH)}, _judge_11,
             changes=((8.0, "restart", "sla-core"), (13.0, "stand still", 1.0))),
    Scenario(12, "contention ends", FAST, lambda quick: _victim_and_burst(("12-oltp", "12-batch"), 12.0 if quick else 14.0, quiet=8.0),
             {"12-oltp": ("12-oltp", OLTP), "12-batch": ("12-batch", BATCH)}, _judge_12),
    Scenario(13, "a tenant in 100 streams", FAST, _clients_13,
             {"13-acme": ("13-acme", _reservation(1000)), "13-globex": ("13-globex-*", _reservation(1000))}, _judge_13,
             variants=(WITH, SPLIT, WITHOUT)),  # in this order: streams of a run are known for 10 s after it
]

# By bar: the simulator's bar that says the same, by its name, and what its figure is divided by. The simulator's devices and
# rates are twice those that run here in scenarios 5 and 8; the figures that are compared are ratios and times.
SIMULATED = {
    1: {"recovered": ("recovered_within victim", 1), "kept": ("windows_met victim (?!.*uncontrolled)", 1),
        "batch": ("least_rate aggressor", BATCH_PROMISE), "total": ("total_vs_uncontrolled", 1),
        "shown": ("windows_met victim .*uncontrolled", 1)},
    2: {"iops": ("rate all", "none"), "latency": ("latency all at device (?!uncontrolled)", 0.001)},
    3: {"least-ratio": ("ratio host-3 to host-1", 1), "most-ratio": ("ratio host-4 to host-2", 1)},
    5: {"limited": ("least_rate limited", 2 * RESERVED["5-limited"]), "heavy": ("least_rate heavy", 2 * RESERVED["5-heavy"]),
        "limit": ("most_rate limited", 2 * LIMIT_5), "weights": ("ratio heavy to best-effort", 1)},
    8: {"event": ("event_within capacity-deficit-began", 1), "gold": ("rate gold", 3900), "ratio": ("ratio bronze-a to bronze-b", 1),
        "total": ("total_vs_uncontrolled", 1)},
    9: {"p99": ("windows_met web p99 15ms (?!uncontrolled)", 1)},
    10: {"kept": ("windows_met victim (?!.*uncontrolled)", 1), "commands": ("commands_per_second", 1)},
    12: {"rate": ("total_vs_uncontrolled all 11s[.][.]12s", 1)},
    13: {"half": ("share split-", 1)},
}
