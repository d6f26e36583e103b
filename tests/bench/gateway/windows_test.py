"""Whether the arithmetic of the gateway's benchmark finds what is there. Expected numbers by construction of the times."""

import unittest

import windows


def paced(rate, first_us, last_us):
    """Completions at an even rate."""
    step = 1_000_000 // rate
    return list(range(first_us, last_us, step))


class Windows(unittest.TestCase):
    def test_even_times_fill_all_windows_alike(self):
        self.assertEqual(windows.counts(paced(2000, 0, 1_000_000), 0, 1_000_000, 100_000), [200] * 10)

    def test_extremes_see_one_gap_and_one_crowd(self):
        times = sorted(paced(1000, 0, 400_000)[:300] + [350_000] * 50)  # 0.3 s even, then 50 at once
        self.assertEqual(windows.extremes(times, 0, 400_000, 100_000, 1000), (0.5, 1.0))

    def test_a_change_at_once_is_in_force_at_once(self):
        times = paced(1000, 0, 100_000) + paced(8000, 100_000, 400_000)
        self.assertLessEqual(windows.in_force_us(times, 100_000, 400_000, 8000), windows.STEP_US)

    def test_a_late_change_is_seen_when_it_comes(self):
        times = paced(1000, 0, 117_000) + paced(8000, 117_000, 400_000)
        found = windows.in_force_us(times, 100_000, 400_000, 8000)
        self.assertAlmostEqual(found, 17_000, delta=0.1 * windows.WINDOW_US + windows.STEP_US)

    def test_a_lower_rate_is_seen_when_the_old_one_ends(self):
        times = paced(8000, 0, 109_000) + paced(1000, 109_000, 400_000)
        self.assertAlmostEqual(windows.in_force_us(times, 100_000, 400_000, 1000), 9000, delta=1000)

    def test_a_change_that_never_comes_is_none(self):
        self.assertIsNone(windows.in_force_us(paced(1000, 0, 400_000), 100_000, 400_000, 8000))

    def test_jain_of_equal_and_of_one_sided_shares(self):
        self.assertEqual(windows.jain([5, 5, 5, 5]), 1.0)
        self.assertEqual(windows.jain([7, 0, 0, 0]), 0.25)


if __name__ == "__main__":
    unittest.main()
