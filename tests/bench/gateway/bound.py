"""A figure with the bounds it must keep, and whether it does. Pure."""


class Bound:
    """`value` is None when it was not measured; `digits` are those that are printed."""

    def __init__(self, value, least=None, most=None, digits=3):
        self.value, self.least, self.most, self.digits = value, least, most, digits

    @property
    def passed(self):
        """Judged as it is printed: a figure is not better known than its last digit."""
        if self.value is None:
            return False
        value = round(self.value, self.digits)
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def bound(self):
        if self.least is not None and self.most is not None:
            return f"{self.least} to {self.most}"
        return f">= {self.least}" if self.least is not None else f"<= {self.most}"
