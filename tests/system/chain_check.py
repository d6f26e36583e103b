"""Recomputes the chains of verdicts from the table, by the rules of actors/evidence/README.md alone: python3 and psql, none of
our own programs. Usage: chain_check.py DATABASE_URL. Says how many entries it checked; exit 1 at the first that does not fit."""

import hashlib
import subprocess
import sys

# Fields as in the README's table of lines; names of agreements and streams hold nothing that would be escaped.
QUERY = """SELECT position, encode(hash, 'hex'), concat_ws(E'\\t', 'verdict', agreement, version, point,
 to_char(since, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), length_ns, outcome, cause, culprit, measured_ns, target_ns, iops, requests,
 measured_seconds, basis) FROM verdicts WHERE agreement = '%s' ORDER BY position"""


def ask(url, query):
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-c", "SET timezone = 'UTC'", "-c",
                           query, url], check=True, capture_output=True, text=True)
    return [line.split("\x1f") for line in done.stdout.splitlines()]


def main():
    url, checked = sys.argv[1], 0
    for (agreement,) in ask(url, "SELECT DISTINCT agreement FROM verdicts"):
        before = "0" * 64
        number = 0
        for position, stored, line in ask(url, QUERY % agreement):
            number += 1
            before = hashlib.sha256(f"{before}\n{line}\n".encode()).hexdigest()
            if int(position) != number or stored != before:
                sys.exit(f"verdict {position} of {agreement} does not fit: {line}")
            checked += 1
        head = ask(url, f"SELECT position, encode(hash, 'hex') FROM chain_heads WHERE chain = 'verdicts/{agreement}'")
        if head != [[str(number), before]]:
            sys.exit(f"the head of {agreement} is not its last verdict")
    print(f"{checked} verdicts checked")


if __name__ == "__main__":
    main()
