"""Waiting in the Python tests: polls with a deadline, never for a fixed time."""

import time

DEADLINE = 60  # seconds, for anything that must happen


def eventually(what):
    """Waits until what() is true and returns it."""
    deadline = time.monotonic() + DEADLINE
    while True:
        if result := what():
            return result
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.02)
