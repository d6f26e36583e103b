#!/usr/bin/env python3
"""Runs sluicectl against a small real HTTP server in this process: what it shows, limits and waits for."""

import json
import os
import pty
import signal
import subprocess
import time
import unittest

from sluicectl_fixture import DEADLINE, PROGRAM, ClientTest


class ShowingTest(ClientTest):
    # --- reading ---

    def test_get_prints_a_table_or_what_the_server_said(self):
        items = {"items": [{"backend": "disk", "capacity_iops": 8000.0, "deficit": False}]}
        self.server.canned[("GET", "/api/v1/backends")] = (200, items)
        lines = self.expect(0, "get", "backends").stdout.splitlines()
        self.assertEqual(lines[0].split()[:4], ["BACKEND", "MODE", "CAPACITY", "IOPS"])
        self.assertEqual(lines[1].split()[:3], ["disk", "-", "8000"])
        self.assertEqual(json.loads(self.expect(0, "get", "backends", "-o", "json").stdout), items)

    def test_get_reads_all_pages_of_a_list(self):
        self.server.canned[("GET", "/api/v1/streams")] = (200, {"items": [{"stream": "g/v/a"}], "next": "g/v/a"})
        self.server.canned[("GET", "/api/v1/streams?after=g/v/a")] = (200, {"items": [{"stream": "g/v/b"}]})
        printed = json.loads(self.expect(0, "get", "streams", "-o", "json").stdout)
        self.assertEqual([item["stream"] for item in printed["items"]], ["g/v/a", "g/v/b"])

    def test_what_get_prints_as_json_can_be_applied(self):
        self.server.canned[("GET", "/api/v1/agreements")] = (200, {"items": [
            {"kind": "Agreement", "metadata": {"name": "a"}, "status": {"version": 1}}]})
        printed = self.expect(0, "get", "agreements", "-o", "json").stdout
        self.assertEqual(self.expect(0, "apply", "-f", "-", stdin=printed).stdout, "agreement a created\n")
        self.assertNotIn("status", json.loads(self.server.seen[-1][3]))

    def test_traffic_prints_the_series_of_all_streams_or_of_those_named(self):
        self.server.canned[("GET", "/api/v1/streams")] = (200, {"items": [{"stream": "g/v/a"}, {"stream": "g/v/b"}, 3]})
        series = [{"at": "2026-01-01T00:00:01.000Z", "iops": 5.0, "bandwidth": 20480.0}]
        for name in ("a", "b"):
            for seconds in (600, 5):
                self.server.canned[("GET", f"/api/v1/streams/g/v/{name}?seconds={seconds}")] = (
                    200, {"stream": "g/v/" + name, "iops": 7, "series": series})
        printed = json.loads(self.expect(0, "traffic").stdout)
        self.assertEqual(printed, {"items": [{"stream": "g/v/a", "series": series}, {"stream": "g/v/b", "series": series}]})
        printed = json.loads(self.expect(0, "traffic", "g/v/b", "--last", "5s").stdout)
        self.assertEqual([item["stream"] for item in printed["items"]], ["g/v/b"])
        self.assertIn("there is no stream g/v/x", self.expect(1, "traffic", "g/v/x").stderr)

    def test_what_is_not_there_is_refused_by_name(self):
        self.server.canned[("GET", "/api/v1/gateways")] = (200, {"items": []})
        self.assertIn("there is no gateway gw9", self.expect(1, "get", "gateways", "gw9").stderr)
        self.assertIn("there is no stream g/v/c", self.expect(1, "describe", "stream", "g/v/c").stderr)
        self.assertIn("there is no stream g/v/c", self.expect(1, "explain", "g/v/c").stderr)
        self.assertIn("there is no agreement x", self.expect(1, "get", "agreements", "x").stderr)

    def test_explain_prints_the_sentence_first(self):
        self.server.canned[("GET", "/api/v1/streams/g/v/c/explain")] = (200, {"sentence": "It waits.", "reason": {}})
        self.assertEqual(self.expect(0, "explain", "g/v/c").stdout.splitlines()[0], "It waits.")
        for kind, path in (("agreement", "agreements"), ("backend", "backends")):
            self.server.canned[("GET", "/api/v1/%s/x/explain" % path)] = (200, {
                "sentence": "So it is.", "streams": [{"stream": "g/v/c", "sentence": "It waits."}]})
            self.assertEqual(self.expect(0, "explain", kind, "x").stdout, "So it is.\n\n\ng/v/c: It waits.\n")
            self.assertIn("there is no %s y" % kind, self.expect(1, "explain", kind, "y").stderr)
        for wrong in (["x"], ["gateway", "x"], ["backend", "a/b"], ["a/b/c", "d"]):
            self.assertIn("expected GATEWAY/VOLUME/CLIENT", self.expect(2, "explain", *wrong).stderr)

    def test_describe_agreement_shows_terms_streams_and_history(self):
        item = {"kind": "Agreement", "metadata": {"name": "gold"}, "status": {"version": 2}}
        self.server.canned[("GET", "/api/v1/agreements/gold")] = (200, item)
        self.server.canned[("GET", "/api/v1/agreements/gold/history")] = (200, {"items": [item]})
        self.server.canned[("GET", "/api/v1/streams")] = (200, {"items": [
            {"stream": "g/v/mine", "agreement": "gold"}, {"stream": "g/v/other", "agreement": None}]})
        text = self.expect(0, "describe", "agreement", "gold").stdout
        self.assertIn("g/v/mine", text)
        self.assertNotIn("g/v/other", text)

    # --- limits ---

    def test_limit_says_who_and_why(self):
        path = "/api/v1/streams/g/v/c/limit"
        self.server.canned[("PUT", path)] = (200, {"stream": "g/v/c", "iops": 500, "until": "2026-01-01T00:00:00Z"})
        out = self.expect(0, "limit", "g/v/c", "--iops", "500", "--for", "10m", "--why", "test").stdout
        self.assertEqual(out, "stream g/v/c limited to 500 IOPS until 2026-01-01T00:00:00Z\n")
        sent = json.loads(self.server.seen[-1][3])
        self.assertEqual((sent["iops"], sent["for"], sent["why"]), (500, "10m", "test"))
        self.assertTrue(sent["who"])

    def test_limit_clear_takes_it_back(self):
        self.server.canned[("DELETE", "/api/v1/streams/g/v/c/limit")] = (200, {})
        self.expect(0, "limit", "g/v/c", "--clear")
        self.assertEqual(self.server.seen[-1][:2], ("DELETE", "/api/v1/streams/g/v/c/limit"))
        self.assertIn("no operator limits g/v/d", self.expect(1, "limit", "g/v/d", "--clear").stderr)

    # --- waiting ---

    def test_wait_ready_asks_until_it_is_so(self):
        self.server.ready_after = 3
        self.assertEqual(self.expect(0, "wait", "ready").stdout, "ready\n")

    def test_wait_ready_says_what_is_missing_when_time_is_up(self):
        self.server.ready_after = 1000000
        self.assertIn("sla-core is down", self.expect(1, "wait", "ready", "--timeout", "300ms").stderr)

    def test_wait_throttled_names_the_streams_that_are_not(self):
        self.server.canned[("GET", "/api/v1/throttles")] = (200, {"items": [
            {"stream": "g/v/a"}, {"stream": "g/v/b", "mode": "observe"}]})
        self.assertEqual(self.expect(0, "wait", "throttled", "g/v/a").stdout, "throttled\n")
        err = self.expect(1, "wait", "throttled", "g/v/a", "g/v/b", "--timeout", "300ms").stderr
        self.assertIn("g/v/b is not throttled", err)
        self.assertNotIn("g/v/a is", err)

    # --- top ---

    def top_answers(self):
        self.server.canned[("GET", "/api/v1/backends")] = (200, {"items": [{"backend": "disk"}]})
        self.server.canned[("GET", "/api/v1/streams")] = (200, {"items": [{"stream": "g/v/c", "iops": 5.0}]})

    def test_top_prints_once_when_not_on_a_terminal(self):
        self.top_answers()
        out = self.expect(0, "top").stdout
        self.assertIn("g/v/c", out)
        self.assertNotIn("\033", out)

    def test_top_is_live_on_a_terminal_and_gives_the_screen_back(self):
        self.top_answers()
        near, far = pty.openpty()
        child = subprocess.Popen([PROGRAM, "top", "--interval", "50ms"], stdout=far, env=self.environment)
        os.close(far)
        seen = b""
        end = time.monotonic() + DEADLINE
        while seen.count(b"g/v/c") < 3 and time.monotonic() < end:
            seen += os.read(near, 65536)
        self.server.canned[("GET", "/api/v1/streams")] = (503, {"detail": "Gone for a moment."})
        while b"Gone for a moment." not in seen and time.monotonic() < end:
            seen += os.read(near, 65536)
        child.send_signal(signal.SIGINT)
        while b"\033[?1049l" not in seen and time.monotonic() < end:
            seen += os.read(near, 65536)
        self.assertEqual(child.wait(DEADLINE), 0)
        os.close(near)
        self.assertGreaterEqual(seen.count(b"g/v/c"), 3)
        self.assertIn(b"\033[?1049h", seen)
        self.assertIn(b"\033[?25h\033[?1049l", seen)


if __name__ == "__main__":
    unittest.main()
