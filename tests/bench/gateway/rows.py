"""What a benchmark's rows are, and what their rounds gave. Measures nothing itself."""

import statistics


class Row:
    """What is measured at once: `measure(place)` returns its figures by name, or {"fault": sentence}. Of several names it
    returns that for each of them, in their order."""

    def __init__(self, names, measure, every=1):
        self.names = [names] if isinstance(names, str) else names
        self.every = every  # measured in one of so many rounds, the first one included
        self._measure = measure

    def measure(self, place):
        """Figures by row name."""
        found = self._measure(place)
        return dict(zip(self.names, found if isinstance(found, list) else [found]))


class Results:
    """The figures of all rounds of all rows, and series for the plots."""

    def __init__(self):
        self.rounds, self.series = {}, {}

    def add(self, measured):
        """Takes what Row.measure() gave."""
        for name, figures in measured.items():
            self.series.update(figures.pop("series", {}))
            self.rounds.setdefault(name, []).append(figures)

    def faults(self, name):
        return [x["fault"] for x in self.rounds.get(name, []) if x.get("fault")]

    def values(self, name, figure):
        return [x[figure] for x in self.rounds.get(name, []) if figure in x]

    def median(self, name, figure):
        """None without a value, and when any round failed: a row with a fault has no figures."""
        values = self.values(name, figure)
        return statistics.median(values) if values and not self.faults(name) else None

    def spread_percent(self, name, figure):
        """The largest less the smallest, of the median."""
        values, median = self.values(name, figure), self.median(name, figure)
        return 100 * (max(values) - min(values)) / median if median else None


class Timing:
    """How long things are measured."""

    def __init__(self, quick):
        self.quick = quick
        self.data = 0.08 if quick else 0.3
        self.slice = 0.05 if quick else 0.15
        self.slices = 1 if quick else 4
        self.limit = 0.3 if quick else 5.0
        self.settle = 0.1 if quick else 0.5
        self.fair = 0.3 if quick else 1.5
        self.latency = 0.1 if quick else 0.3
        self.changes = 2 if quick else 10
        self.orders = 2 if quick else 10
