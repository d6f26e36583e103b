"""The table and the JSON file."""

import json
import math

from machine import QUIET_PERCENT


def figure(x, digits):
    if x is None:
        return "-"
    return "never" if math.isinf(x) else f"{x:.{digits}f}"


def _word(bar, judged):
    word = "pass" if bar.passed else "miss"
    return word.upper() if judged else f"({word})"


def _load_lines(said):
    loads = " ".join(f"{key} {x:.0f}" for key, x in said["load_percent"].items())
    yield f"Others used {said['load_before_percent']:.1f} % of the machine before, and during the scenarios [%]: {loads}."
    if not said["valid"]:
        yield (f"NOT VALID: the machine was not quiet (more than {QUIET_PERCENT} % used by others in more than a quarter of the "
               "scenarios). Nothing is judged.")
    elif said["quick"]:
        yield "A quick run: nothing is judged."


def lines(said, outcomes):
    """@param outcomes: [(scenario's number or None, title, bars)]"""
    machine = said["machine"]
    yield (f"{machine['processor']}, {machine['cores']} cores, {machine['kernel']}; commit {said['commit']}; medians of "
           f"{said['rounds']} rounds; {', '.join(said['versions'])}")
    yield ("nbdkit delay devices, sluice-gateway, the four processes, PostgreSQL and fio share all cores. 'without': the same "
           "clients without agreements.")
    yield "" if said["simulator"] else "No simulated figures: there is no sluice-sim beside the other programs."
    yield f"{'':7}{'':54}{'without':>9}{'real':>9}{'simulated':>11}  wanted"
    for number, title, bars in outcomes:
        yield f"{'' if number is None else number}  {title}".strip()
        for bar in bars:
            simulated = "" if number is None else figure(bar.simulated, bar.digits)
            without = "" if number is None else figure(bar.without, bar.digits)
            yield (f"{_word(bar, said['judged']):<7}{bar.text:<54}{without:>9}{figure(bar.value, bar.digits):>9}{simulated:>11}"
                   f"  {bar.bound()}")
    yield ""
    yield from _load_lines(said)


def _plain(x):
    """JSON has no infinity."""
    return None if x is None or math.isinf(x) else x


def write_json(path, said, outcomes):
    rows = [{"scenario": number, "name": bar.name, "text": bar.text, "value": _plain(bar.value), "rounds": list(map(_plain, bar.rounds)),
             "without": _plain(bar.without), "simulated": _plain(bar.simulated), "at_least": bar.least, "at_most": bar.most,
             "passed": bar.passed} for number, _, bars in outcomes for bar in bars]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(said | {"bars": rows}, file, indent=1)
        file.write("\n")
