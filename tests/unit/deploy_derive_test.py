#!/usr/bin/env python3
"""deploy/instance/derive.py: an ini file with some values set, everything else as it was."""

import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "deploy", "instance"))
import derive


class Derive(unittest.TestCase):
    def test_a_key_that_is_there_changes_in_place(self):
        self.assertEqual(derive.derive(["[a]", "x=1", "y=2"], {("a", "x"): "7"}), ["[a]", "x=7", "y=2"])

    def test_the_same_key_of_another_section_stays(self):
        self.assertEqual(derive.derive(["[a]", "x=1", "[b]", "x=2"], {("b", "x"): "7"}), ["[a]", "x=1", "[b]", "x=7"])

    def test_a_key_that_is_missing_comes_at_the_end_of_its_section_before_the_blank_line(self):
        self.assertEqual(derive.derive(["[a]", "x=1", "", "[b]"], {("a", "y"): "7"}), ["[a]", "x=1", "y=7", "", "[b]"])

    def test_a_key_in_a_comment_is_not_there(self):
        self.assertEqual(derive.derive(["[a]", ";x=1"], {("a", "x"): "7"}), ["[a]", ";x=1", "x=7"])

    def test_a_section_in_a_comment_is_not_there(self):
        self.assertEqual(derive.derive([";[a]"], {("a", "x"): "7"}), [";[a]", "[a]", "x=7"])

    def test_several_missing_keys_of_a_missing_section_keep_their_order(self):
        self.assertEqual(derive.derive([], {("a", "x"): "1", ("a", "y"): "2"}), ["[a]", "x=1", "y=2"])

    def test_a_section_with_a_dot_is_a_section_of_its_own(self):
        self.assertEqual(derive.derive(["[b.d]", "k=1", "[b]", "k=2"], {("b.d", "k"): "7"}),
                         ["[b.d]", "k=7", "[b]", "k=2"])


if __name__ == "__main__":
    unittest.main()
