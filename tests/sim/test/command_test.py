#!/usr/bin/env python3
"""The program as people and scripts use it: what it prints, and its exit codes.

usage: command_test.py SLUICE_SIM"""

import json
import os
import subprocess
import sys
import tempfile

PROGRAM = sys.argv[1]
SCENARIOS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scenarios")
GOOD = os.path.join(SCENARIOS, "12b-released.yaml")


def run(*arguments):
    result = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    return result.returncode, result.stdout, result.stderr


def expect(what, condition):
    if not condition:
        sys.exit(f"FAILED: {what}")


def main():
    code, out, err = run("--version")
    expect("--version", (code, err) == (0, "") and out.startswith("sluice-sim "))
    expect("--help", run("--help")[0] == 0 and "run" in run("--help")[1])
    for wrong in ([], ["fly"], ["run"], ["run", GOOD, "--seeds", "0"], ["run", GOOD, "--seed", "x"], ["run", GOOD, "--fast"],
                  ["run", GOOD, "--controller", "magic"], ["run", GOOD, GOOD, "--plot", "x.png"], ["list"], ["check"]):
        code, out, err = run(*wrong)
        expect(f"{wrong} is bad usage in one line", (code, out) == (2, "") and err.count("\n") == 1)

    code, out, err = run("run", GOOD, "--seeds", "2")
    expect("a good run ends with 0 and prints its trace", (code, err) == (0, "") and "trace  " in out and "MISSED" not in out)
    code, out, _ = run("run", GOOD, "--seeds", "2", "--json")
    judged = json.loads(out)[0]
    expect("JSON has every figure", code == 0 and judged["held"] and len(judged["seeds"]) == 2
           and all(len(bar["figures"]) == 2 for bar in judged["bars"]))
    code, out, _ = run("run", GOOD, "--controller", "none")
    expect("a missed bar ends with 1, and with the command to see it again",
           code == 1 and "MISSED" in out and f"sluice-sim run {GOOD} --seed 1 --controller none" in out)

    code, out, err = run("list", SCENARIOS)
    expect("list names every file", (code, err) == (0, "") and len(out.splitlines()) >= 17)
    expect("list as JSON", len(json.loads(run("list", SCENARIOS, "--json")[1])) == len(out.splitlines()))
    expect("list of no directory", run("list", "/no/such/place")[0] == 3)
    expect("list of no scenario", run("list", os.path.dirname(os.path.abspath(__file__)))[0] == 3)
    code, out, err = run("run", "/no/such.yaml")
    expect("a file that is not there", (code, out, err) == (2, "", "/no/such.yaml: cannot be read: No such file or directory\n"))
    expect("a directory is no file", run("check", SCENARIOS) == (2, "", SCENARIOS + ": is a directory\n"))
    expect("an empty file", run("check", os.devnull) == (2, "", os.devnull + ": is empty\n"))
    for command in ("run", "list", "check", "compare", "what-if"):
        code, out, _ = run(command, "--help")
        expect(f"{command} --help", code == 0 and f"Usage: sluice-sim {command}" in out and "Exit codes" in out)
    files = [os.path.join(SCENARIOS, name) for name in os.listdir(SCENARIOS) if name.endswith(".yaml")]
    expect("check says nothing of good files", run("check", *files) == (0, "", ""))

    with open(os.path.join(SCENARIOS, "README.md"), encoding="utf-8") as file:
        example = file.read().split("```yaml\n")[1].split("```")[0]
    with tempfile.TemporaryDirectory() as directory:
        shop = os.path.join(directory, "shop.yaml")
        with open(shop, "w", encoding="utf-8") as file:
            file.write(example)
        expect("the example of the README is a good scenario", run("check", shop) == (0, "", ""))
        code, out, _ = run("run", shop)
        expect("and it runs", code in (0, 1) and "trace  " in out)
        bad = os.path.join(directory, "bad.yaml")
        with open(GOOD, encoding="utf-8") as source, open(bad, "w", encoding="utf-8") as file:
            file.write(source.read().replace("servers: 8", "servers: eight").replace("depth: 256", "dept: 256"))
        code, out, err = run("check", bad)
        expect("check says all that is wrong, by file and line",
               (code, out) == (2, "") and len(err.splitlines()) >= 2 and all(x.startswith(bad + ":") for x in err.splitlines()))
        expect("run says the same", run("run", bad)[0] == 2 and run("run", bad)[2] == err)
        trace = os.path.join(directory, "trace.csv")
        expect("--trace", run("run", GOOD, "--trace", trace)[0] == 0)
        with open(trace, encoding="utf-8") as file:
            kinds = {line.split(",")[1] for line in file}
        expect(f"a trace has throttles, events and replies: {kinds}", {"throttle", "event", "reply"} <= kinds)
        expect("a trace that cannot be written", run("run", GOOD, "--trace", "/no/such/place/x")[0] == 3)
        expect("a picture that cannot be written", run("run", GOOD, "--plot", "/no/such/place/x.png") == (
            3, "", "sluice-sim: /no/such/place/x.png cannot be written\n"))
        picture = os.path.join(directory, "picture.png")
        code, _, err = run("run", GOOD, "--plot", picture)
        if code == 3 and "gnuplot could not be started" in err:
            print("gnuplot is not installed: the picture was not looked at")
        else:
            with open(picture, "rb") as file:
                expect("--plot writes a PNG", code == 0 and file.read(8) == b"\x89PNG\r\n\x1a\n")


if __name__ == "__main__":
    main()
