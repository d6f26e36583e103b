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

    def test_get_streams_asks_for_those_that_were_chosen_and_says_where_to_go_on(self):
        chosen = "/api/v1/streams?agreement=gold&text=a%2Fb&throttled=true"
        self.server.canned[("GET", chosen + "&limit=1")] = (200, {"items": [{"stream": "g/v/a"}], "next": "g/v/a"})
        choice = ["--agreement", "gold", "--text", "a/b", "--throttled"]
        done = self.expect(0, "get", "streams", *choice, "--limit", "1")
        self.assertEqual([line.split()[0] for line in done.stdout.splitlines()], ["STREAM", "g/v/a"])
        self.assertEqual(done.stderr, "sluicectl: there are more; --after g/v/a goes on\n")
        self.server.canned[("GET", chosen + "&after=g/v/a")] = (200, {"items": []})
        self.assertEqual(self.expect(0, "get", "streams", *choice, "--after", "g/v/a").stdout, "no such streams\n")
        many = [{"stream": "g/v/%04d" % i} for i in range(1500)]
        self.server.canned[("GET", "/api/v1/streams")] = (200, {"items": many[:1000], "next": "g/v/0999"})
        self.server.canned[("GET", "/api/v1/streams?after=g/v/0999")] = (200, {"items": many[1000:]})
        done = self.expect(0, "get", "streams", "--limit", "1200")
        self.assertEqual(done.stdout.splitlines()[-1].split()[0], "g/v/1199")
        self.assertIn("--after g/v/1199 goes on", done.stderr)
        self.assertEqual(len(self.expect(0, "get", "streams").stdout.splitlines()), 1501)

    def test_yaml_says_the_same_as_json_and_agreements_can_be_applied(self):
        items = {"items": [{"backend": "disk", "capacity_iops": 8000.0, "deficit": False}]}
        self.server.canned[("GET", "/api/v1/backends")] = (200, items)
        self.assertEqual(self.expect(0, "get", "backends", "-o", "yaml").stdout,
                         "items:\n  - backend: disk\n    capacity_iops: 8000.0\n    deficit: false\n")
        self.server.canned[("GET", "/api/v1/agreements")] = (200, {"items": [
            {"kind": "Agreement", "metadata": {"name": name}, "status": {"version": 1}} for name in ("a", "b")]})
        printed = self.expect(0, "get", "agreements", "-o", "yaml").stdout
        self.assertEqual(self.expect(0, "apply", "-f", "-", stdin=printed).stdout,
                         "agreement a created\nagreement b created\n")

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
        self.server.canned[("GET", "/api/v1/agreements/gold/explain")] = (200, {"promise": {
            "state": "violated", "since": "2026-01-01T00:00:00.000Z",
            "promises": [{"promise": "p99", "outcome": "violated", "measured_ms": 7.5, "target_ms": 5.0}]}})
        self.server.canned[("GET", "/api/v1/streams?agreement=gold")] = (200, {"items": [
            {"stream": "g/v/mine", "agreement": "gold"}]})
        text = self.expect(0, "describe", "agreement", "gold").stdout
        self.assertIn("g/v/mine", text)
        self.assertRegex(text, r"Now: +violated\n")
        self.assertRegex(text, r"p99 +violated +7.50 +5.00")

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

    def test_wait_for_an_agreement_says_what_becomes_of_it(self):
        path = "/api/v1/agreements/gold"
        self.assertIn("there is no agreement gold", self.expect(1, "wait", "agreement", "gold", "--timeout", "100ms").stderr)
        self.server.canned[("GET", path)] = (200, {"kind": "Agreement"})
        self.assertEqual(self.expect(0, "wait", "agreement", "gold").stdout, "established\n")
        self.server.canned[("GET", path + "/explain")] = (200, {"promise": {"state": "violated"}})
        self.assertEqual(self.expect(0, "wait", "agreement", "gold", "--for=violated").stdout, "violated\n")
        err = self.expect(1, "wait", "agreement", "gold", "--for=kept", "--timeout", "100ms").stderr
        self.assertEqual(err, "sluicectl: after 100 ms still: agreement gold is violated\n")

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
