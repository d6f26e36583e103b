#!/usr/bin/env python3
"""/metrics of a running application server says of its mailbox what sluice-shm-inspect says.

usage: inspect_metrics_test.py INSPECTOR TRAFFIC APPLICATION_SERVER [unittest arguments]"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from eventually import DEADLINE, eventually

INSPECTOR, TRAFFIC, SERVER = (os.path.abspath(sys.argv.pop(1)) for _ in range(3))
LINE = re.compile(r'^(\w+)\{receiver="([\w-]+)",sender="([\w-]+)"\} (\S+)$', re.MULTILINE)
# name of the metric -> field of the inspector
FIELDS = {"sluice_shm_messages_total": "messages", "sluice_shm_bytes_total": "bytes",
          "sluice_shm_recovered_slots_total": "recovered", "sluice_shm_refused_slots_total": "refused",
          "sluice_shm_lane_full_total": "full", "sluice_shm_slots_used": "used", "sluice_shm_slots": "slots"}


class MetricsTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="sluice-test-inspect-", dir="/dev/shm")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server = self.start(SERVER, "--shm.directory=" + self.directory, "--shm.instance=try",
                                 "--application-server.port=%d" % self.port,
                                 "--application-server.token-file=" + os.path.join(self.directory, "token"))
        eventually(self.metrics)

    def start(self, *words):
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def metrics(self):
        assert self.server.poll() is None, "the server has ended"
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % self.port, timeout=DEADLINE) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    def look(self):
        result = subprocess.run([INSPECTOR, "--directory", self.directory, "--instance", "try", "--json"],
                                capture_output=True, text=True, timeout=DEADLINE, check=True)
        return json.loads(result.stdout)

    def sender(self):
        process = self.start(TRAFFIC, self.directory, "try", "send", "sla-core", "3", "application-server:2")
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process

    def ask(self, process, line):
        process.stdin.write(line + "\n")
        self.assertEqual(process.stdout.readline(), "done\n")

    def from_core(self):
        box, = self.look()["mailboxes"]
        return next(x for x in box["lanes"] if x["sender"] == "sla-core")

    def test_metrics_and_inspector_agree_on_an_idle_system(self):
        sender = self.sender()
        self.ask(sender, "send 1000")
        self.ask(sender, "spoil")
        self.ask(sender, "spoil")
        eventually(lambda: self.from_core()["refused"] == 2)
        self.ask(sender, "claim")
        look, text = self.look(), self.metrics()
        seen = {}
        for name, receiver, lane, value in LINE.findall(text):
            seen[name, receiver, lane] = float(value)
        box, = look["mailboxes"]
        self.assertEqual(box["receiver"], "application-server")
        self.assertEqual(len(box["lanes"]), 4)
        others = [lane for lane in box["lanes"] if lane["sender"] != "application-server"]
        for lane in others:
            for metric, field in FIELDS.items():
                self.assertEqual(seen[metric, "application-server", lane["sender"]], lane[field], (metric, lane))
        core = self.from_core()
        self.assertEqual((core["messages"], core["used"], core["writing"]), (1000, 1, 1))
        self.assertEqual(core["bytes"], sum(16 + n % 100 for n in range(1000)))
        self.assertIn('sluice_shm_mailbox_up{receiver="application-server"} 1\n', text)
        self.assertIn('sluice_shm_mailbox_up{receiver="database-manager"} 0\n', text)
        self.assertEqual(len(seen), len(others) * (len(FIELDS) + 1))
        beats = re.compile(r'^sluice_shm_heartbeats_total\{receiver="application-server"\} (\S+)$', re.MULTILINE)
        self.assertGreaterEqual(float(beats.search(text)[1]), box["heartbeat"])
        sender.kill()
        sender.wait()
        eventually(lambda: 'recovered_slots_total{receiver="application-server",sender="sla-core"} 1\n' in self.metrics())
        eventually(lambda: float(beats.search(self.metrics())[1]) > box["heartbeat"])

    def test_the_text_is_what_prometheus_reads(self):
        text = self.metrics()
        families = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
        names = [name for name, _ in families]
        self.assertEqual(len(names), len(set(names)), "a family comes twice")
        self.assertEqual(set(names), set(re.findall(r"^# HELP (\S+) \S", text, re.MULTILINE)))
        for name, kind in families:
            if name.startswith("sluice_shm_"):
                self.assertEqual(kind == "counter", name.endswith("_total"), name)
        if shutil.which("promtool"):
            subprocess.run(["promtool", "check", "metrics"], input=text, text=True, check=True, timeout=DEADLINE)


if __name__ == "__main__":
    unittest.main()
