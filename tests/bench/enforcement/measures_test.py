"""The benchmark's own arithmetic, on made-up requests and logs."""

import math
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "..", "..", "deploy", "demo.d"))

import measures  # noqa: E402
import reaction  # noqa: E402


def paced(per_second, first_ms, last_ms, latency=1.0):
    """Evenly spaced requests."""
    return [(first_ms + (i + 0.5) * 1000 / per_second, latency) for i in range(int((last_ms - first_ms) * per_second / 1000))]


class Measures(unittest.TestCase):
    def test_a_rate_is_what_completed_in_the_time(self):
        self.assertEqual(measures.rate(paced(100, 0, 3000), 1000, 2000), 100)
        self.assertEqual(measures.rate([], 0, 1000), 0)
        self.assertEqual(measures.rate(paced(100, 0, 1000), 1000, 1000), 0)

    def test_second_rates_leave_the_part_of_a_second_at_the_end(self):
        self.assertEqual(measures.second_rates(paced(100, 0, 2000) + paced(50, 2000, 3500), 0, 3500), [100, 100, 50])
        self.assertEqual(measures.second_rates(paced(100, 0, 900), 0, 900), [])

    def test_the_share_of_windows_counts_each_that_holds_a_bad_part(self):
        bad = paced(100, 0, 3000) + paced(100, 3000, 3100, latency=100) + paced(100, 3100, 5000)
        # 41 windows of 1 s; those that begin from 2.1 s to 3 s hold all of the bad 100 ms: a mean of 10.9 ms
        self.assertAlmostEqual(measures.windows_kept(bad, 0, 5000, 1000, measures.mean_at_most(5)), 31 / 41)
        self.assertEqual(measures.windows_kept(bad, 0, 5000, 1000, measures.mean_at_most(11)), 1)

    def test_a_window_without_an_answer_is_not_kept(self):
        hole = paced(100, 0, 1000) + paced(100, 2000, 3000)
        self.assertAlmostEqual(measures.windows_kept(hole, 0, 3000, 1000, measures.mean_at_most(5), 1000), 2 / 3)
        self.assertEqual(measures.windows_kept([], 0, 3000, 1000, measures.mean_at_most(5)), 0)

    def test_a_percentile_is_the_nearest_rank(self):
        self.assertTrue(measures.percentile_at_most(0.99, 1)([1] * 99 + [50]))
        self.assertFalse(measures.percentile_at_most(0.99, 1)([1] * 98 + [50] * 2))
        self.assertEqual(measures.percentile([3, 1, 2], 0.5), 2)
        self.assertIsNone(measures.percentile([], 0.5))

    def test_capacity_is_regained_when_three_windows_have_it(self):
        late = paced(100, 0, 400) + paced(1000, 400, 2000)
        self.assertAlmostEqual(measures.regained_s(late, 0, 2000, 950), 0.4)
        self.assertEqual(measures.regained_s(late, 0, 2000, 2000), math.inf)


class Reaction(unittest.TestCase):
    MONITOR = ["T DEBUG monitor samples-arrived gateway=g sequence=1 at_us=1000",
               "T DEBUG monitor samples-arrived gateway=g sequence=2 at_us=101000",
               "T DEBUG monitor samples-arrived gateway=g sequence=3 at_us=201000"]

    @staticmethod
    def core(*steps):
        words = {"t": "samples-taken gateway=g sequence=%s", "s": "throttle-sent stream=g/v/c generation=%s", "p": "planned throttles=%s"}
        return [f"T DEBUG core {words[step[0]] % step[1:]}" for step in steps]

    GATEWAY = ["T DEBUG control throttle-taken stream=g/v/c generation=7 at_us=61000",
               "T DEBUG control throttle-taken stream=g/v/c generation=7 at_us=999000"]

    def test_it_runs_from_the_batch_to_the_first_time_it_was_taken(self):
        self.assertEqual(reaction.delays_ms(self.MONITOR, self.core("t1", "s7", "p1"), self.GATEWAY), ([60.0], 0, 0))

    def test_of_two_batches_since_the_last_plan_the_first_counts(self):
        core = self.core("p0", "t1", "t2", "s7", "p1")
        self.assertEqual(reaction.delays_ms(self.MONITOR, core, self.GATEWAY)[0], [60.0])

    def test_a_refresh_is_no_decision_and_a_plan_without_samples_has_no_cause(self):
        core = self.core("t1", "s7", "p1", "t2", "s7", "p1", "s8", "p1")
        self.assertEqual(reaction.delays_ms(self.MONITOR, core, self.GATEWAY), ([60.0], 1, 0))

    def test_what_never_came_is_counted(self):
        self.assertEqual(reaction.delays_ms(self.MONITOR, self.core("t1", "s9", "p1"), self.GATEWAY), ([], 0, 1))

    def test_commands_are_counted_by_stream_and_time(self):
        core = self.core("s7", "s7", "s8")
        moments = dict(zip(core, (0, 0, 500)))
        self.assertEqual(reaction.commands(core, 0, 500, moments.get), {"g/v/c": 2})


if __name__ == "__main__":
    unittest.main()
