"""tests/bench/run gateway: all rows in interleaved rounds, tables, and whether the bars are met."""

import os
import sys
import time

import bars
import changes
import data_path
import invocation
import machine
import plots
import report
import throttles
import whole_system
from place import Missing, Place
from rows import Results, Timing

ROUNDS = 5
PARTS = (data_path, throttles, changes, whole_system)
VERSIONS = (["nbdkit", "--version"], ["nbd-server", "-V"], ["qemu-storage-daemon", "--version"], ["fio", "--version"],
            ["gnuplot", "--version"])


def read_options():
    return invocation.read_options("gateway", "The gateway beside nbdkit-file, nbd-server and qemu-storage-daemon: data path, "
                                   "throttles, and sluicectl limit. Slow rows are in some of the rounds.", "rows", ROUNDS,
                                   "one round of short runs, no verdict")


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


def run(options):
    timing = Timing(options.quick)
    rows = [row for part in PARTS for row in part.rows(timing) if not options.only or any(map(options.only.search, row.names))]
    if options.list:
        print("\n".join(name for row in rows for name in row.names))
        return 0
    if not rows:
        print(f"no row matches '{options.only.pattern}'; see --list", file=sys.stderr)
        return invocation.USAGE
    invocation.prepare_outputs(options)
    said = invocation.introduction(options, invocation.versions(VERSIONS))
    if len(os.sched_getaffinity(0)) < 2:
        raise Missing("this benchmark needs two cores")
    watch = machine.LoadWatch()
    time.sleep(1)
    said["load_before_percent"] = watch.others_percent()
    if not invocation.quiet_enough(said["load_before_percent"], options.force):
        return invocation.MISSING
    place = Place(options.bin)
    try:
        watch.others_percent()
        results, loads = play(rows, options, place, watch)
    finally:
        place.remove()
    said["load_percent"] = loads
    invocation.judge_validity(said, loads)
    judgements = bars.judge(results)
    print("\n".join(report.lines(said, results, judgements)))
    if options.json:
        report.write_json(options.json, said, results, judgements)
    if options.plots and (problem := plots.draw(results, options.plots)):
        raise Missing(f"gnuplot: {problem}")
    return invocation.ending(said, any(bar.measured and not bar.passed for bar in judgements))


if __name__ == "__main__":
    sys.exit(invocation.invoke(lambda: run(read_options())))
