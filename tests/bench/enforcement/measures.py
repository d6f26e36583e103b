"""From requests to figures: pure, tested by measures_test.py. A request is (completion in ms since 1970, latency in ms)."""

import bisect
import math

import windows

SECOND_MS = 1000
SLIDE_MS = 100  # a window begins every so often where a share of windows is taken


def rate(requests, first_ms, last_ms):
    """Requests per second that completed in [first, last)."""
    return _count(requests, first_ms, last_ms) * 1000 / (last_ms - first_ms) if last_ms > first_ms else 0.0


def _count(requests, first_ms, last_ms):
    return bisect.bisect_left(requests, (last_ms,)) - bisect.bisect_left(requests, (first_ms,))


def second_rates(requests, first_ms, last_ms):
    """The rates of the whole seconds in [first, last), side by side."""
    return [rate(requests, at, at + SECOND_MS)
            for at in _steps(first_ms, last_ms - SECOND_MS, SECOND_MS)]


def _steps(first, last, step):
    return [first + i * step for i in range(int((last - first) // step) + 1)] if last >= first else []


def windows_kept(requests, first_ms, last_ms, width_ms, kept, step_ms=SLIDE_MS):
    """The share of the windows in [first, last), one beginning every `step_ms`, for whose latencies `kept(list)` is true. A
    window without an answer is not kept."""
    steps = _steps(first_ms, last_ms - width_ms, step_ms)
    good = 0
    for at in steps:
        part = requests[bisect.bisect_left(requests, (at,)):bisect.bisect_left(requests, (at + width_ms,))]
        good += bool(part) and kept([latency for _, latency in part])
    return good / len(steps) if steps else 0.0


def mean_at_most(target_ms):
    return lambda latencies: sum(latencies) / len(latencies) <= target_ms


def percentile_at_most(share, target_ms):
    """Nearest rank."""
    return lambda latencies: sorted(latencies)[max(0, math.ceil(share * len(latencies)) - 1)] <= target_ms


def recovered_s(requests, first_ms, last_ms, target_ms):
    """Seconds until the 100 ms means are at or under the target for good (three in a row) after the first second's first
    one above it."""
    return windows.time_to_recover(windows.series(requests, first_ms, last_ms, windows.FINE_MS), target_ms)


def regained_s(requests, first_ms, last_ms, wanted_per_second):
    """Seconds until three 100 ms in a row have the rate; infinite if none have."""
    rates = [iops for *_, iops in windows.series(requests, first_ms, last_ms, windows.FINE_MS)]
    for i in range(len(rates) - 2):
        if sum(rates[i:i + 3]) / 3 >= wanted_per_second:
            return i * windows.FINE_MS / 1000
    return math.inf


def percentile(values, share):
    """Nearest rank; None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
