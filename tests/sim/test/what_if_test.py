#!/usr/bin/env python3
"""what-if as an operator uses it: what it says, its exit codes, and what it says of wrong files.

usage: what_if_test.py SLUICE_SIM"""

import json
import os
import subprocess
import sys
import tempfile

PROGRAM = sys.argv[1]
STORAGE = ("--servers", "8", "--service", "1ms")

OLTP = """apiVersion: sluice/v1
kind: Agreement
metadata: { name: oltp, tenant: acme }
spec:
  streams: { volume: oltp }
  objective:
    reservation: { iops: 1500 }
    weight: 4
    tier: gold
    latency: [{ statistic: mean, target: 5ms, up_to: { iops: 2500 } }]
    compliance: { interval: 5s }
"""
BATCH = """apiVersion: sluice/v1
kind: Agreement
metadata: { name: batch, tenant: globex }
spec:
  streams: { volume: batch }
  objective: { reservation: { iops: 1000 }, weight: 1, tier: bronze, compliance: { interval: 5s } }
"""
# More than half of what the storage gives, and of the highest tier.
GREEDY = """apiVersion: sluice/v1
kind: Agreement
metadata: { name: greedy, tenant: initech }
spec:
  streams: { volume: greedy }
  objective: { reservation: { iops: 6000 }, weight: 4, tier: gold, compliance: { interval: 5s } }
"""
MODEST = GREEDY.replace("greedy", "modest").replace("6000", "500")
OBSERVE = "apiVersion: sluice/v1\nkind: Policy\nspec: { defaults: { mode: observe } }\n"


def run(*arguments):
    result = subprocess.run([PROGRAM, "what-if", *arguments], capture_output=True, text=True, check=False)
    return result.returncode, result.stdout, result.stderr


def expect(what, condition):
    if not condition:
        sys.exit(f"FAILED: {what}")


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def requests(seconds, streams):
    """Evenly spaced: rate, from, to and name of each stream. By time, as the file must be."""
    found = []
    for rate, begin, end, name in streams:
        found += [(begin * 1_000_000 + i * 1_000_000 // rate, name) for i in range((min(end, seconds) - begin) * rate)]
    return "".join(f"{at},R,4096,0,{name}\n" for at, name in sorted(found))


def main():
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        os.mkdir("agreements")
        write("agreements/oltp.yaml", OLTP)
        write("agreements/batch.yaml", BATCH)
        write("modest.yaml", MODEST)
        write("greedy.yaml", GREEDY)
        write("observe.yaml", OBSERVE)
        quiet = write("quiet.csv", requests(16, [(2000, 0, 16, "g/oltp/db"), (900, 0, 16, "g/batch/job")]))
        busy = write("busy.csv", requests(16, [(2000, 0, 16, "g/oltp/db"), (8000, 6, 9, "g/batch/job")]))
        answers(quiet, busy)
        wrong_files(quiet)
    print("what-if says what it should")


def answers(quiet, busy):
    known = ("--agreements", "agreements", "--trace", quiet, *STORAGE)
    code, out, err = run(*known, "--new", "modest.yaml")
    expect("what fits is accepted, and nothing is lost",
           (code, err) == (0, "") and "admission  accepted" in out and "stays kept" in out and "LOST" not in out)
    expect("nothing was recorded of it: somebody stands for it, and it says so", "g/modest/new asks for 500/s" in out)
    expect("the same question has the same answer", run(*known, "--new", "modest.yaml") == (code, out, err))

    code, out, _ = run(*known, "--new", "greedy.yaml")
    expect("what does not fit costs the lowest tier its promise: exit 1, named",
           code == 1 and "kept would be lost." in out and "reservation 1000/s     kept 3/3" in out and "LOST 0/3" in out)
    expect("admission says the same beforehand", "admission  warning" in out and "batch (bronze) gets 0 of 1000" in out)

    code, out, _ = run(*known, "--new", "greedy.yaml", "--json")
    told = json.loads(out)
    batch = {x["name"]: x for x in told["agreements"]}["batch"]
    expect("JSON says it too", code == 1 and told["lost"] >= 1 and batch["lost"] == [0]
           and batch["before"]["promises"][0]["kept"] is True and batch["after"]["promises"][0]["kept"] is False
           and batch["after"]["promises"][0]["cause"] == "capacity" and told["admission"]["outcome"] == "warning")
    expect("a load of one's own choice", run(*known, "--new", "greedy.yaml", "--new-load", "500")[0] == 0)
    code, out, _ = run(*known, "--new", "greedy.yaml", "--new-load", "0")
    expect("no load: nobody stands for it", code == 0 and "asks for" not in out)

    asked = ("--agreements", "agreements", "--trace", busy, *STORAGE)
    code, out, _ = run(*asked, "--new", "observe.yaml", "--json")
    oltp = {x["name"]: x for x in json.loads(out)["agreements"]}["oltp"]
    expect("a policy that only observes loses the promise in which somebody was greedy, and names who",
           code == 1 and oltp["lost"] == [0] and oltp["before"]["promises"][0]["kept"] is True
           and oltp["after"]["promises"][0]["culprit"] == "g/batch/job")

    rates = {"stream": "g/oltp/db", "series": [
        {"at": f"2026-11-23T10:00:{second:02}.000Z", "iops": 2000, "bandwidth": 8192000} for second in range(1, 17)]}
    answer = write("answer.json", json.dumps(rates))
    code, out, _ = run("--agreements", "agreements", "--trace", answer, "--new", "modest.yaml", *STORAGE)
    expect("the API's own figures are a recording, too", code == 0 and "recorded   16s on 1 stream" in out
           and "2000/s, least second 19" in out)
    many = write("traffic.json", json.dumps({"items": [rates, {**rates, "stream": "g/batch/job"}]}))
    code, listed, _ = run("--agreements", "agreements", "--trace", many, "--new", "modest.yaml", *STORAGE)
    expect("so is a list of them", code == 0 and "recorded   16s on 2 streams" in listed)
    in_force = {"apiVersion": "sluice/v1", "kind": "Agreement", "metadata": {"name": "modest", "tenant": "x"},
                "spec": {"streams": {"volume": "oltp"}, "objective": {"reservation": {"iops": 10}}}, "status": {"version": 3}}
    code, out, err = run("--agreements", write("in-force.json", json.dumps({"items": [in_force]})), "--trace", many,
                         "--new", "modest.yaml", *STORAGE)
    expect("agreements are read as the server lists them", (code, err) == (0, "") and "in force   1 agreement\n" in out)
    held_up = write("held-up.yaml", OLTP + "---\n" + BATCH.replace("spec:\n", "spec:\n  suspended: true\n"))
    code, out, err = run("--agreements", held_up, "--trace", quiet, "--new", "modest.yaml", *STORAGE)
    expect("what is suspended is not in force", (code, err) == (0, "") and "in force   1 agreement\n" in out and "globex" not in out)
    suspends = write("suspends.yaml", BATCH.replace("spec:\n", "spec:\n  suspended: true\n"))
    code, out, err = run("--agreements", "agreements", "--trace", quiet, "--new", suspends, *STORAGE)
    expect("what if it were suspended", err == "" and "admission  accepted" in out)


def wrong_files(quiet):
    def refused(expected, **other):
        given = {"agreements": "agreements", "new": "modest.yaml", "trace": quiet, **other}
        code, out, err = run(*[word for name, value in given.items() for word in (f"--{name}", value)],
                             *(() if "device" in other else STORAGE))
        expect(f"{other}: exit 2 and `{expected}`; got {code}, {err}", (code, out) == (2, "") and expected in err)

    refused("no/such: cannot be read: No such file or directory", agreements="no/such")
    refused("none.json: items must not be empty", trace=write("none.json", '{"items": []}'))
    refused("list.json: items[0].stream must be gateway/volume/client", trace=write("list.json", '{"items": [3]}'))
    refused("list.json: item 1: kind must be Agreement or Policy", agreements=write("list.json", '{"items": [3]}'))
    refused("bad.yaml: spec.objective.reservation.iops must be", new=write("bad.yaml", MODEST.replace("500", "lots")))
    refused("bad.yaml: kind must be Agreement or Policy", new=write("bad.yaml", MODEST.replace("Agreement", "Contract")))
    refused("two.yaml: must hold one document, holds 2", new=write("two.yaml", MODEST + "---\n" + GREEDY))
    refused("two.yaml:8: metadata.name must not be that of another agreement",
            agreements=write("two.yaml", MODEST + "---\n" + MODEST))
    refused("bad.csv:2: operation must be R or W", trace=write("bad.csv", "0,R,1,0,g/v/c\n1,X,1,0,g/v/c\n"))
    refused("bad.csv:2: time_us must not be before", trace=write("bad.csv", "5,R,1,0,g/v/c\n4,R,1,0,g/v/c\n"))
    refused("bad.csv:1: names no stream", trace=write("bad.csv", "0,R,1,0\n"))
    refused("bad.csv: is empty", trace=write("bad.csv", ""))
    refused("bad.json: series must be a list", trace=write("bad.json", '{"stream": "g/v/c"}'))
    refused("no volume for the recorded stream g/oltp/db", device=write(
        "device.yaml", "backends:\n  disk: { servers: 8 }\ngateways:\n  g: { volumes: { batch: disk } }\n"))
    refused("device.yaml:2: backends.disk.servers must be", device=write(
        "device.yaml", "backends:\n  disk: { servers: many }\n"))
    expect("without storage it says what to give", "--servers N" in run(
        "--agreements", "agreements", "--new", "modest.yaml", "--trace", quiet)[2])


main()
