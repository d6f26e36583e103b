"""Questions about the past, on more than ten million rows that were stored in the order of time.

A PostgreSQL of its own gets a month of 500 agreements with a stream each: sample rows (one in 150 s, and each second of
the last hour), minutes of the last day, hours, verdicts with their counts per hour, and a weekly maintenance window.
Then sluice-bench-history asks through the functions that the database manager calls, and the same compliance is
computed from the raw rows by SQL."""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
NOW = 1_793_491_200  # 2026-11-01 00:00 UTC
DAY = 86400
BARS = {"hour of a stream": 5.0, "month of a stream": 25.0, "month's compliance of all": 600.0, "month's report": 1000.0}
RATIO = 0.25  # compliance from the counts, by compliance from raw rows
RAW = "the same from raw rows"

# Two histograms of twelve buckets each; seven kinds, so that streams differ.
CELLS = ("CREATE TEMPORARY TABLE kind AS SELECT k, array_agg(((60 + k + b) << 23) + 40 - 3 * b ORDER BY b) AS cells FROM "
         "generate_series(0, 6) k, generate_series(0, 11) b GROUP BY k;")
FIGURES = "1000000000, 270, 270, 0, 200, 70, 819200, 286720"


class Place:
    """A PostgreSQL in a directory, gone at the end."""

    def __init__(self, directory):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="sluice-hb-", dir=directory))
        self.postgres("make")
        self.postgres("stop")
        with open(self.path / "cluster" / "postgresql.conf", "a", encoding="ascii") as file:
            file.write("shared_buffers = 512MB\nwork_mem = 64MB\nmaintenance_work_mem = 256MB\nwal_level = minimal\n"
                       "max_wal_senders = 0\nmax_wal_size = 2GB\nsynchronous_commit = off\nautovacuum = off\n")
        self.postgres("start")

    def postgres(self, verb):
        subprocess.run([ROOT / "tests/process/private_postgres.sh", verb, self.path], check=True,
                       stdout=subprocess.DEVNULL)

    def url(self):
        return f"postgresql://sluice@/sluice?host={self.path}"

    def sql(self, *statements):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-", self.url()],
                              input="\n".join(statements), capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return done.stdout.strip()

    def remove(self):
        self.postgres("remove")
        shutil.rmtree(self.path, ignore_errors=True)


def partition(table, first, next_one, suffix):
    return (f"CREATE TABLE {table}_{suffix} PARTITION OF {table} FOR VALUES FROM (to_timestamp({first})) "
            f"TO (to_timestamp({next_one}));")


def months(first, last):
    """The UTC months that hold the span, as (first second, next month's, name)."""
    import datetime
    at = datetime.datetime.fromtimestamp(first, datetime.timezone.utc).replace(day=1, hour=0, minute=0, second=0)
    while at.timestamp() < last:
        following = (at + datetime.timedelta(days=32)).replace(day=1)
        yield int(at.timestamp()), int(following.timestamp()), at.strftime("%Y%m")
        at = following


def sample_rows(first, step, count, streams):
    """Rows of `count` moments, all streams of a moment side by side: the order in which they come."""
    return (f"INSERT INTO samples SELECT s, to_timestamp({first} + {step} * i), 1, ({first} - {NOW - 40 * DAY} + {step} * i) * 10, "
            f"({first} - {NOW - 40 * DAY} + {step} * i) * 10 + 9, 10, {FIGURES}, 0, 2, 1.5, 0, 0, 270 * 800000::bigint, "
            "270 * (1000000::bigint + (s * 7919 + i * 104729) % 4200000), 0, to_timestamp(0), 0, 'disk', cells, cells "
            f"FROM generate_series(0, {count - 1}) i, generate_series(1, {streams}) s JOIN kind ON k = s % 7 ORDER BY i, s;")


def roll_ups(table, first, step, count, streams):
    return (f"INSERT INTO {table} SELECT s, to_timestamp({first} + {step} * i), {step}, {step} * 1000000000::bigint, "
            f"270 * {step}, 270 * {step}, 0, 200 * {step}, 70 * {step}, 819200 * {step}::bigint, 286720 * {step}::bigint, 290, 0, 0, "
            f"270 * {step} * 800000::bigint, 270 * {step} * (1000000::bigint + (s * 7919 + i * 104729) % 4200000), 'disk', cells, "
            f"cells FROM generate_series(0, {count - 1}) i, generate_series(1, {streams}) s JOIN kind ON k = s % 7 ORDER BY i, s;")


def verdict_rows(first, interval, count, agreements):
    """One in 997 is violated, in runs of three; one in 1,009 has no data."""
    broken = "(i / 3 * 31 + s * 17) % 997 = 0"
    return (f"INSERT INTO verdicts SELECT 'av' || lpad(s::text, 4, '0'), 1, 0, to_timestamp({first} + {interval} * i), "
            f"{interval}000000000, CASE WHEN {broken} THEN 'violated' WHEN (i + s * 5) % 1009 = 0 THEN 'no-data' ELSE 'met' END, "
            f"CASE WHEN {broken} THEN 'stream' ELSE 'none' END, CASE WHEN {broken} THEN 'gw1/batch/c' ELSE '' END, "
            f"CASE WHEN {broken} THEN 8000000 ELSE 2000000 END, 5000000, 270, 270 * {interval}, {interval}, 'rows', "
            f"to_timestamp(0), ({first} - {NOW - 40 * DAY}) / {interval} + i + 1, decode(md5(i::text) || md5(s::text), 'hex') "
            f"FROM generate_series(0, {count - 1}) i, generate_series(1, {agreements}) s ORDER BY i, s;")


def fill(place, x):
    begin = NOW - x.days * DAY
    place.sql("INSERT INTO streams (gateway, volume, client) SELECT 'gw1', 'v' || lpad(i::text, 4, '0'), 'c' FROM "
              f"generate_series(1, {x.agreements}) i ORDER BY i;")
    for table in ("hours", "verdicts", "compliance_hours"):
        place.sql(*(partition(table, *month) for month in months(begin, NOW + DAY)))
    for day in range(x.days):
        first = begin + day * DAY
        name = time.strftime("%Y%m%d", time.gmtime(first))
        last = day == x.days - 1
        rows = [partition("samples", first, first + DAY, name), CELLS]
        rows.append(sample_rows(first, x.step, (DAY - (3600 if last else 0)) // x.step, x.agreements))
        if last:
            rows.append(sample_rows(NOW - 3600, 1, 3600, x.agreements))
            rows += [partition("minutes", first, NOW, name), roll_ups("minutes", first, 60, DAY // 60, x.agreements)]
        rows += [roll_ups("hours", first, 3600, 24, x.agreements),
                 verdict_rows(first, x.interval, DAY // x.interval, x.agreements)]
        place.sql("BEGIN;", *rows, "COMMIT;")
        print(f"\r  filled {day + 1} of {x.days} days", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    place.sql("INSERT INTO compliance_hours SELECT agreement, date_trunc('hour', since), point, version, count(*) FILTER "
              "(WHERE outcome = 'met'), count(*) FILTER (WHERE outcome = 'violated'), 0, count(*) FILTER (WHERE outcome = "
              "'no-data'), 0 FROM verdicts GROUP BY 2, 1, 3, 4 ORDER BY 2, 1;",
              f"INSERT INTO progress SELECT x, to_timestamp({NOW}) FROM unnest(ARRAY['seconds', 'minutes', 'hours', 'verdicts']) x;",
              "INSERT INTO exclusions (agreement_pattern, starts, length_ns, recurrence, time_zone, author, reason, correction, "
              "entered) VALUES ('*', '2026-10-04 02:00+00', 14400000000000, 'FREQ=WEEKLY;BYDAY=SU', 'UTC', 'bench', "
              "'maintenance', false, to_timestamp(0));", "VACUUM ANALYZE;")


def raw_compliance_ms(place, x):
    """A month's compliance of all, from the sample rows: whether the mean of each interval is within the target."""
    query = ("SELECT stream, count(*) FILTER (WHERE mean <= 5000000), count(*) FROM (SELECT stream, "
             f"floor(extract(epoch FROM second) / {x.interval}) AS i, sum(total_latency_sum_ns) / nullif(sum(completions), 0) AS "
             f"mean FROM samples WHERE second >= to_timestamp({NOW - x.days * DAY}) AND second < to_timestamp({NOW}) GROUP BY 1, "
             "2) x GROUP BY 1")
    took = []
    for _ in range(3):
        begin = time.monotonic()
        place.sql(query + ";")
        took.append((time.monotonic() - begin) * 1000)
    return statistics.median(took)


def arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run history")
    parser.add_argument("--commit", default="unknown")
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--force", action="store_true", help="accepted for likeness")
    x = parser.parse_args()
    x.days, x.agreements, x.interval, x.step = 30, 500, 120, 150
    if x.quick:
        x.days, x.agreements, x.interval, x.step = 3, 100, 600, 600
    return x


def main():
    x = arguments()
    place = Place("/tmp")
    try:
        words = [place.url(), ROOT / "deploy/schema", NOW, x.days, x.interval, x.agreements, x.rounds]
        program = [x.bin / "sluice-bench-history"]
        subprocess.run([*program, "prepare", *map(str, words)], check=True)
        begin = time.monotonic()
        fill(place, x)
        filled_s = time.monotonic() - begin
        counts = {table: int(place.sql(f"SELECT count(*) FROM {table};"))
                  for table in ("samples", "minutes", "hours", "verdicts", "compliance_hours")}
        size = place.sql("SELECT pg_size_pretty(pg_database_size('sluice'));")
        done = subprocess.run([*program, "measure", *map(str, words)], check=True, capture_output=True, text=True)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        raw = raw_compliance_ms(place, x)
    finally:
        place.remove()
    print(f"commit {x.commit}; " + ", ".join(f"{n:,} {table}" for table, n in counts.items())
          + f"; {size}, filled in {filled_s:.0f} s; medians of {x.rounds}")
    print(f"{'question':34} {'median ms':>10} {'worst ms':>10} {'bar ms':>8}  met")
    missed = 0
    for row in rows:
        bar = BARS.get(row["id"])
        met = bar is None or row["median_ms"] <= bar
        missed += not met
        print(f"{row['id']:34} {row['median_ms']:10.1f} {row['worst_ms']:10.1f} {bar or '-':>8}  "
              + ("" if bar is None else "yes" if met else "NO"))
    ratio = next(row["median_ms"] for row in rows if row["id"] == "month's compliance of all") / raw
    missed += ratio > RATIO
    print(f"{RAW:34} {raw:10.1f}\n{'ratio to it':34} {ratio:10.3f} {'':10} {RATIO:8}  " + ("yes" if ratio <= RATIO else "NO"))
    if x.json:
        x.json.write_text(json.dumps({"commit": x.commit, "quick": x.quick, "rows": rows, "raw_ms": raw, "ratio": ratio,
                                      "counts": counts, "bars_ms": BARS, "ratio_bar": RATIO}, indent=2) + "\n",
                          encoding="utf-8")
    if x.quick:
        print("quick: no verdict")
        return 0
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
