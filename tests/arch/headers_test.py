#!/usr/bin/env python3
"""Compiles each header of the pure folders alone: whoever includes it needs nothing before it.

usage: headers_test.py COMPILER"""

import concurrent.futures
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Folders without CAF, JSON and Beast: a header of those costs up to 45 s, these well below one.
FOLDERS = ("actors/domain", "shm/mailslot", "shm/inspect", "gateways/nbd", "gateways/throttle", "gateways/stats",
           "gateways/backend", "gateways/engine", "actors/sluicectl")


def problem_of(compiler, header):
    """What the compiler says against a source file that includes the header alone; empty if nothing."""
    result = subprocess.run([compiler, "-std=c++20", "-fsyntax-only", "-I", ROOT, "-x", "c++", "-"],
                            input=f'#include "{header}"\n', capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else result.stderr


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    headers = [f"{folder}/{name}" for folder in FOLDERS for name in sorted(os.listdir(os.path.join(ROOT, folder)))
               if name.endswith(".hpp")]
    assert len(headers) > 50, "the headers were not found"
    assert problem_of(sys.argv[1], "no/such/header.hpp"), "the compiler accepts anything"
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, problem in zip(headers, pool.map(lambda x: problem_of(sys.argv[1], x), headers)):
            if problem:
                wrong += 1
                print(f"{header} does not compile alone:\n{problem}")
    print(f"{len(headers)} headers, {wrong} do not compile alone")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
