"""From the processes' logs to the reaction time: pure, tested by measures_test.py.

A decision is a throttle of a generation that was not sent before. What caused it are samples that came to the core since its
plan before; of the batches of the throttle's gateway among those the first one counts, so that the time is rather too long. It
runs from that batch's arrival at the performance monitor until the gateway has taken the throttle, both by the clock that all
processes of a machine have in common. A decision without a new batch since the plan before comes of time alone: not counted.
"""

import re

_FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)')


def _events(lines, *names):
    """(name, fields) of the lines of these events."""
    for line in lines:
        words = line.split(" ", 4)
        if len(words) > 3 and words[3] in names:
            yield words[3], dict(_FIELD.findall(line))


def _arrivals(monitor):
    return {(x["gateway"], x["sequence"]): int(x["at_us"]) for _, x in _events(monitor, "samples-arrived")}


def _causes(core):
    """(stream, generation, (gateway, sequence) or None) of each decision."""
    latest, since_plan = {}, {}
    for name, x in _events(core, "samples-taken", "throttle-sent", "planned"):
        if name == "samples-taken":
            since_plan.setdefault(x["gateway"], x["sequence"])
        elif name == "planned":
            since_plan.clear()
        elif int(x["generation"]) > latest.get(x["stream"], 0):
            latest[x["stream"]] = int(x["generation"])
            gateway = x["stream"].split("/")[0]
            yield x["stream"], x["generation"], (gateway, since_plan[gateway]) if gateway in since_plan else None


def delays_ms(monitor, core, gateway):
    """The reaction time of each decision [ms], and how many decisions had none: (list, without cause, not delivered)."""
    arrived = _arrivals(monitor)
    taken = {}
    for _, x in _events(gateway, "throttle-taken"):
        taken.setdefault((x["stream"], x["generation"]), int(x["at_us"]))
    delays, causeless, lost = [], 0, 0
    for stream, generation, cause in _causes(core):
        if cause is None or cause not in arrived:
            causeless += 1
        elif (stream, generation) not in taken:
            lost += 1
        else:
            delays.append((taken[stream, generation] - arrived[cause]) / 1000)
    return delays, causeless, lost


def commands(core, first_ms, last_ms, moment_ms):
    """How many throttles were sent to each stream between two moments; `moment_ms(line)` says a line's [ms since 1970]."""
    sent = {}
    for line in core:
        if " throttle-sent " in line and first_ms <= moment_ms(line) < last_ms:
            stream = dict(_FIELD.findall(line))["stream"]
            sent[stream] = sent.get(stream, 0) + 1
    return sent
