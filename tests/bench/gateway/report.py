"""The tables and the JSON file."""

import json

import changes
import data_path
import throttles
from machine import QUIET_PERCENT


def _figure(x, digits=4):
    return "-" if x is None else f"{x:.{digits}g}" if abs(x) < 10 ** digits else f"{x:.0f}"


def _line(first, cells, width=12):
    return first.ljust(30) + "".join(cell.rjust(width) for cell in cells)


def _data_table(results, transport):
    yield ""
    yield _line(f"data path, {transport}", ["IOPS", "MB/s", "p50 [us]", "p99 [us]", "CPU/IO [us]", "spread [%]", "IOPS : kit",
                                            "CPU : kit"])
    for label, *_ in data_path.CASES:
        kit = f"data/{transport}/{label}/nbdkit"
        for name in data_path.SERVERS:
            row = f"data/{transport}/{label}/{name}"
            if row not in results.rounds:
                continue
            cells = [results.median(row, x) for x in ("iops", "mb_s", "p50_us", "p99_us", "cpu_us")]
            cells.append(results.spread_percent(row, "cpu_us"))
            for figure in ("iops", "cpu_us"):
                mine, theirs = results.median(row, figure), results.median(kit, figure)
                cells.append(mine / theirs if mine is not None and theirs else None)
            yield _line(f"{label} {name}", [_figure(x) for x in cells])
            yield from (f"    failed: {fault}" for fault in results.faults(row))


def _side_by_side(results, title, entries, names):
    """One line per entry (words, row's name before the subject, figure), one column per subject."""
    lines = [_line(words, [_figure(results.median(f"{row}/{name}", figure)) for name in names])
             for words, row, figure in entries if any(f"{row}/{name}" in results.rounds for name in names)]
    if lines:
        yield from ("", _line(title, names), *lines)
    for row in dict.fromkeys(row for _, row, _ in entries):
        for name in names:
            yield from (f"    {row}/{name} failed: {fault}" for fault in results.faults(f"{row}/{name}"))


def _throttle_entries():
    even = f"limit/iops-{throttles.EVEN_IOPS}"
    for kind, goal, op in throttles.GOALS:
        yield f"{goal} {'IOPS' if kind == 'iops' else 'MB/s'} {op}", f"limit/{kind}-{goal}-{op}", "ratio"
    for op in ("read", "write"):
        yield f"least 100 ms, {op}", f"{even}-{op}", "least_100ms"
        yield f"most 100 ms, {op}", f"{even}-{op}", "most_100ms"
        yield f"most 10 ms, {op}", f"{even}-{op}", "most_10ms"
    yield "first second after idling", "first-second", "ratio"
    yield "change in force, median [ms]", "change", "median_ms"
    yield "change in force, worst [ms]", "change", "worst_ms"
    yield "share of 1 out beside 32", "share", "share"
    yield "  their sum / goal", "share", "ratio"
    yield "Jain of 8 equal streams", "equal", "jain"
    yield "  their sum / goal", "equal", "ratio"
    yield "p50 without a limit [us]", "added-latency", "without_us"
    yield "p50 added by a limit [us]", "added-latency", "added_us"


def _named_figures(results, title, row):
    for figures in results.rounds.get(row, [])[:1]:
        yield from ("", title)
        for name in figures:
            if isinstance(figures[name], (int, float)):
                yield _line(f"  {name}", [_figure(results.median(row, name))])
        yield from (f"    failed: {fault}" for fault in results.faults(row))


def _word(bar, judged):
    if not bar.measured:
        return "-"
    word = "pass" if bar.passed else "miss"
    return word.upper() if judged else f"({word})"


def _bar_lines(bars, judged, all_rows):
    yield ""
    yield f"{'bar':<73}{'value':>9}  {'wanted':<14}medians or rounds"
    for bar in bars:
        if not bar.measured and not all_rows:
            continue
        value = "-" if bar.value is None else f"{bar.value:.{bar.digits}f}"
        yield f"{_word(bar, judged):<7}{bar.text:<66}{value:>9}  {bar.bound():<14}{bar.fault or bar.detail}"


def _loads(report):
    loads = " ".join(f"{x:.1f}" for x in report["load_percent"])
    yield f"Other processes used {report['load_before_percent']:.1f} % of the machine before, and in the rounds {loads} %."
    if not report["valid"]:
        yield (f"NOT VALID: the machine was not quiet (more than {QUIET_PERCENT} % used by others in more than a quarter of "
               "the rounds). Nothing is judged.")
    elif report["quick"]:
        yield "A quick run: nothing is judged."


def lines(report, results, bars):
    machine = report["machine"]
    yield (f"{machine['processor']}, {machine['cores']} cores, {machine['kernel']}; commit {report['commit']}; medians of "
           f"{report['rounds']} rounds; {', '.join(report['versions'])}")
    yield "Server on core 0, client on core 1; the whole system where the kernel puts it. Spread: of CPU/IO, largest less smallest round."
    for transport in data_path.TRANSPORTS:
        if any(row.startswith(f"data/{transport}/") for row in results.rounds):
            yield from _data_table(results, transport)
    yield from _side_by_side(results, "by fio, 4k QD16, unix", [("IOPS", "fio/unix/read-4k-qd16", "iops"),
                             ("CPU/IO [us]", "fio/unix/read-4k-qd16", "cpu_us")], ["sluice", "nbdkit"])
    yield from _named_figures(results, "idle shaping: read 4k QD16, one gateway beside the other, ratios to off; CPU/IO [us]",
                              f"idle-shaping/{data_path.CASES[1][0]}")
    yield from _side_by_side(results, "throttles: obtained / goal", list(_throttle_entries()), list(changes.SUBJECTS))
    yield from _named_figures(results, "sluicectl limit to the first 20 ms at the new rate [ms]", "system/limit")
    yield from _bar_lines(bars, report["judged"], not report["only"])
    yield ""
    yield from _loads(report)


def write_json(path, report, results, bars):
    judgements = [{"bar": bar.text, "value": bar.value, "at_least": bar.least, "at_most": bar.most, "fault": bar.fault,
                   "passed": bar.passed if bar.measured else None} for bar in bars]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report | {"rows": results.rounds, "bars": judgements}, file, indent=1)
        file.write("\n")
