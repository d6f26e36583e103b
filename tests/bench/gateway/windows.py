"""What completion times say: windows, the moment a new rate is in force, fairness. Pure."""

from bisect import bisect_left

WINDOW_US = 20_000  # by which a new rate is recognised. Chosen: 20 requests at 1,000 per second
STEP_US = 500
TOLERANCE = 0.1  # of what a window should hold, and never less than MARGIN
MARGIN = 1.5  # requests: where a window begins is chance


def count(times, first_us, last_us):
    """Completions in [first, last)."""
    return bisect_left(times, last_us) - bisect_left(times, first_us)


def counts(times, first_us, last_us, width_us):
    """Completions in each whole window of that width."""
    edges = range(first_us, last_us + 1, width_us)
    places = [bisect_left(times, edge) for edge in edges]
    return [after - before for before, after in zip(places, places[1:])]


def extremes(times, first_us, last_us, width_us, rate):
    """The least and the fullest window, as a part of what the rate gives."""
    found = counts(times, first_us, last_us, width_us)
    due = rate * width_us / 1e6
    return min(found) / due, max(found) / due


def in_force_us(times, changed_us, until_us, rate):
    """From the change to the start of the first window at the new rate; None if there is none until then."""
    due = rate * WINDOW_US / 1e6
    margin = max(TOLERANCE * due, MARGIN)
    for start in range(changed_us, until_us - WINDOW_US, STEP_US):
        if abs(count(times, start, start + WINDOW_US) - due) <= margin:
            return start - changed_us
    return None


def jain(shares):
    """Jain's index: 1 when all are equal, 1/n when one has everything."""
    squares = sum(x * x for x in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 0.0
