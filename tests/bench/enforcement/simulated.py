"""What sluice-sim says about the same scenarios: the means over a few seeds. Without it there are no figures."""

import glob
import json
import math
import os
import re
import subprocess

import place as places
import scenarios

SEEDS = 5
DIRECTORY = os.path.join(places.ROOT, "tests", "sim", "scenarios")


def there(binaries):
    return os.access(os.path.join(binaries, "sluice-sim"), os.X_OK)


def _bars(binaries, number, controller):
    """{name of the simulator's bar: figure}"""
    files = glob.glob(os.path.join(DIRECTORY, f"{number:02}-*.yaml"))
    if len(files) != 1:
        raise places.Missing(f"there is no one file tests/sim/scenarios/{number:02}-*.yaml")
    done = subprocess.run([os.path.join(binaries, "sluice-sim"), "run", files[0], "--seeds", str(SEEDS), "--controller", controller,
                           "--json"], check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    try:
        return {bar["bar"]: _figure(bar["mean"]) for scenario in json.loads(done.stdout) for bar in scenario["bars"]}
    except (ValueError, KeyError, TypeError):
        raise places.Missing(f"sluice-sim run {files[0]}: {(done.stderr or done.stdout).strip()[-300:]}") from None


def _figure(x):
    """It writes words where JSON has no number."""
    return math.inf if x == "never" else None if isinstance(x, str) else x


def _named(bars, pattern):
    return next((x for name, x in bars.items() if re.match(pattern, name)), None)


def figures(binaries, number):
    """{our bar's name: the simulator's figure}; a bar that it does not have is not in it."""
    if not there(binaries) or number not in scenarios.SIMULATED:
        return {}
    controlled, found = _bars(binaries, number, "sluice"), {}
    for name, (pattern, divisor) in scenarios.SIMULATED[number].items():
        value = _named(controlled, pattern)
        if divisor == "none":  # beside the same without control
            divisor = _named(_bars(binaries, number, "none"), pattern)
        if value is not None and divisor:
            found[name] = value / divisor
    return found
