"""What sluice-sim says about the same scenarios. Runs it; without it there are no figures."""

import glob
import json
import os
import subprocess

import place as places

SCENARIOS = os.path.join(places.ROOT, "tests", "sim", "scenarios")


def there(binaries):
    return os.access(os.path.join(binaries, "sluice-sim"), os.X_OK)


def figures(binaries, number):
    """{bar's name: figure} of a scenario's file."""
    return {}
