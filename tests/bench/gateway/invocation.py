"""What the benchmarks in Python are asked with, and how they end. As tests/bench/transport/invocation.cpp; measures nothing."""

import argparse
import os
import re
import signal
import subprocess
import sys

import machine
from place import Missing

ALL_MET, BAR_MISSED, USAGE, MISSING, STOPPED = 0, 1, 2, 3, 130


def regular_expression(text):
    try:
        return re.compile(text)
    except re.error as problem:
        raise argparse.ArgumentTypeError(f"'{text}' is no regular expression: {problem}") from None


def read_options(name, description, rows, rounds, quick):
    """`rows` is what one measures, `rounds` how many there are unless told, `quick` what --quick does; then there is one round."""
    command = argparse.ArgumentParser(prog=f"tests/bench/run {name}", description=description)
    command.add_argument("--rounds", type=int, default=0, help=f"how many, {rounds} unless told; the figures are medians of them")
    command.add_argument("--quick", action="store_true", help=quick)
    command.add_argument("--force", action="store_true", help="even when the machine is not quiet")
    command.add_argument("--only", type=regular_expression, default=None, metavar="REGEX", help=f"only {rows} whose id matches")
    command.add_argument("--json", metavar="FILE", help="write every round's figures to this file")
    command.add_argument("--plots", metavar="DIR", help="draw PNG files there")
    command.add_argument("--list", action="store_true", help=f"only print the ids of the {rows}")
    command.add_argument("--commit", default="unknown", help="what was built, for the report")
    command.add_argument("--bin", required=True, help="where the programs are")
    options = command.parse_args()
    if not 0 <= options.rounds <= 100:
        command.error("--rounds must be 1 to 100")
    options.rounds = options.rounds or (1 if options.quick else rounds)
    return options


def versions(commands, optional=()):
    """What the programs say of themselves; of the `optional` ones only those that are there."""
    found = []
    for command in commands:
        try:
            said = subprocess.run(command, check=False, capture_output=True, text=True)
        except FileNotFoundError:
            if command[0] in optional:
                continue
            raise Missing(f"{command[0]} is not installed: deploy/install bench") from None
        match = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
        found.append(f"{command[0]} {match.group(0) if match else '?'}")
    return found


def introduction(options, programs):
    """What the report says of a run before it begins."""
    return {"machine": machine.describe(), "commit": options.commit, "rounds": options.rounds, "quick": options.quick,
            "only": options.only.pattern if options.only else "", "versions": programs}


def prepare_outputs(options):
    """What cannot be written is said before ten minutes have passed, not after."""
    if options.json:
        with open(options.json, "a", encoding="utf-8"):
            pass
    if options.plots:
        os.makedirs(options.plots, exist_ok=True)


def quiet_enough(load, force):
    if load <= machine.QUIET_PERCENT:
        return True
    print(f"THE MACHINE IS NOT QUIET: other processes use {load:.1f} % of it, more than {machine.QUIET_PERCENT} %. "
          + ("Going on as told." if force else "End them, or say --force; then the result is not valid."), file=sys.stderr)
    return force


def judge_validity(said, loads):
    """Adds to `said` whether the machine was quiet in enough of the parts whose `loads` [%] are given."""
    noisy = sum(x > machine.QUIET_PERCENT for x in loads)
    said["valid"] = noisy * 4 <= len(loads)
    said["judged"] = said["valid"] and not said["quick"]


def ending(said, missed):
    """The exit code of a run that was reported."""
    if not said["valid"] and not said["quick"]:
        return MISSING
    return BAR_MISSED if said["judged"] and missed else ALL_MET


def invoke(run):
    """The exit code of `run`, also where something is missing or it is told to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return run()
    except (Missing, OSError) as problem:
        print(problem, file=sys.stderr)
        return MISSING
    except KeyboardInterrupt:
        return STOPPED
