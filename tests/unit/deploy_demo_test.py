#!/usr/bin/env python3
"""deploy/demo.d/windows.py: the figures of the demo, on logs small enough to be reckoned by hand."""

import contextlib
import io
import math
import os
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "deploy", "demo.d"))
import windows


class Windows(unittest.TestCase):
    def test_a_log_of_fio_is_read_in_order_of_completion_and_in_milliseconds(self):
        with tempfile.NamedTemporaryFile("w", suffix=".log") as file:
            file.write("2000, 3000000, 0, 4096, 0\n1000, 500000, 0, 4096, 0\n")
            file.flush()
            self.assertEqual(windows.read_log(file.name), [(1000, 0.5), (2000, 3.0)])

    def test_a_burst_begins_when_its_first_request_is_issued(self):
        self.assertEqual(windows.began([(1040, 40.0), (1041, 45.0)]), 996.0)

    def test_a_window_has_the_mean_and_the_rate_of_what_completed_in_it(self):
        requests = [(0, 2.0), (50, 4.0), (100, 8.0)]
        self.assertEqual(windows.series(requests, 0, 200, 100), [(0.0, 3.0, 20.0), (0.1, 8.0, 10.0)])

    def test_a_window_that_is_not_full_is_left_out(self):
        self.assertEqual(len(windows.series([(0, 1.0)], 0, 199, 100)), 1)

    def test_a_window_without_a_completion_keeps_no_promise(self):
        empty = windows.series([(0, 1.0)], 0, 200, 100)[1]
        self.assertEqual(empty[1], math.inf)
        self.assertEqual(windows.share_kept([empty], 5.0), 0.0)

    def test_the_share_kept_counts_the_target_itself(self):
        self.assertEqual(windows.share_kept([(0, 5.0, 1), (1, 5.1, 1), (2, 1.0, 1), (3, 9.0, 1)], 5.0), 0.5)

    def test_p99_of_a_hundred_requests_is_the_ninety_ninth(self):
        self.assertEqual(windows.percentile([(0, float(latency)) for latency in range(100, 0, -1)], 0.99), 99.0)

    def test_recovery_is_the_start_of_three_good_windows_after_a_bad_one(self):
        fine = [(i / 10, latency, 1) for i, latency in enumerate([1, 9, 9, 1, 9, 1, 1, 1, 9])]
        self.assertEqual(windows.time_to_recover(fine, 5.0), 0.5)

    def test_without_a_bad_window_in_the_first_second_there_is_nothing_to_recover_from(self):
        fine = [(i / 10, 9 if i == 15 else 1, 1) for i in range(30)]
        self.assertEqual(windows.time_to_recover(fine, 5.0), 0.0)

    def test_who_never_comes_back_needs_for_ever(self):
        self.assertEqual(windows.time_to_recover([(i / 10, 9, 1) for i in range(30)], 5.0), math.inf)

    def test_a_missed_bar_that_hangs_on_the_machines_speed_counts_only_where_times_are_judged(self):
        slow = [(True, "kept", False), (False, "too slow", True)]
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertEqual(windows.report_missed(slow, timed=True), 1)
            self.assertEqual(windows.report_missed(slow, timed=False), 0)
            self.assertEqual(windows.report_missed([(False, "lost", False)], timed=False), 1)
        self.assertEqual(said.getvalue().count("too slow"), 2)


if __name__ == "__main__":
    unittest.main()
