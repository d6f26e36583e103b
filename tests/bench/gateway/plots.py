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
    """One picture of each kind that was measured. Empty, or what went wrong."""
    os.makedirs(directory, exist_ok=True)
    pictures = []
    if any(row.startswith("data/unix/") for row in results.rounds):
        _cpu(results, directory)
        pictures.append("cpu_per_io")
    for picture, prefix, width_ms in (("windows", "windows/read", 100), ("change", "change", 5)):
        if all(f"{prefix}/{name}" in results.series for name in throttles.LIMITED):
            _series(results, directory, prefix, width_ms)
            pictures.append(picture)
    if "system" in results.series:
        _write(directory, "system.dat", [f"{i * 5} {x * 200}" for i, x in enumerate(results.series["system"])])
        pictures.append("system")
    settings = f"directory='{directory}'; pictures='{' '.join(pictures)}'"
    done = subprocess.run(["gnuplot", "-e", settings, SCRIPT], check=False, capture_output=True, text=True)
    return done.stderr.strip() if done.returncode != 0 else ""
