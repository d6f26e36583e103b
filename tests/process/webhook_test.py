#!/usr/bin/env python3
"""Webhooks against a receiver that fails, hangs, goes away and comes back; and from a gateway that dies to a receiver.

usage: webhook_test.py DRIVER [SERVER MONITOR GATEWAY] [unittest arguments]; without the last three only the sender is tested."""

import json
import os
import queue
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

from eventually import DEADLINE, eventually
from webhook_receiver import SECRET, Receiver

DRIVER = os.path.abspath(sys.argv.pop(1))
PROGRAMS = [os.path.abspath(sys.argv.pop(1)) for _ in range(3)] if len(sys.argv) > 3 else []


class Driver:
    """The sender as a program; its lines come one by one."""

    def __init__(self, *webhooks, time_out_ms=20000):
        self.process = subprocess.Popen([DRIVER, SECRET, str(time_out_ms), *webhooks], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def tell(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def until(self, begin):
        """The next line that begins so; others before it are dropped."""
        while (line := self.lines.get(timeout=DEADLINE)) is not None:
            if line.startswith(begin):
                return line
        raise AssertionError("ended without " + begin)

    def figures(self):
        self.tell("figures")
        found = {}
        while (line := self.lines.get(timeout=DEADLINE)) != "end":
            assert line is not None
            if line.startswith("sluice_"):
                name, value = line.rsplit(" ", 1)
                found[name] = float(value)
        return found

    def finish(self):
        """The lines that are left, after it ended in order."""
        self.process.stdin.close()
        assert self.process.wait(timeout=DEADLINE) == 0
        self.reader.join()
        return [line for line in iter(self.lines.get, None)]

    def end(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()


class SenderTest(unittest.TestCase):
    def setUp(self):
        self.receiver = self.new_receiver()

    def new_receiver(self):
        receiver = Receiver()
        self.addCleanup(lambda: self.assertEqual(receiver.problems, []))
        self.addCleanup(receiver.end)
        return receiver

    def driver(self, *webhooks, **options):
        driver = Driver(*(webhooks or ("ops=" + self.receiver.url(),)), **options)
        self.addCleanup(driver.end)
        return driver

    def test_a_delivery_is_a_signed_post_that_says_what_happened(self):
        before = time.time()
        driver = self.driver()
        driver.tell("gateway-lost gw1 Gateway gw1 is gone.")
        self.assertEqual(driver.until("news"), "news delivered ops 1 run-1")
        (headers, body), = self.receiver.seen
        self.assertEqual(json.loads(body), {"id": "run-1", "time": "2026-11-22T15:37:10.250Z", "kind": "gateway-lost",
                                            "what": "gateway", "subject": "gw1", "text": "Gateway gw1 is gone."})
        self.assertEqual((headers["X-Sluice-Event"], headers["X-Sluice-Delivery"]), ("gateway-lost", "run-1"))
        self.assertTrue(int(before) <= int(headers["X-Sluice-Timestamp"]) <= time.time())
        self.assertTrue(headers["User-Agent"].startswith("sluice/"))

    def test_what_fails_is_sent_again_in_order_until_it_is_taken(self):
        driver = self.driver(time_out_ms=500)
        self.receiver.plan = [500, "hang", "close"]
        for i in range(3):
            driver.tell(f"promise-violated gold number {i}")
        self.assertEqual(driver.until("news failing"), "news failing ops 1 HTTP 500")
        self.assertEqual(driver.until("news delivered"), "news delivered ops 1 run-1")
        self.assertEqual(driver.until("news working"), "news working ops 3 ")
        driver.until("news delivered ops 1 run-2")
        driver.until("news delivered ops 1 run-3")
        self.assertEqual(self.receiver.ids(), ["run-1"] * 4 + ["run-2", "run-3"])
        bodies = {body for headers, body in self.receiver.seen if headers["X-Sluice-Delivery"] == "run-1"}
        self.assertEqual(len(bodies), 1, "a repetition has another body")
        figures = driver.figures()
        self.assertEqual(figures['sluice_webhook_deliveries_total{webhook="ops",outcome="delivered"}'], 3)
        self.assertEqual(figures['sluice_webhook_attempts_failed_total{webhook="ops"}'], 3)
        self.assertEqual(figures['sluice_webhook_waiting{webhook="ops"}'], 0)

    def test_a_receiver_that_was_away_is_told_when_it_is_back(self):
        driver = self.driver()
        self.receiver.go()
        driver.tell("gateway-lost gw1 gone")
        self.assertIn("connect", driver.until("news failing").lower())
        driver.tell("gateway-connected gw1 back")
        self.assertEqual(driver.figures()['sluice_webhook_waiting{webhook="ops"}'], 2)
        self.receiver.come()
        driver.until("news delivered ops 1 run-1")
        driver.until("news delivered ops 1 run-2")

    def test_one_that_hangs_holds_up_no_other_and_no_caller(self):
        other = self.new_receiver()
        self.receiver.otherwise = "hang"
        driver = self.driver("stuck=" + self.receiver.url(), "fine=" + other.url(), time_out_ms=60000)
        for i in range(200):
            driver.tell(f"stream-throttled gw1/vol/c number {i}")
        eventually(lambda: len(other.ids()) == 200)
        self.assertEqual(other.ids(), [f"run-{i + 1}" for i in range(200)])
        eventually(lambda: self.receiver.ids() == ["run-1"])
        eventually(lambda: driver.figures()['sluice_webhook_waiting{webhook="fine"}'] == 0)
        self.assertEqual(driver.figures()['sluice_webhook_waiting{webhook="stuck"}'], 200)

    def test_beyond_the_bound_the_oldest_are_dropped_and_it_is_said(self):
        self.receiver.otherwise = "hang"
        driver = self.driver(time_out_ms=60000)
        driver.tell("gateway-lost gw1 first")
        eventually(lambda: self.receiver.ids() == ["run-1"])
        for i in range(1100):
            driver.tell(f"gateway-lost gw1 number {i}")
        self.assertTrue(driver.until("news dropped ops ").endswith(" too many wait"))
        figures = driver.figures()
        self.assertEqual(figures['sluice_webhook_waiting{webhook="ops"}'], 1000)
        self.assertEqual(figures['sluice_webhook_deliveries_total{webhook="ops",outcome="dropped"}'], 101)

    def test_410_ends_it(self):
        driver = self.driver()
        self.receiver.plan = [410]
        driver.tell("gateway-lost gw1 gone")
        self.assertEqual(driver.until("news stopped"), "news stopped ops 0 HTTP 410")
        driver.tell("gateway-lost gw2 gone")
        figures = driver.figures()
        self.assertEqual(figures['sluice_webhook_stopped{webhook="ops"}'], 1)
        self.assertEqual(figures['sluice_webhook_deliveries_total{webhook="ops",outcome="dropped"}'], 2)
        self.assertEqual(driver.finish(), [])
        self.assertEqual(self.receiver.ids(), ["run-1"])

    def test_a_redirect_is_not_followed(self):
        other = self.new_receiver()
        self.receiver.headers = {"Location": other.url()}
        self.receiver.plan = [302, 307, 308]
        driver = self.driver()
        driver.tell("gateway-lost gw1 gone")
        self.assertEqual(driver.until("news failing"), "news failing ops 1 HTTP 302")
        driver.until("news delivered ops 1 run-1")
        self.assertEqual(self.receiver.ids(), ["run-1"] * 4)
        self.assertEqual(other.ids(), [])

    def test_what_waits_at_the_end_is_tried_once_more_and_then_told(self):
        self.receiver.otherwise = 503
        self.receiver.headers = {"Retry-After": "120"}
        driver = self.driver()
        driver.tell("gateway-lost gw1 gone")
        driver.until("news failing")
        driver.tell("gateway-connected gw1 back")
        self.assertEqual(driver.finish(), ["news unsent ops 2 "])
        self.assertEqual(self.receiver.ids(), ["run-1"])  # the receiver asked for two minutes

    def test_what_was_just_handed_in_is_sent_before_it_ends(self):
        driver = self.driver()
        driver.tell("gateway-lost gw1 gone")
        self.assertEqual(driver.finish(), ["news delivered ops 1 run-1"])


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@unittest.skipUnless(PROGRAMS, "the sender alone is tested")
class ServerTest(unittest.TestCase):
    """The application server with a performance monitor and a gateway."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="sluice-test-webhook-", dir="/dev/shm")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.receiver = Receiver()
        self.addCleanup(lambda: self.assertEqual(self.receiver.problems, []))
        self.addCleanup(self.receiver.end)

    def file(self, name, text=None, mode=0o600):
        path = os.path.join(self.directory, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(path, mode)
        return path

    def start(self, name, *words):
        with open(self.file(name + ".log"), "w", encoding="utf-8") as log:
            process = subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def log(self, name):
        with open(self.file(name + ".log"), encoding="utf-8") as file:
            return file.read()

    def server_words(self, ini):
        self.port = free_port()
        return (PROGRAMS[0], "--config-file=" + self.file("server.ini", ini), "--shm.directory=" + self.directory,
                f"--application-server.port={self.port}", "--application-server.token-file=" + self.file("token"))

    def metrics(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=DEADLINE) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    def start_gateway(self, port):
        return self.start("gateway", PROGRAMS[2], "--config-file=" + self.file("gateway.ini", f'''[gateway]
name="gw1"
listen=["unix:{self.directory}/nbd.sock"]
[control]
server="127.0.0.1"
port={port}
[backend.disk]
kind="memory"
size="1MiB"
[volume.vol]
backend="disk"
'''))

    def test_a_gateway_that_dies_is_told_to_who_wants_to_know(self):
        self.file("secret", SECRET + "\n")
        server = self.start("server", *self.server_words(f'''[webhook.ops]
url="{self.receiver.url("/very-secret-path")}"
secret-file="{self.file("secret")}"
events=["gateway-lost"]
[webhook.made]
url="{self.receiver.url("/other")}"
secret-file="{self.file("made")}"
events=["agreement-ended"]
'''))
        control = free_port()
        monitor = self.start("monitor", PROGRAMS[1], "--shm.directory=" + self.directory,
                             f"--performance-monitor.port={control}")
        eventually(lambda: 'sluice_process_up{process="performance-monitor"} 1\n' in self.metrics())
        gateway = self.start_gateway(control)
        eventually(lambda: 'sluice_gateway_connected{gateway="gw1"} 1\n' in self.metrics())
        for process in (server, monitor, gateway):
            self.assertIsNone(process.poll())
        self.receiver.plan = [500]
        gateway.kill()
        gateway.wait()
        eventually(lambda: len(self.receiver.ids()) == 2)
        first, second = self.receiver.seen
        self.assertEqual(first[1], second[1])
        said = json.loads(second[1])
        self.assertEqual((said["kind"], said["what"], said["subject"]), ("gateway-lost", "gateway", "gw1"))
        self.assertEqual(second[0]["X-Sluice-Event"], "gateway-lost")
        eventually(lambda: 'sluice_webhook_deliveries_total{webhook="ops",outcome="delivered"} 1\n' in self.metrics())
        self.assertIn('sluice_webhook_waiting{webhook="made"} 0\n', self.metrics())
        self.assertEqual(stat.S_IMODE(os.stat(self.file("made")).st_mode), 0o600)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(timeout=DEADLINE), 0)
        log = self.log("server")
        self.assertIn('webhook-failing webhook=ops reason="HTTP 500"', log)
        self.assertIn("webhook-working webhook=ops", log)
        self.assertIn("webhook-secret-made webhook=made", log)
        self.assertNotIn("very-secret-path", log)
        self.assertNotIn(SECRET, log)

    def check(self, ini, *more):
        return subprocess.run([*self.server_words(ini), *more], capture_output=True, text=True, timeout=DEADLINE,
                              check=False)

    def test_mistakes_are_found_before_anything_starts_and_no_url_is_repeated(self):
        good = f'[webhook.ops]\nurl="http://127.0.0.1/very-secret-path"\nsecret-file="{self.file("made")}"\n'
        self.assertEqual(self.check(good, "--check-config").returncode, 0)
        for change, expected in (
                (('url="http://127.0.0.1/very-secret-path"', ""), "webhook.ops.url: missing"),
                (("http://127", "ftp://127"), "webhook.ops.url: expected https://"),
                (("127.0.0.1/", "127.0.0.1:1@x/"), "webhook.ops.url: expected no user"),
                (("secret-file=", "secret="), "webhook.ops.secret-file: missing"),
                (("secret-file=", "secret="), "webhook.ops.secret: there is no such option"),
                (("secret-file", 'events=["gateway-lots"]\nsecret-file'), "webhook.ops.events: there is no event"),
                (("secret-file", "events=[]\nsecret-file"), "webhook.ops.events: expected a list"),
                (("secret-file", "timeout=5min\nsecret-file"), "webhook.ops.timeout: expected 100ms to 1min"),
                (("[webhook.ops]", "[webhook]"), "webhook.url: expected a section [webhook.NAME]")):
            done = self.check(good.replace(*change), "--check-config")
            self.assertEqual(done.returncode, 2, change)
            self.assertIn(expected, done.stderr)
            self.assertNotIn("very-secret-path", done.stderr)
        self.file("open", SECRET + "\n", 0o644)
        done = self.check(good.replace(self.file("made"), self.file("open")))
        self.assertEqual(done.returncode, 3)
        self.assertIn("webhook.ops.secret-file: ", done.stderr)
        self.assertIn("can be read by others; chmod 600 it", done.stderr)
        self.assertNotIn(SECRET, done.stderr)


if __name__ == "__main__":
    unittest.main()
