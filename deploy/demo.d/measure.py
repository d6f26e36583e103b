"""Says whether the demo kept its bars: the table, the data for the plot, and exit code 1 when a bar is missed."""

import argparse
import sys

import windows

TARGET_MS = 5.0              # the promise of deploy/demo.d/oltp-gold.yaml
UNCONTROLLED_MEAN_MS = 20.0  # without agreements the victim must suffer at least this, or there was no contention
KEPT_SHARE = 0.95            # of the 1 s windows from the second second on
TOTAL_SHARE = 0.95           # of the uncontrolled total


class Phase:
    """One run of both clients, cut to the time in which both were active."""

    def __init__(self, directory, name):
        self.name = name
        self.victim = windows.read_log(f"{directory}/{name}/oltp_lat.log")
        self.batch = windows.read_log(f"{directory}/{name}/batch_lat.log")
        if not self.victim or not self.batch:
            raise SystemExit(f"measure: phase {name}: a client completed no request")
        self.burst = windows.began(self.batch)
        self.end = min(self.victim[-1][0], self.batch[-1][0])

    def seconds(self):
        """The victim in 1 s windows from the second second of the burst on."""
        return windows.series(self.victim, self.burst, self.end, windows.WINDOW_MS)[1:]

    def contended(self, requests):
        """What completed while both were active, without the first second."""
        return windows.between(requests, self.burst + windows.WINDOW_MS, self.end)

    def rate(self, requests):
        """Requests per second over the same time."""
        return len(self.contended(requests)) * 1000 / (self.end - self.burst - windows.WINDOW_MS)

    def figures(self):
        """What the table shows, by name."""
        victim = self.contended(self.victim)
        fine = windows.series(self.victim, self.burst, self.end, windows.FINE_MS)
        return {
            "mean": windows.mean(victim),
            "p99": windows.percentile(victim, 0.99),
            "kept": windows.share_kept(self.seconds(), TARGET_MS),
            "victim_iops": self.rate(self.victim),
            "batch_iops": self.rate(self.batch),
            "total_iops": self.rate(self.victim) + self.rate(self.batch),
            "recover": windows.time_to_recover(fine, TARGET_MS),
        }


ROWS = [
    ("victim mean latency [ms]", "mean", "{:.2f}"),
    ("victim p99 latency [ms]", "p99", "{:.2f}"),
    ("1 s windows with a mean <= 5 ms [%]", "kept", "{:.1%}"),
    ("victim IOPS", "victim_iops", "{:.0f}"),
    ("batch IOPS", "batch_iops", "{:.0f}"),
    ("total IOPS", "total_iops", "{:.0f}"),
    ("start of the burst until back under 5 ms [s]", "recover", "{:.1f}"),
]


def print_table(without, with_agreements):
    print(f"{'':46}{'without':>12}{'with agreements':>18}")
    for title, key, form in ROWS:
        print(f"{title:46}{form.format(without[key]).rstrip('%'):>12}{form.format(with_agreements[key]).rstrip('%'):>18}")


def bars(without, kept, batch_promise):
    """(kept?, what was asked for and found, does it hang on the machine's speed?)"""
    yield (without["mean"] >= UNCONTROLLED_MEAN_MS,
           f"without agreements the victim's mean must be at least {UNCONTROLLED_MEAN_MS:.0f} ms: "
           f"{without['mean']:.2f} ms", True)
    yield (kept["mean"] < without["mean"],
           f"with agreements the victim's mean must be lower than without: {kept['mean']:.2f} ms", False)
    yield (kept["kept"] >= KEPT_SHARE,
           f"with agreements {KEPT_SHARE:.0%} of the 1 s windows must be at or under {TARGET_MS:.0f} ms: "
           f"{kept['kept']:.1%}", True)
    yield (kept["total_iops"] >= TOTAL_SHARE * without["total_iops"],
           f"the total must be at least {TOTAL_SHARE:.0%} of the uncontrolled one: "
           f"{kept['total_iops'] / without['total_iops']:.1%}", True)
    yield (kept["batch_iops"] >= batch_promise,
           f"batch must get the {batch_promise} IOPS it was promised: {kept['batch_iops']:.0f}", True)


def write_series(directory, phase):
    """The plot's data: seconds since the burst, victim's mean [ms], victim's IOPS, batch's IOPS, per 100 ms."""
    first = phase.burst - 3 * windows.WINDOW_MS
    victim = windows.series(phase.victim, first, phase.end, windows.FINE_MS)
    batch = windows.series(phase.batch, first, phase.end, windows.FINE_MS)
    with open(f"{directory}/{phase.name}/series.dat", "w", encoding="ascii") as out:
        for (start, latency, victim_rate), (_, _, batch_rate) in zip(victim, batch):
            shown = "nan" if latency == float("inf") else f"{latency:.3f}"
            out.write(f"{start - 3:.1f} {shown} {victim_rate:.0f} {batch_rate:.0f}\n")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("directory", help="where the phases' folders `without` and `with` are")
    options.add_argument("--batch-promise", type=int, required=True, help="what batch was promised [IOPS]")
    options.add_argument("--untimed", action="store_true", help="do not judge what hangs on the machine's speed")
    arguments = options.parse_args()
    phases = [Phase(arguments.directory, name) for name in ("without", "with")]
    for phase in phases:
        write_series(arguments.directory, phase)
    without, kept = (phase.figures() for phase in phases)
    print_table(without, kept)
    return windows.report_missed(bars(without, kept, arguments.batch_promise), not arguments.untimed)


if __name__ == "__main__":
    sys.exit(main())
