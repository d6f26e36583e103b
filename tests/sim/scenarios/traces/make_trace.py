#!/usr/bin/env python3
"""Writes oltp.csv: block I/O as a small transactional database asks for it, made up from seeded chance.

usage: make_trace.py [--seed N] [--seconds S] > oltp.csv

It is a model, not a recording of anybody's machine. What it has of a real trace: the load changes every 50 ms between
60 % and 140 % of 1,600 requests per second; 8 KiB pages, a tenth of them 16 KiB and some read-ahead of 64 KiB; seven of
ten are reads; four fifths go to a fifth of the pages; and a log that is written one after the other, 4 KiB each, in
groups. Times are whole microseconds, offsets multiples of 512 bytes."""

import argparse
import random

PAGES = 1 << 20  # of 8 KiB: 8 GiB
LOG_BEGIN = PAGES * 8192
MEAN_RATE = 1600
SLICE_US = 50_000


def page(chance):
    hot = PAGES // 5
    return chance.randrange(hot) if chance.random() < 0.8 else hot + chance.randrange(PAGES - hot)


def requests(chance, seconds):
    log = 0
    for begin in range(0, int(seconds * 1_000_000), SLICE_US):
        rate = MEAN_RATE * chance.uniform(0.6, 1.4)
        at = float(begin)
        while True:
            at += chance.expovariate(rate) * 1_000_000
            if at >= begin + SLICE_US:
                break
            kind = chance.random()
            if kind < 0.70:
                size = 65536 if kind < 0.02 else 16384 if kind < 0.09 else 8192
                yield int(at), "R", size, page(chance) * 8192
            elif kind < 0.90:
                yield int(at), "W", 8192, page(chance) * 8192
            else:
                for i in range(chance.randint(1, 4)):
                    yield int(at) + i * 20, "W", 4096, LOG_BEGIN + log * 4096
                    log += 1


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=17)
    options.add_argument("--seconds", type=float, default=2)
    given = options.parse_args()
    print(f"# Made by make_trace.py --seed {given.seed} --seconds {given.seconds:g}: a model, not a recording.")
    print("time_us,operation,size_bytes,offset_bytes")
    for line in sorted(requests(random.Random(given.seed), given.seconds), key=lambda x: x[0]):
        print(*line, sep=",")


if __name__ == "__main__":
    main()
