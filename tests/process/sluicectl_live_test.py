#!/usr/bin/env python3
"""Runs sluicectl against a small real HTTP server in this process: what it says of a stream of events."""

import json
import subprocess
import threading
import unittest

from sluicectl_fixture import DEADLINE, PROGRAM, ClientTest


def event(topic, number, data):
    return "event: %s\nid: %s\ndata: %s\n\n" % (topic, number, json.dumps(data))


def happened(second, kind="stream-throttled"):
    return {"at": "2026-01-01T00:00:%02d.000Z" % second, "kind": kind, "subject": "g/v/%d" % second, "text": "So it was."}


class LiveTest(ClientTest):
    def test_watch_prints_rows_that_changed_and_goes_on_behind_the_last_event(self):
        def throttles(*rates):
            return {"items": [{"stream": "g/v/%d" % i, "iops": rate} for i, rate in enumerate(rates)]}

        self.server.streams = [event("throttles", "b-1", throttles(100, 200)),
                               event("throttles", "b-2", throttles(100, 250)) + event("throttles", "b-3", throttles(100))]
        done = self.expect(0, "watch", "throttles", "--count", "3")
        rows = [line.split()[:2] for line in done.stdout.splitlines()]
        self.assertEqual(rows, [["STREAM", "IOPS"], ["g/v/0", "100"], ["g/v/1", "200"], ["g/v/1", "250"], ["g/v/1", "is"]])
        self.assertEqual(self.server.listened, [("/api/v1/watch?topics=throttles", None), ("/api/v1/watch?topics=throttles", "b-1")])
        self.assertIn("sluicectl: the connection was lost; trying again", done.stderr)
        self.assertIn("sluicectl: connected again", done.stderr)

    def test_watch_prints_a_line_of_json_for_each_answer(self):
        self.server.streams = [event("overview", "b-1", {"agreements": {}}) + event("events", "b-2", happened(1))]
        done = self.expect(0, "watch", "overview", "events", "--count", "2", "-o", "json")
        self.assertEqual([json.loads(line) for line in done.stdout.splitlines()], [
            {"topic": "overview", "id": "b-1", "data": {"agreements": {}}},
            {"topic": "events", "id": "b-2", "data": happened(1)}])

    def test_watch_says_in_words_what_is_no_table(self):
        topic = "agreements/gold/explain"
        said = {"sentence": "It applies to 1 stream now."}
        overview = {"agreements": {"counts": {"kept": 3, "violated": 1, "unknown": 0}}}
        self.server.streams = [event(topic, "b-1", said) + event(topic, "b-2", {**said, "promise": 1})
                               + event("overview", "b-3", overview) + event(topic, "b-4", None)]
        lines = self.expect(0, "watch", topic, "overview", "--count", "4").stdout.splitlines()
        self.assertEqual(lines[0], topic + ": It applies to 1 stream now.")
        self.assertTrue(lines[1].startswith("overview: agreements kept 3, violated 1, unknown 0;"), lines)
        self.assertEqual(lines[2:], [topic + ": the server has no answer to this now"])

    def test_watch_ends_where_there_is_nothing_to_listen_to(self):
        self.assertIn("no answer from", self.expect(3, "watch", "--server", "http://127.0.0.1:1").stderr)
        wrong = self.write("wrong", "some-other-word")
        self.assertIn(wrong, self.expect(1, "watch", "--token-file", wrong).stderr)
        self.server.streams = ["data: {\n\nevent: events\nid: b-1\ndata: 3\n\n"]
        self.assertIn("is not Sluice", self.expect(3, "watch", "events").stderr)

    def test_events_prints_the_newest_last(self):
        self.server.canned[("GET", "/api/v1/events?limit=2")] = (200, {"items": [happened(3), happened(2)]})
        lines = self.expect(0, "events", "--last", "2").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["AT", "2026-01-01T00:00:02Z", "2026-01-01T00:00:03Z"])
        self.server.canned[("GET", "/api/v1/events?limit=1000")] = (200, {"items": [happened(3), happened(2)]})
        told = self.expect(0, "events", "g/v/2", "-o", "json").stdout
        self.assertEqual([json.loads(line)["subject"] for line in told.splitlines()], ["g/v/2"])
        self.assertEqual(self.expect(0, "events", "g/v/9").stdout, "no events\n")

    def test_events_follow_tells_each_event_once_also_after_a_restart(self):
        """The list and the stream overlap; the server that is started again knows its newest events alone."""
        one, two, three, four = (happened(i) for i in (1, 2, 3, 4))
        self.server.canned[("GET", "/api/v1/events?limit=1")] = (200, {"items": [one]})
        self.server.canned[("GET", "/api/v1/events?limit=1000")] = (200, {"items": [two, one, happened(0)]})
        self.server.streams = [event("events", "b-1", two) + event("events", "b-2", three),
                               event("reset", "c-0", {}) + event("events", "c-1", four)]
        child = subprocess.Popen([PROGRAM, "events", "--last", "1", "--follow", "-o", "json"], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, env=self.environment, cwd=self.folder.name, text=True)
        guard = threading.Timer(DEADLINE, child.kill)
        guard.start()
        try:
            told = [json.loads(child.stdout.readline()) for _ in range(4)]
        finally:
            guard.cancel()
            child.kill()
            child.stdout.close()
            child.wait()
        self.assertEqual(told, [one, two, three, four])
        self.assertEqual([last for _, last in self.server.listened][:2], [None, "b-2"])


if __name__ == "__main__":
    unittest.main()
