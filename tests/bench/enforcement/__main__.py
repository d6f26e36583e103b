"""tests/bench/run enforcement: the scenarios of the control law on real I/O, beside what the simulator says."""

import os
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", "..", "..", "deploy", "demo.d"), os.path.join(HERE, "..", "gateway")]  # in this order

import instance as instances  # noqa: E402
import invocation  # noqa: E402
import machine  # noqa: E402
import plots  # noqa: E402
import reaction  # noqa: E402
import report  # noqa: E402
import runs  # noqa: E402
import scenarios  # noqa: E402
import simulated  # noqa: E402
from place import Missing, Place  # noqa: E402

VERSIONS = (["nbdkit", "--version"], ["fio", "--version"], ["postgres", "--version"], ["gnuplot", "--version"])
REACTION_MS, DECISIONS = 130, 200


def read_options():
    return invocation.read_options("enforcement", "Scenarios of the control law on nbdkit devices with fio, without and with "
                                   "agreements, beside the simulator's figures.", "scenarios", 1, "shorter runs, no verdict")


class LoadBeside(machine.LoadWatch):
    """How much of the machine others use while the system under test runs: not we, our children, or what deploy/up started."""

    def __init__(self, instance):
        self._instance = instance
        super().__init__()

    def _read(self):
        total, idle, own = super()._read()
        return total, idle, own + self._instance.cpu_seconds()


def quiet_enough(load, force):
    if load <= machine.QUIET_PERCENT:
        return True
    print(f"THE MACHINE IS NOT QUIET: other processes use {load:.1f} % of it, more than {machine.QUIET_PERCENT} %. "
          + ("Going on as told." if force else "End them, or say --force; then the result is not valid."), file=sys.stderr)
    return force


def measure(scenario, options, place, instance):
    """The bars of one round, and its pictures."""
    found = {}
    for variant in scenario.variants:
        instance.agree({} if variant == scenarios.WITHOUT else scenario.agreements)
        if variant != scenarios.WITHOUT:
            instance.set_knee(scenario.knee)
        found[variant] = runs.play(scenario, variant, options.quick, place, instance)
    if options.plots and (problem := plots.draw(scenario, found, options.plots)):
        raise Missing(f"gnuplot: {problem}")
    return list(scenario.judge(found))


def merged(rounds):
    """One bar of each, with the medians of the rounds."""
    result = []
    for same in zip(*rounds):
        bar = same[0]
        bar.rounds = [x.value for x in same]
        values = [x for x in bar.rounds if x is not None]
        bar.value = statistics.median(values) if len(values) == len(same) else None
        result.append(bar)
    return result


class Loop:
    """The reaction times of the scenarios in which every process runs all the time."""

    LOGS = ("performance-monitor", "sla-core", "gateway")

    def __init__(self, instance):
        self._instance, self._delays, self._causeless, self._lost = instance, [], 0, 0
        self._read = dict.fromkeys(self.LOGS, 0)
        self.take(counts=False)

    def take(self, counts):
        """What was logged since the last call; it is left out unless it `counts`."""
        logs = {name: self._instance.log(name) for name in self.LOGS}
        if counts:
            delays, causeless, lost = reaction.delays_ms(*(logs[name][self._read[name]:] for name in self.LOGS))
            self._delays += delays
            self._causeless += causeless
            self._lost += lost
        self._read = {name: len(lines) for name, lines in logs.items()}

    def bars(self):
        measures = scenarios.measures
        found = [scenarios.Bar("p99", "sample at the monitor to throttle at the gateway, p99 [ms]", measures.percentile(self._delays, 0.99),
                               most=REACTION_MS, digits=0),
                 scenarios.Bar("decisions", f"decisions measured (and {self._causeless} without a new sample)", float(len(self._delays)),
                               least=DECISIONS, digits=0),
                 scenarios.Bar("taken", "share of the decisions that the gateway took",
                               len(self._delays) / max(1, len(self._delays) + self._lost), least=0.99)]
        for bar in found:
            bar.rounds, bar.simulated = [bar.value], None
        half = measures.percentile(self._delays, 0.5)
        return f"reaction time (median {report.figure(half, 0)} ms; a tick is 100 ms)", found


def play(chosen, options, place):
    """[(number, title, bars)], and the others' load by scenario."""
    volumes, said = {}, {}
    for scenario in chosen:
        volumes.setdefault(scenario.device, []).extend(scenario.volumes())
        said[scenario.number] = simulated.figures(options.bin, scenario.number)
    instance = instances.Instance(place, volumes)
    loads, outcomes = {}, []
    try:
        watch, loop = LoadBeside(instance), Loop(instance)
        for scenario in chosen:
            rounds = []
            for _ in range(options.rounds):
                rounds.append(measure(scenario, options, place, instance))
            bars = merged(rounds)
            for bar in bars:
                bar.simulated = said[scenario.number].get(bar.name)
            outcomes.append((scenario.number, scenario.title, bars))
            loop.take(counts=not scenario.disturbed)
            loads[scenario.key] = watch.others_percent()
            print(f"scenario {scenario.number}; others used {loads[scenario.key]:.1f} % of the machine", file=sys.stderr)
        outcomes.append((None, *loop.bars()))
    finally:
        instance.stop()
    return outcomes, loads


def run(options):
    chosen = [x for x in scenarios.ALL if not options.only or options.only.search(x.key)]
    if options.list:
        print("\n".join(f"{x.key}  {x.title}" for x in scenarios.ALL))
        return 0
    if not chosen:
        print(f"no scenario matches '{options.only.pattern}'; see --list", file=sys.stderr)
        return invocation.USAGE
    invocation.prepare_outputs(options)
    said = invocation.introduction(options, invocation.versions(VERSIONS, optional=("postgres",)))
    said["simulator"] = simulated.there(options.bin)
    watch = machine.LoadWatch()
    time.sleep(1)
    said["load_before_percent"] = watch.others_percent()
    if not invocation.quiet_enough(said["load_before_percent"], options.force):
        return invocation.MISSING
    place = Place(options.bin, with_disk=False)
    try:
        outcomes, said["load_percent"] = play(chosen, options, place)
    finally:
        place.remove()
    invocation.judge_validity(said, said["load_percent"].values())
    print("\n".join(report.lines(said, outcomes)))
    if options.json:
        report.write_json(options.json, said, outcomes)
    return invocation.ending(said, any(not bar.passed for *_, bars in outcomes for bar in bars))


if __name__ == "__main__":
    sys.exit(invocation.invoke(lambda: run(read_options())))
