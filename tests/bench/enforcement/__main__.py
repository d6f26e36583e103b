"""tests/bench/run enforcement: the scenarios of the control law on real I/O, beside what the simulator says."""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", "..", "..", "deploy", "demo.d"), os.path.join(HERE, "..", "gateway")]  # in this order

import instance as instances  # noqa: E402
import machine  # noqa: E402
import plots  # noqa: E402
import reaction  # noqa: E402
import report  # noqa: E402
import runs  # noqa: E402
import scenarios  # noqa: E402
import simulated  # noqa: E402
from place import Missing, Place  # noqa: E402

BAR_MISSED, USAGE, MISSING = 1, 2, 3
VERSIONS = (["nbdkit", "--version"], ["fio", "--version"], ["postgres", "--version"], ["gnuplot", "--version"])
REACTION_MS, DECISIONS = 130, 200


def regular_expression(text):
    try:
        return re.compile(text)
    except re.error as problem:
        raise argparse.ArgumentTypeError(f"'{text}' is no regular expression: {problem}") from None


def read_options():
    command = argparse.ArgumentParser(prog="tests/bench/run enforcement", description="Scenarios of the control law on nbdkit "
                                      "devices with fio, without and with agreements, beside the simulator's figures.")
    command.add_argument("--rounds", type=int, default=1, help="how many, 1 unless told; the figures are medians of them")
    command.add_argument("--quick", action="store_true", help="shorter runs, no verdict")
    command.add_argument("--force", action="store_true", help="even when the machine is not quiet")
    command.add_argument("--only", type=regular_expression, default=None, metavar="REGEX", help="only scenarios whose id matches")
    command.add_argument("--json", metavar="FILE", help="write the figures to this file")
    command.add_argument("--plots", metavar="DIR", help="draw PNG files there")
    command.add_argument("--list", action="store_true", help="only print the ids")
    command.add_argument("--commit", default="unknown", help="what was built, for the report")
    command.add_argument("--bin", required=True, help="where the programs are")
    options = command.parse_args()
    if not 1 <= options.rounds <= 100:
        command.error("--rounds must be 1 to 100")
    return options


def versions():
    found = []
    for command in VERSIONS:
        try:
            said = subprocess.run(command, check=False, capture_output=True, text=True)
        except FileNotFoundError:
            continue  # postgres is seldom in the path; what is needed is said by who needs it
        match = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
        found.append(f"{command[0]} {match.group(0) if match else '?'}")
    return found


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
        return USAGE
    if options.json:  # what cannot be written is said before ten minutes have passed, not after
        with open(options.json, "a", encoding="utf-8"):
            pass
    if options.plots:
        os.makedirs(options.plots, exist_ok=True)
    said = {"machine": machine.describe(), "commit": options.commit, "rounds": options.rounds, "quick": options.quick,
            "only": options.only.pattern if options.only else "", "versions": versions(), "simulator": simulated.there(options.bin)}
    watch = machine.LoadWatch()
    time.sleep(1)
    said["load_before_percent"] = watch.others_percent()
    if not quiet_enough(said["load_before_percent"], options.force):
        return MISSING
    place = Place(options.bin, with_disk=False)
    try:
        outcomes, said["load_percent"] = play(chosen, options, place)
    finally:
        place.remove()
    noisy = sum(x > machine.QUIET_PERCENT for x in said["load_percent"].values())
    said["valid"] = noisy * 4 <= len(said["load_percent"])
    said["judged"] = said["valid"] and not options.quick
    print("\n".join(report.lines(said, outcomes)))
    if options.json:
        report.write_json(options.json, said, outcomes)
    if not said["valid"] and not options.quick:
        return MISSING
    return BAR_MISSED if said["judged"] and any(not bar.passed for *_, bars in outcomes for bar in bars) else 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return run(read_options())
    except (Missing, OSError) as problem:
        print(problem, file=sys.stderr)
        return MISSING
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
