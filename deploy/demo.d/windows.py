"""What the clients of the demo saw, computed from fio's own per-request latency logs. Standard library only.

A log line is `milliseconds since 1970, latency in nanoseconds, direction, size, offset`; the time is the completion's.
"""

import math

WINDOW_MS = 1000
FINE_MS = 100


def read_log(path):
    """Returns [(completion in ms since 1970, latency in ms)] sorted by completion."""
    requests = []
    with open(path, encoding="ascii") as log:
        for line in log:
            when, latency, _ = line.split(",", 2)
            requests.append((int(when), int(latency) / 1e6))
    requests.sort()
    return requests


def began(requests):
    """When the first request was issued [ms since 1970]."""
    return min(when - latency for when, latency in requests[:1000])


def between(requests, first_ms, last_ms):
    """The requests that completed in [first, last)."""
    return [(when, latency) for when, latency in requests if first_ms <= when < last_ms]


def mean(requests):
    """The mean latency [ms]; infinite for none, as a client that gets no answer would say."""
    return sum(latency for _, latency in requests) / len(requests) if requests else math.inf


def percentile(requests, share):
    """The latency [ms] that `share` of the requests did not exceed (nearest rank)."""
    latencies = sorted(latency for _, latency in requests)
    return latencies[max(0, math.ceil(share * len(latencies)) - 1)] if latencies else math.inf


def series(requests, first_ms, last_ms, width_ms):
    """[(start of the window [s after first], mean latency [ms], requests per second)] for each full window."""
    count = int((last_ms - first_ms) // width_ms)
    sums, counts = [0.0] * count, [0] * count
    for when, latency in requests:
        index = math.floor((when - first_ms) / width_ms)
        if 0 <= index < count:
            sums[index] += latency
            counts[index] += 1
    return [(i * width_ms / 1000, sums[i] / counts[i] if counts[i] else math.inf, counts[i] * 1000 / width_ms)
            for i in range(count)]


def share_kept(windows, target_ms):
    """The share of the windows whose mean is at or under the target; 0 without windows."""
    return sum(1 for _, latency, _ in windows if latency <= target_ms) / len(windows) if windows else 0.0


def time_to_recover(windows, target_ms):
    """Seconds from the start of `windows` until the first three in a row are at or under the target after one above it.

    0 if none of the first second is above it; infinite if they never come back.
    """
    above = [i for i, (start, latency, _) in enumerate(windows) if start < 1 and latency > target_ms]
    if not above:
        return 0.0
    for i in range(above[0] + 1, len(windows) - 2):
        if all(latency <= target_ms for _, latency, _ in windows[i:i + 3]):
            return windows[i][0]
    return math.inf


def report_missed(bars, timed):
    """Says each bar (kept, sentence, hangs on the machine's speed) that was missed; the exit code. Without `timed` those
    that hang on the machine's speed are said and not counted."""
    counted = 0
    for kept, sentence, on_time in bars:
        if kept:
            continue
        judged = timed or not on_time
        counted += judged
        print(f"{'MISSED' if judged else 'missed, not judged (--untimed)'}: {sentence}")
    return 1 if counted else 0
