"""Judges a run of deploy/demo --chaos: what the clients saw, what the protocol of the trouble says, what is stored."""

import json
import sys

import windows

TARGET_MS = 5.0
RESUME_SECONDS = 3.0
KEPT_SHARE = 0.95


def read_trouble(directory):
    """[(ms since 1970, what, name)] in order."""
    with open(f"{directory}/trouble", encoding="ascii") as file:
        entries = [line.split() for line in file]
    return sorted((int(when), what, name) for when, what, name in entries)


def fio_result(directory, name):
    """(requests, error code) as fio itself has them: without continue_on_error it ends at the first error."""
    with open(f"{directory}/{name}.json", encoding="utf-8") as file:
        text = file.read()
    jobs = json.loads(text[text.index("{"):])["jobs"]
    return sum(job["read"]["total_ios"] for job in jobs), sum(job["error"] for job in jobs)


def judge_clients(directory):
    for name in ("oltp", "batch"):
        requests, error = fio_result(directory, name)
        print(f"{name}: {requests} requests, {'an error' if error else 'no error'}")
        yield error == 0, f"{name} saw an I/O error ({error})", False


def judge_resumption(trouble, victim, end):
    """After each restart the victim is back under its promise within 3 s, and stays so until the next trouble."""
    for index, (when, what, name) in enumerate(trouble):
        if what != "restarted":
            continue
        until = min([later for later, kind, _ in trouble[index:] if kind in ("killed", "stopped")] + [end])
        fine = windows.series(victim, when, until, windows.FINE_MS)
        calm = [i for i in range(len(fine) - 2) if all(latency <= TARGET_MS for _, latency, _ in fine[i:i + 3])]
        back = fine[calm[0]][0] if calm else float("inf")
        seen = [later - when for later, kind, whom in trouble if kind == "throttled" and whom == name]
        said = seen[0] / 1000 if seen else float("inf")
        rest = windows.series(victim, when + RESUME_SECONDS * 1000, until, windows.WINDOW_MS)
        share = windows.share_kept(rest, TARGET_MS)
        print(f"{name}: victim under {TARGET_MS:.0f} ms {back:.1f} s after the restart, "
              + (f"throttle in force after {said:.1f} s, " if name != "postgres" else "")
              + f"then {share:.0%} of {len(rest)} windows kept")
        yield back <= RESUME_SECONDS, f"{name}: the victim was back only {back:.1f} s after the restart", True
        if name != "postgres":
            yield seen != [], f"{name}: no throttle was in force again after the restart", False
            yield said <= RESUME_SECONDS, f"{name}: the throttle was in force only {said:.1f} s after the restart", True
        # Only where the calm is short, with --untimed, is there no such second.
        yield share >= KEPT_SHARE, f"{name}: after the restart only {share:.0%} of {len(rest)} 1 s windows were kept", True


def judge_agreements(directory, trouble):
    with open(f"{directory}/agreements.json", encoding="utf-8") as file:
        found = json.load(file)
    there = {item["metadata"]["name"] for item in (found["items"] if isinstance(found, dict) else found)}
    acknowledged = [name for _, what, name in trouble if what == "acknowledged"] + ["oltp-gold", "batch-bronze"]
    print(f"agreements acknowledged: {len(acknowledged)}, there: {len(there)}")
    for name in acknowledged:
        yield name in there, f"the acknowledged agreement {name} is lost", False


def judge_twice(directory):
    with open(f"{directory}/twice", encoding="ascii") as file:
        rows = int(file.read())
    print(f"rows that cover a sample twice: {rows}")
    yield rows == 0, f"{rows} rows cover a sample that is stored already", False


def judge_outage(directory, trouble, victim):
    """While PostgreSQL is away control goes on, and afterwards no second and no request is missing."""
    stopped = [when for when, what, _ in trouble if what == "stopped"][0]
    back = [when for when, what, _ in trouble if what == "restarted"][0]
    share = windows.share_kept(windows.series(victim, stopped, back, windows.WINDOW_MS), TARGET_MS)
    print(f"while PostgreSQL was away: {share:.0%} of the 1 s windows kept")
    yield share >= KEPT_SHARE, f"while PostgreSQL was away only {share:.0%} of the 1 s windows were kept", True
    with open(f"{directory}/seconds", encoding="ascii") as file:
        for line in file:
            volume, seconds, stored, requests = line.strip().split("|")
            seen, _ = fio_result(directory, volume)
            print(f"{volume}: {stored} of {seconds} seconds stored, {requests} requests of the {seen} that fio counted")
            yield seconds == stored, f"{volume}: {int(seconds) - int(stored)} seconds are missing", False
            yield int(requests) == seen, f"{volume}: {requests} requests are stored, fio counted {seen}", False


def main():
    mode, directory = sys.argv[1], sys.argv[2]
    trouble = read_trouble(directory)
    victim = windows.read_log(f"{directory}/oltp_lat.log")
    end = windows.read_log(f"{directory}/batch_lat.log")[-1][0]
    bars = list(judge_clients(directory)) + list(judge_twice(directory)) + list(judge_resumption(trouble, victim, end))
    if mode == "kill":
        bars += judge_agreements(directory, trouble)
    else:
        bars += judge_outage(directory, trouble, victim)
    return windows.report_missed(bars, "--untimed" not in sys.argv[3:])


if __name__ == "__main__":
    sys.exit(main())
