#!/usr/bin/env python3
"""Checks that recorded runs still have the trace they had, on any machine and in any build.

usage: recorded_hashes.py SLUICE_SIM [--renew]

A change of the models or of the law changes the traces; then `--renew` writes the new ones into recorded_hashes.txt,
whose lines are: hash, controller, seed, scenario file."""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SCENARIOS = os.path.join(os.path.dirname(HERE), "scenarios")
RECORD = os.path.join(HERE, "recorded_hashes.txt")


def hash_of(program, controller, seed, name):
    command = [program, "run", os.path.join(SCENARIOS, name), "--seed", seed, "--controller", controller, "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode not in (0, 1):  # whether the bars hold is judged elsewhere
        sys.exit(f"{' '.join(command)} ended with {result.returncode}: {result.stderr}")
    return json.loads(result.stdout)[0]["seeds"][0]["hash"]


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--renew"]):
        sys.exit(__doc__)
    with open(RECORD, encoding="utf-8") as file:
        records = [line.split() for line in file if line.strip()]
    found = [(hash_of(sys.argv[1], *record[1:]), *record[1:]) for record in records]
    if sys.argv[2:]:
        with open(RECORD, "w", encoding="utf-8") as file:
            file.writelines(" ".join(record) + "\n" for record in found)
        return
    wrong = [(old[0], new) for old, new in zip(records, found) if old[0] != new[0]]
    for old, new in wrong:
        print(f"{new[3]}, seed {new[2]}, {new[1]}: the trace is {new[0]}, recorded is {old}")
    if wrong:
        print(f"If models or law were changed: {os.path.relpath(__file__)} {sys.argv[1]} --renew")
        sys.exit(1)
    assert len(found) >= 3, "nothing was recorded"


if __name__ == "__main__":
    main()
