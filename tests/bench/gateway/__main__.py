"""tests/bench/run gateway: all rows in interleaved rounds, tables, and whether the bars are met."""

import argparse
import os
import re
import signal
import subprocess
import sys
import time

import bars
import changes
import data_path
import machine
import plots
import report
import throttles
import whole_system
from place import Missing, Place
from rows import Results, Timing

BAR_MISSED, USAGE, MISSING = 1, 2, 3
ROUNDS = 5
PARTS = (data_path, throttles, changes, whole_system)
VERSIONS = (["nbdkit", "--version"], ["nbd-server", "-V"], ["qemu-storage-daemon", "--version"], ["fio", "--version"],
            ["gnuplot", "--version"])


def regular_expression(text):
    try:
        return re.compile(text)
    except re.error as problem:
        raise argparse.ArgumentTypeError(f"'{text}' is no regular expression: {problem}") from None


def read_options():
    command = argparse.ArgumentParser(prog="tests/bench/run gateway", description="The gateway beside nbdkit-file, nbd-server "
                                      "and qemu-storage-daemon: data path, throttles, and sluicectl limit.")
    command.add_argument("--rounds", type=int, default=0, help=f"how many, {ROUNDS} unless told; slow rows are in some of them")
    command.add_argument("--quick", action="store_true", help="one round of short runs, no verdict")
    command.add_argument("--force", action="store_true", help="even when the machine is not quiet")
    command.add_argument("--only", type=regular_expression, default=None, metavar="REGEX", help="only rows whose id matches")
    command.add_argument("--json", metavar="FILE", help="write every round's figures to this file")
    command.add_argument("--plots", metavar="DIR", help="draw PNG files there")
    command.add_argument("--list", action="store_true", help="only print the rows' ids")
    command.add_argument("--commit", default="unknown", help="what was built, for the report")
    command.add_argument("--bin", required=True, help="where the programs are")
    options = command.parse_args()
    if not 0 <= options.rounds <= 100:
        command.error("--rounds must be 1 to 100")
    options.rounds = options.rounds or (1 if options.quick else ROUNDS)
    return options


def versions():
    found = []
    for command in VERSIONS:
        try:
            said = subprocess.run(command, check=False, capture_output=True, text=True)
        except FileNotFoundError:
            raise Missing(f"{command[0]} is not installed: deploy/install bench") from None
        match = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
        found.append(f"{command[0]} {match.group(0) if match else '?'}")
    return found


def quiet_enough(load, force):
    if load <= machine.QUIET_PERCENT:
        return True
    print(f"THE MACHINE IS NOT QUIET: other processes use {load:.1f} % of it, more than {machine.QUIET_PERCENT} %. "
          + ("Going on as told." if force else "End them, or say --force; then the result is not valid."), file=sys.stderr)
    return force


def play(rows, options, place, watch):
    """All rounds: their figures, and how much of the machine others used in each."""
    results, loads = Results(), []
    for number in range(options.rounds):
        now = [row for row in rows if number % row.every == 0]
        outside = [row for row in now if row.names[0].startswith("system/")]  # its processes are nobody's children
        for row in now:
            if row not in outside:
                results.add(row.measure(place))
        loads.append(watch.others_percent())
        print(f"round {number + 1} of {options.rounds}; others used {loads[-1]:.1f} % of the machine", file=sys.stderr)
        for row in outside:
            results.add(row.measure(place))
        watch.others_percent()
    return results, loads


def prepare_outputs(options):
    """What cannot be written is said before ten minutes have passed, not after."""
    if options.json:
        with open(options.json, "a", encoding="utf-8"):
            pass
    if options.plots:
        os.makedirs(options.plots, exist_ok=True)


def run(options):
    timing = Timing(options.quick)
    rows = [row for part in PARTS for row in part.rows(timing) if not options.only or any(map(options.only.search, row.names))]
    if options.list:
        print("\n".join(name for row in rows for name in row.names))
        return 0
    if not rows:
        print(f"no row matches '{options.only.pattern}'; see --list", file=sys.stderr)
        return USAGE
    prepare_outputs(options)
    said = {"machine": machine.describe(), "commit": options.commit, "rounds": options.rounds, "quick": options.quick,
            "only": options.only.pattern if options.only else "", "versions": versions()}
    if len(os.sched_getaffinity(0)) < 2:
        raise Missing("this benchmark needs two cores")
    watch = machine.LoadWatch()
    time.sleep(1)
    said["load_before_percent"] = watch.others_percent()
    if not quiet_enough(said["load_before_percent"], options.force):
        return MISSING
    place = Place(options.bin)
    try:
        watch.others_percent()
        results, loads = play(rows, options, place, watch)
    finally:
        place.remove()
    noisy = sum(x > machine.QUIET_PERCENT for x in loads)
    said |= {"load_percent": loads, "valid": noisy * 4 <= len(loads)}
    said["judged"] = said["valid"] and not options.quick
    judgements = bars.judge(results)
    print("\n".join(report.lines(said, results, judgements)))
    if options.json:
        report.write_json(options.json, said, results, judgements)
    if options.plots and (problem := plots.draw(results, options.plots)):
        raise Missing(f"gnuplot: {problem}")
    if not said["valid"] and not options.quick:
        return MISSING
    return BAR_MISSED if said["judged"] and any(bar.measured and not bar.passed for bar in judgements) else 0


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
