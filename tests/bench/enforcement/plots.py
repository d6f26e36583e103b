"""Draws a scenario's runs: latency and rate of each client per 100 ms, without agreements on the left, with them on the right."""

import os
import subprocess

import windows

SCRIPT = os.path.join(os.path.dirname(__file__), "plots.gp")


def _series(run, path):
    """Seconds, then mean latency [ms] and IOPS of each client."""
    first = min(run.began(name) for name in run.requests)
    last = max(x[-1][0] for x in run.requests.values())
    columns = [windows.series(x, first, last, windows.FINE_MS) for x in run.requests.values()]
    with open(path, "w", encoding="ascii") as file:
        file.write("# " + " ".join(["seconds", *(f"{name}-ms {name}-iops" for name in run.requests)]) + "\n")
        for row in zip(*columns):
            cells = [f"{row[0][0]:.1f}"]
            for _, latency, iops in row:
                cells += ["nan" if latency == float("inf") else f"{latency:.3f}", f"{iops:.0f}"]
            file.write(" ".join(cells) + "\n")


def draw(scenario, runs, directory):
    """DIR/NN.png. Empty, or what went wrong."""
    shown = [x for x in scenario.variants if x in runs]
    for variant in shown:
        _series(runs[variant], os.path.join(directory, f"{scenario.key}-{variant}.dat"))
    names = " ".join(runs[shown[0]].requests)
    settings = (f"directory='{directory}'; key='{scenario.key}'; name='{scenario.number}: {scenario.title}'; "
                f"variants='{' '.join(shown)}'; clients='{names}'")
    done = subprocess.run(["gnuplot", "-e", settings, SCRIPT], check=False, capture_output=True, text=True)
    return done.stderr.strip() if done.returncode != 0 else ""
