#!/usr/bin/env python3
"""The table of all scenarios and controllers says what the program says now: one scenario is run again and compared.

usage: results_test.py SLUICE_SIM"""

import os
import re
import subprocess
import sys

SIM = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCENARIO = "01d-newcomer"  # the cheapest that every controller has something to do in


def section(text, name):
    """From its heading to the next one."""
    found = re.search(rf"^### {re.escape(name)}\n.*?(?=^### |\Z)", text, re.MULTILINE | re.DOTALL)
    return found.group(0).strip() if found else ""


def main():
    with open(os.path.join(SIM, "RESULTS.md"), encoding="utf-8") as file:
        table = file.read()
    kept = section(table, SCENARIO)
    seeds = re.search(r"^Seeds 1 to (\d+)\.$", kept, re.MULTILINE)
    if not seeds:
        sys.exit(f"FAILED: RESULTS.md has no section {SCENARIO} with its seeds")
    missing = [name for name in sorted(os.listdir(os.path.join(SIM, "scenarios")))
               if name.endswith(".yaml") and not section(table, name.removesuffix(".yaml"))]
    made = re.search(r"^Made by `(sluice-sim compare [^`]*)`", table, re.MULTILINE)
    again = made.group(1) if made else "sluice-sim compare tests/sim/scenarios --output tests/sim/RESULTS.md"
    if missing:
        sys.exit(f"FAILED: RESULTS.md knows nothing of {', '.join(missing)}; run {again}")
    result = subprocess.run([sys.argv[1], "compare", os.path.join(SIM, "scenarios", SCENARIO + ".yaml"),
                             "--seeds", seeds.group(1)], capture_output=True, text=True, check=False)
    if section(result.stdout, SCENARIO) != kept:
        sys.exit(f"FAILED: RESULTS.md says\n{kept}\nand now it is\n{section(result.stdout, SCENARIO)}\n{result.stderr}\n"
                 f"If that is as it should be: {again}")
    print(f"RESULTS.md says of {SCENARIO} what the program says")


main()
