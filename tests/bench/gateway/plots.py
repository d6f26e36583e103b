"""Draws what the tables say: data files for gnuplot, and its pictures."""

import os
import subprocess

import data_path
import throttles

SCRIPT = os.path.join(os.path.dirname(__file__), "plots.gp")


def _write(directory, name, lines):
    with open(os.path.join(directory, name), "w", encoding="ascii") as file:
        file.writelines(line + "\n" for line in lines)


def _cpu(results, directory):
    names = list(data_path.SERVERS)
    drawn = []
    for label, _, size, _ in data_path.CASES:
        if size <= 65536:
            medians = [results.median(f"data/unix/{label}/{name}", "cpu_us") for name in names]
            drawn.append(" ".join([label, *("?" if x is None else f"{x:.3f}" for x in medians)]))
    _write(directory, "cpu_per_io.dat", [" ".join(["case", *names]), *drawn])


def _series(results, directory, prefix, width_ms):
    for name in throttles.LIMITED:
        counts = results.series.get(f"{prefix}/{name}", [])
        _write(directory, f"{prefix.split('/')[0]}-{name}.dat",
               ["# ms, IOPS", *(f"{i * width_ms} {x * 1000 / width_ms}" for i, x in enumerate(counts))])


def draw(results, directory):
    """Empty, or what went wrong."""
    os.makedirs(directory, exist_ok=True)
    _cpu(results, directory)
    _series(results, directory, "windows/read", 100)
    _series(results, directory, "change", 5)
    done = subprocess.run(["gnuplot", "-e", f"directory='{directory}'", SCRIPT], check=False, capture_output=True, text=True)
    return done.stderr.strip() if done.returncode != 0 else ""
