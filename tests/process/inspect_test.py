#!/usr/bin/env python3
"""Runs sluice-shm-inspect against live processes: what it shows, that it disturbs nobody, how it ends.

usage: inspect_test.py INSPECTOR TRAFFIC [unittest arguments]"""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from eventually import DEADLINE, eventually

INSPECTOR, TRAFFIC = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
APPLICATION_SERVER, MONITOR = "application-server", "performance-monitor"


class Traffic:
    """A receiver or a sender; each command is a line, each answer too."""

    def __init__(self, directory, *words):
        self.process = subprocess.Popen([TRAFFIC, directory, "try", *words], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)
        assert self.process.stdout.readline() == "ready\n"

    def tell(self, line):
        self.process.stdin.write(line + "\n")

    def ask(self, line):
        self.tell(line)
        return self.process.stdout.readline().strip()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class InspectTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="sluice-test-inspect-", dir="/dev/shm")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def receiver(self, slots=64):
        one = Traffic(self.directory, "receive", APPLICATION_SERVER, "2", str(slots))
        self.addCleanup(one.end)
        return one

    def sender(self):
        one = Traffic(self.directory, "send", MONITOR, "4", APPLICATION_SERVER + ":2")
        self.addCleanup(one.end)
        return one

    def run_it(self, *arguments, **more):
        return subprocess.run([INSPECTOR, "--directory", self.directory, *arguments], capture_output=True, text=True,
                              timeout=DEADLINE, check=False, **more)

    def look(self, *arguments):
        result = self.run_it("--json", *arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(result.stdout.count("\n"), 1)
        return json.loads(result.stdout)

    def lane(self, look=None):
        box, = (look or self.look())["mailboxes"]
        return next(x for x in box["lanes"] if x["sender"] == MONITOR)

    def segment(self):
        return os.path.join(self.directory, "sluice.try." + APPLICATION_SERVER)

    def test_a_hundred_looks_disturb_no_traffic(self):
        receiver, sender = self.receiver(), self.sender()
        many = 300_000
        sender.tell("send %d" % many)
        before = {}
        moving = 0
        for _ in range(100):
            x = self.look()
            self.assertEqual([(r["role"], r["state"]) for r in x["roles"]],
                             [(APPLICATION_SERVER, "alive"), (MONITOR, "alive")])
            box, = x["mailboxes"]
            self.assertIs(box["heartbeat_moved"], True)
            self.assertEqual(box["state"], "alive")
            lane = self.lane(x)
            for counter in ("messages", "bytes", "full", "head", "recovered", "refused"):
                self.assertGreaterEqual(lane[counter], before.get(counter, 0), counter)
            moving += lane["messages"] > before.get("messages", 0)
            self.assertLessEqual(lane["used"], lane["slots"])
            self.assertEqual(lane["impossible"], 0)
            self.assertLessEqual({w["name"] for w in lane["waiting"]}, {"store-rows"})
            self.assertTrue(all(h["state"] == "alive" for h in lane["holders"]))
            before = lane
        self.assertGreater(moving, 0, "nothing moved: there was no traffic to disturb")
        self.assertEqual(sender.process.stdout.readline(), "done\n")
        eventually(lambda: self.lane()["messages"] == many)
        lane = self.lane()
        self.assertEqual((lane["recovered"], lane["refused"], lane["used"]), (0, 0, 0))
        self.assertEqual(receiver.ask("stop"), "%d 0" % many)

    def test_a_look_writes_nothing(self):
        receiver, sender = self.receiver(), self.sender()
        self.assertEqual(receiver.ask("pause"), "done")
        self.assertEqual(sender.ask("send 3"), "done")
        self.assertEqual(sender.ask("claim"), "done")
        eventually(lambda: self.lane()["used"] >= 1)
        receiver.process.send_signal(signal.SIGSTOP)  # its heartbeat is the only thing that still changes
        os.waitid(os.P_PID, receiver.process.pid, os.WSTOPPED | os.WNOWAIT)

        def everything():
            found = {}
            for name in sorted(os.listdir(self.directory)):
                path = os.path.join(self.directory, name)
                about = os.stat(path)
                with open(os.open(path, os.O_RDONLY | os.O_NOATIME), "rb") as file:
                    found[name] = (file.read(), about.st_mtime_ns, about.st_atime_ns, about.st_ctime_ns, about.st_ino)
            return found

        before = everything()
        for _ in range(5):
            self.look()
        self.assertEqual(everything(), before)
        receiver.process.send_signal(signal.SIGCONT)

    def test_the_files_are_opened_for_reading_only(self):
        if not shutil.which("strace") or subprocess.run(["strace", "-o", os.devnull, "true"], check=False).returncode != 0:
            self.skipTest("strace is not installed, or may not trace")
        self.receiver()
        trace = os.path.join(self.directory, "trace")
        subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=openat,open,mmap,fcntl,futex,unlink,rename,ftruncate,write",
                        INSPECTOR, "--directory", self.directory, "--instance", "try"], check=True, timeout=DEADLINE,
                       stdout=subprocess.DEVNULL, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        with open(trace, encoding="utf-8") as file:
            lines = file.readlines()
        opened = [line for line in lines if "sluice.try." in line]
        self.assertGreaterEqual(len(opened), 4)
        for line in opened:
            self.assertIn("O_RDONLY", line)
        mapped = [line for line in lines if "MAP_SHARED" in line]
        self.assertGreaterEqual(len(mapped), 2)
        for line in mapped:
            self.assertIn("PROT_READ, MAP_SHARED", line)
        locks = [line for line in lines if "F_OFD" in line or "F_SETLK" in line]
        self.assertTrue(locks and all("GETLK" in line for line in locks))

    def test_it_needs_no_more_than_permission_to_read(self):
        if os.geteuid() != 0:
            self.skipTest("another user is needed")
        self.receiver()
        os.chmod(self.directory, 0o755)

        def as_nobody():
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)

        refused = self.run_it("--json", preexec_fn=as_nobody)
        self.assertEqual(refused.returncode, 3)
        self.assertIn("cannot read " + self.segment() + ": Permission denied",
                      json.loads(refused.stdout)["mailboxes"][0]["problem"])
        for name in os.listdir(self.directory):
            os.chmod(os.path.join(self.directory, name), 0o444)
        shown = self.run_it("--json", preexec_fn=as_nobody)
        self.assertEqual(shown.returncode, 0)
        self.assertEqual(json.loads(shown.stdout)["mailboxes"][0]["state"], "alive")
        os.chmod(self.directory, 0o700)
        closed = self.run_it("--json", preexec_fn=as_nobody)
        self.assertEqual((closed.returncode, closed.stdout), (3, ""))
        self.assertIn("Permission denied", closed.stderr)

    def test_holders_and_left_overs_are_told(self):
        receiver, sender = self.receiver(), self.sender()
        self.assertEqual(receiver.ask("pause"), "done")
        self.assertEqual(sender.ask("claim"), "done")
        lane = self.lane()
        self.assertEqual((lane["writing"], lane["head_slot"]), (1, "writing"))
        self.assertEqual(lane["holders"], [{"slot": 0, "content": "writing", "role_number": 4, "life": 1, "state": "alive"}])
        sender.kill()
        self.assertEqual(self.lane()["holders"][0]["state"], "dead")
        page = self.run_it().stdout
        self.assertIn("slot 0 is being written by performance-monitor, life 1, dead", page)
        receiver.kill()
        page = self.run_it()
        self.assertEqual(page.returncode, 0)
        self.assertIn("to application-server, left over from life 1, which is dead", page.stdout)
        self.assertEqual(self.look()["mailboxes"][0]["state"], "dead")

    def test_recovered_and_refused_slots_are_counted(self):
        receiver, sender = self.receiver(), self.sender()
        self.assertEqual(sender.ask("spoil"), "done")
        eventually(lambda: self.lane()["refused"] == 1)
        self.assertEqual(sender.ask("claim"), "done")
        sender.kill()
        eventually(lambda: self.lane()["recovered"] == 1)
        self.assertEqual(self.lane()["used"], 0)
        self.assertEqual(receiver.ask("stop"), "0 0")

    def test_waiting_messages_have_codes_and_ages(self):
        receiver, sender = self.receiver(), self.sender()
        self.assertEqual(receiver.ask("pause"), "done")
        started = time.monotonic()
        # One may have been on its way out when the receiver was told to pause.
        self.assertEqual(sender.ask("send 10"), "done")
        time.sleep(0.2)
        lane = self.lane()
        self.assertGreaterEqual(lane["ready"], 9)
        self.assertEqual(lane["waiting"], [{"code": 130, "name": "store-rows", "slots": lane["ready"]}])
        self.assertGreaterEqual(lane["oldest_ms"], 150)
        self.assertLessEqual(lane["oldest_ms"], (time.monotonic() - started) * 1000 + 50)
        self.assertEqual(receiver.ask("go"), "done")
        eventually(lambda: self.lane()["ready"] == 0)
        self.assertIsNone(self.lane()["oldest_ms"])

    def test_a_stopped_receiver_has_a_still_heartbeat(self):
        receiver = self.receiver()
        receiver.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, receiver.process.pid, os.WSTOPPED | os.WNOWAIT)
        self.assertIs(self.look()["mailboxes"][0]["heartbeat_moved"], False)
        self.assertIn("still 1.", self.run_it().stdout)
        receiver.process.send_signal(signal.SIGCONT)
        self.assertIn("moving", self.run_it().stdout)

    def watch(self, *arguments, **more):
        one = subprocess.Popen([INSPECTOR, "--directory", self.directory, "--instance", "try", *arguments], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.addCleanup(one.communicate)
        self.addCleanup(lambda: one.poll() is None and one.kill())
        return one

    def test_watching_shows_rates_and_survives_restarts(self):
        receiver, sender = self.receiver(), self.sender()
        watch = self.watch("--watch=0.1", "--json")

        def next_look():
            return json.loads(watch.stdout.readline())

        first, second = next_look(), next_look()
        self.assertLess(first["monotonic_ns"], second["monotonic_ns"])
        sender.tell("send 100000")
        eventually(lambda: self.lane(next_look())["messages_per_s"])
        self.assertEqual(sender.process.stdout.readline(), "done\n")
        sender.kill()
        receiver.kill()
        eventually(lambda: next_look()["mailboxes"][0]["state"] == "dead")
        os.unlink(self.segment())
        os.unlink(os.path.join(self.directory, "sluice.try.roster.lives"))
        eventually(lambda: "there is no instance 'try'" in next_look().get("problem", ""))
        self.receiver()
        box = eventually(lambda: next_look().get("mailboxes"))[0]
        self.assertEqual(box["lanes"][3]["messages"], 0)
        eventually(lambda: next_look()["mailboxes"][0]["state"] == "alive")
        watch.send_signal(signal.SIGINT)
        self.assertEqual(watch.wait(DEADLINE), 0)

    def test_watching_into_a_pipe_appends_pages(self):
        self.receiver()
        sender = self.sender()
        self.assertEqual(sender.ask("send 1"), "done")
        watch = self.watch("--watch=0.1")
        seen = ""
        while seen.count("instance try in") < 3:
            seen += watch.stdout.readline()
        self.assertIn("MSG/S", seen)
        self.assertNotIn("\033", seen)
        watch.send_signal(signal.SIGTERM)
        self.assertEqual(watch.wait(DEADLINE), 0)

    def test_a_terminal_is_redrawn_in_colours_and_given_back(self):
        self.receiver()
        for arguments, coloured in ((["--watch=0.1"], True), (["--watch=0.1", "--no-color"], False)):
            master, slave = pty.openpty()
            watch = subprocess.Popen([INSPECTOR, "--directory", self.directory, *arguments], stdout=slave)
            os.close(slave)
            seen = b""
            while seen.count(b"\033[H") < 2:
                seen += os.read(master, 4096)
            watch.send_signal(signal.SIGINT)
            try:
                while chunk := os.read(master, 4096):
                    seen += chunk
            except OSError:  # the other side is closed
                pass
            os.close(master)
            self.assertEqual(watch.wait(DEADLINE), 0)
            self.assertTrue(seen.startswith(b"\033[?1049h") and seen.endswith(b"\033[?1049l"))
            self.assertEqual(b"\033[32malive\033[0m" in seen, coloured)

    def test_which_instance_is_meant(self):
        nobody = self.run_it()
        self.assertEqual((nobody.returncode, nobody.stderr),
                         (3, "sluice-shm-inspect: there is no instance in %s\n" % self.directory))
        self.receiver()
        self.assertEqual(self.look()["instance"], "try")
        with open(os.path.join(self.directory, "sluice.other.sla-core"), "wb"):
            pass
        several = self.run_it()
        self.assertEqual(several.returncode, 2)
        self.assertTrue(several.stderr.endswith("choose one with --instance: other, try\n"), several.stderr)
        self.assertEqual(self.look("--instance", "try", "--role", APPLICATION_SERVER)["instance"], "try")
        for code, arguments, sentence in (
                (3, ["--instance", "third"], "there is no instance 'third' in " + self.directory),
                (2, ["--instance", "../x"], "'../x' is no name of an instance"),
                (3, ["--instance", "try", "--role", "sla-core"],
                 "there is no mailbox of 'sla-core' in instance 'try'; there are: application-server")):
            result = self.run_it(*arguments)
            self.assertEqual((result.returncode, result.stdout), (code, ""), arguments)
            self.assertIn(sentence, result.stderr)
            self.assertEqual(result.stderr.count("\n"), 1)
        nowhere = subprocess.run([INSPECTOR, "--directory", "/nowhere"], capture_output=True, text=True, timeout=DEADLINE,
                                 check=False)
        self.assertEqual((nowhere.returncode, nowhere.stderr),
                         (3, "sluice-shm-inspect: cannot read /nowhere: No such file or directory\n"))
        strange = self.run_it("--instance", "other")
        self.assertEqual(strange.returncode, 3)
        self.assertIn("is no Sluice mailbox", strange.stdout)

    def test_another_layout_is_told_and_is_exit_3(self):
        self.receiver()
        with open(self.segment(), "r+b") as file:
            file.seek(8)
            file.write((77).to_bytes(4, "little"))
        result = self.run_it()
        self.assertEqual(result.returncode, 3)
        self.assertRegex(result.stdout, r"has layout version 77, this program knows only version \d+")

    def test_a_configuration_file_says_where(self):
        self.receiver()
        ini = os.path.join(self.directory, "core.ini")

        def with_text(text, *arguments):
            with open(ini, "w", encoding="utf-8") as file:
                file.write(text)
            return subprocess.run([INSPECTOR, "--config-file=" + ini, *arguments], capture_output=True, text=True,
                                  timeout=DEADLINE, check=False)

        good = '[shm]\ndirectory="%s"\ninstance="try"\n' % self.directory
        self.assertIn("instance try in " + self.directory, with_text(good).stdout)
        self.assertEqual(with_text(good, "--check-config").returncode, 0)
        bad = with_text("[shm]\ninstance=try\n", "--check-config")
        self.assertEqual((bad.returncode, bad.stderr),
                         (2, "sluice-shm-inspect: %s: line 2: shm.instance: expected a text in double quotes\n" % ini))
        self.assertEqual(self.run_it("--config-file=/nowhere").returncode, 2)

    def test_every_operation_of_the_transport_has_a_name(self):
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

        def text(path):
            with open(os.path.join(root, path), encoding="utf-8") as file:
                return file.read()

        codes = re.findall(r"inline constexpr std::uint32_t (\w+) = \d\d?;", text("shm/transport/operation.hpp"))
        self.assertIn("resolve", codes)
        for code in codes:
            self.assertIn('{operation::%s, "%s"}' % (code, code.replace("_", "-")), text("shm/inspect/names.cpp"))

    def test_usage(self):
        self.assertIn("--watch", self.run_it("--help").stdout)
        self.assertRegex(self.run_it("--version").stdout, r"^sluice-shm-inspect \d+\.\d+\.\d+\n$")
        wrong = self.run_it("--wach")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("(sluice-shm-inspect --help)", wrong.stderr)
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.receiver()
            lost = subprocess.run([INSPECTOR, "--directory", self.directory], stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=DEADLINE, check=False)
        self.assertEqual(lost.returncode, 3)
        self.assertIn("could not be written", lost.stderr)


if __name__ == "__main__":
    unittest.main()
