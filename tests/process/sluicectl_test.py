#!/usr/bin/env python3
"""Runs sluicectl against a small real HTTP server in this process: exit codes, sentences, what goes over the wire.

The server keeps agreements as the interface's contract says and can be told to fail; it judges no terms."""

import http.server
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = os.path.abspath(sys.argv.pop(1))
TOKEN = "the-right-token"
DEADLINE = 20  # seconds, for anything that must happen
AGREEMENT = """apiVersion: sluice/v1
kind: Agreement
metadata: {{ name: {name}, tenant: acme }}
spec: {{ objective: {{ limit: {{ iops: {iops} }} }} }}
"""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Exchange)
        self.seen = []  # (method, path, content type, body)
        self.agreements = {}  # name -> [text, version]
        self.canned = {}  # (method, path) -> (status, body)
        self.ready_after = 0  # that many answers of /readyz say no
        self.url = "http://127.0.0.1:%d" % self.server_address[1]


class Exchange(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def serve(self):
        server = self.server
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size).decode()
        server.seen.append((self.command, self.path, self.headers.get("Content-Type"), body))
        if self.path == "/readyz":
            server.ready_after -= 1
            if server.ready_after >= 0:
                return self.answer(503, {"status": "starting", "components": {"sla-core": "down", "postgresql": "up"}})
            return self.answer(200, {"status": "ready"})
        if self.headers.get("Authorization") != "Bearer " + TOKEN:
            return self.answer(401, {"title": "Unauthorized"})
        canned = server.canned.get((self.command, self.path))
        if canned:
            return self.answer(*canned)
        if self.path.startswith("/api/v1/agreements/"):
            return self.agreement(self.path.rsplit("/", 1)[1], body)
        return self.answer(404, {"title": "Not Found", "detail": "There is no " + self.path + "."})

    do_GET = do_PUT = do_DELETE = serve

    def agreement(self, name, body):
        kept = self.server.agreements
        status = 200
        if self.command == "PUT":
            status = 200 if name in kept else 201
            text, version = kept.get(name, ("", 0))
            kept[name] = [body, version + (text != body)]
        elif name not in kept:
            return self.answer(404, {"title": "Not Found", "detail": "There is no agreement " + name + "."})
        shown = {"kind": "Agreement", "metadata": {"name": name}, "status": {"version": kept[name][1]}}
        if self.command == "DELETE":
            del kept[name]
        return self.answer(status, shown)


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.server = Server()
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.token = self.write("token", TOKEN + "\n")
        self.environment = {"PATH": os.environ["PATH"], "SLUICE_SERVER": self.server.url,
                            "SLUICE_TOKEN_FILE": self.token}

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run_client(self, *arguments, stdin=""):
        return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, text=True, timeout=DEADLINE,
                              env=self.environment, cwd=self.folder.name, check=False)

    def expect(self, code, *arguments, stdin=""):
        result = self.run_client(*arguments, stdin=stdin)
        self.assertEqual(result.returncode, code, result)
        if code != 0:  # mistakes go to standard error, with the program's name
            self.assertTrue(result.stderr.startswith("sluicectl: "), result)
        self.assertNotIn(TOKEN, result.stdout + result.stderr)
        return result

    # --- agreements ---

    def test_apply_says_created_changed_unchanged(self):
        path = self.write("a.yaml", AGREEMENT.format(name="gold", iops=1))
        self.assertEqual(self.expect(0, "apply", "-f", path).stdout, "agreement gold created\n")
        self.assertEqual(self.expect(0, "apply", "-f", path).stdout, "agreement gold unchanged\n")
        path = self.write("a.yaml", AGREEMENT.format(name="gold", iops=2))
        self.assertEqual(self.expect(0, "apply", "-f", path).stdout, "agreement gold changed\n")

    def test_apply_sends_the_document_as_it_was_written(self):
        text = AGREEMENT.format(name="gold", iops='"007"')
        self.expect(0, "apply", "-f", "-", stdin=text)
        self.assertEqual(self.server.seen[-1], ("PUT", "/api/v1/agreements/gold", "application/yaml", text))

    def test_apply_reads_a_directory_in_the_order_of_names(self):
        for name in ("b", "a"):
            self.write(name + ".yaml", AGREEMENT.format(name=name, iops=1))
        self.write("note.txt", "no agreement")
        self.assertEqual(self.expect(0, "apply", "-f", self.folder.name).stdout,
                         "agreement a created\nagreement b created\n")

    def test_nothing_is_sent_when_one_document_is_malformed(self):
        text = AGREEMENT.format(name="gold", iops=1) + "---\nkind: [\n"
        self.assertIn("standard input:", self.expect(2, "apply", "-f", "-", stdin=text).stderr)
        self.assertEqual(self.server.seen, [])

    def test_a_refused_agreement_is_told_with_its_path_and_the_others_are_applied(self):
        self.server.canned[("PUT", "/api/v1/agreements/bad")] = (422, {
            "detail": "The agreement has a mistake.",
            "errors": [{"path": "spec.objective.limit.iops", "what": "expected a whole number"}]})
        text = AGREEMENT.format(name="bad", iops="x") + "---\n" + AGREEMENT.format(name="good", iops=1)
        result = self.expect(1, "apply", "-f", "-", stdin=text)
        self.assertEqual(result.stdout, "agreement good created\n")
        self.assertIn("spec.objective.limit.iops: expected a whole number", result.stderr)
        self.assertIn("agreement bad (standard input:1)", result.stderr)

    def test_delete_by_name_and_by_file(self):
        path = self.write("a.yaml", AGREEMENT.format(name="gold", iops=1))
        self.expect(0, "apply", "-f", path)
        self.assertEqual(self.expect(0, "delete", "agreement", "gold").stdout, "agreement gold deleted\n")
        self.assertIn("there is no agreement gold", self.expect(1, "delete", "-f", path).stderr)

    def test_what_admission_says_goes_to_standard_error(self):
        path = "/api/v1/agreements/gold"
        self.server.canned[("PUT", path + "?dry_run=true")] = (200, {"status": {"admission": {"findings": [
            {"kind": "oversubscribed", "sentence": "Too much."}, {"kind": "unknown-capacity", "sentence": "Who knows?"}]}}})
        result = self.expect(0, "apply", "-f", "-", "--dry-run", stdin=AGREEMENT.format(name="gold", iops=1))
        self.assertEqual(result.stdout, "agreement gold would be created\n")
        self.assertEqual(result.stderr, "sluicectl: agreement gold: warning: Too much.\n"
                                        "sluicectl: agreement gold: note: Who knows?\n")
        self.assertEqual(self.server.agreements, {})

    def test_a_refusal_of_admission_says_what_would_fit_and_can_be_forced(self):
        path = "/api/v1/agreements/gold"
        self.server.canned[("PUT", path)] = (409, {"detail": "Refused. What would fit is a rate of 300 IOPS.", "errors": [
            {"path": "spec.objective.reservation.iops", "what": "Too much."}]})
        self.server.canned[("PUT", path + "?force=true&who=ann%20b")] = (201, {"status": {"version": 1}})
        text = AGREEMENT.format(name="gold", iops=1)
        err = self.expect(1, "apply", "-f", "-", stdin=text).stderr
        self.assertIn("What would fit is a rate of 300 IOPS.", err)
        self.assertIn("spec.objective.reservation.iops: Too much.", err)
        self.assertEqual(self.expect(0, "apply", "-f", "-", "--force", "--who", "ann b", stdin=text).stdout,
                         "agreement gold created\n")

    # --- the policy ---

    def test_apply_puts_a_policy_with_who_and_why(self):
        policy = "apiVersion: sluice/v1\nkind: Policy\nspec: {}\n"
        self.server.canned[("GET", "/api/v1/policy")] = (200, {"status": {"version": 3}})
        put = ("PUT", "/api/v1/policy?who=ann&why=a%20trial")
        self.server.canned[put] = (200, {"status": {"version": 4}})
        out = self.expect(0, "apply", "-f", "-", "--who", "ann", "--why", "a trial", stdin=policy).stdout
        self.assertEqual(out, "policy changed\n")
        self.assertEqual(self.server.seen[-1], (*put, "application/yaml", policy))
        self.server.canned[put] = (422, {"detail": "Refused.", "errors": [{"path": "spec.x", "what": "is no field"}]})
        err = self.expect(1, "apply", "-f", "-", "--who", "ann", "--why", "a trial", stdin=policy).stderr
        self.assertIn("sluicectl: policy (standard input:1): Refused.\n  spec.x: is no field", err)
        self.server.canned[("PUT", "/api/v1/policy?dry_run=true&who=ann")] = (200, {"status": {"changes": True}})
        self.assertEqual(self.expect(0, "apply", "-f", "-", "--dry-run", "--who", "ann", stdin=policy).stdout,
                         "policy would be changed\n")
        self.assertIn("cannot be deleted", self.expect(1, "delete", "-f", "-", stdin=policy).stderr)

    def test_get_policy_shows_each_setting_and_its_json_can_be_applied(self):
        policy = {"apiVersion": "sluice/v1", "kind": "Policy", "spec": {
            "defaults": {"mode": "observe", "deficit": {"yield": ["gold", "bronze"]}},
            "backends": [{"match": "ssd*", "aim": {"mean": "60%"}}],
            "tenants": [{"name": "lab", "parent": "acme", "weight": 3}]},
            "status": {"version": 2, "author": "ann", "reason": "trial", "since": "2026-01-01T00:00:00.000Z"}}
        self.server.canned[("GET", "/api/v1/policy")] = (200, policy)
        self.assertEqual(self.expect(0, "get", "policy").stdout.splitlines(), [
            "policy version 2 by ann since 2026-01-01T00:00:00Z: trial",
            "FOR           SETTING        VALUE",
            "all backends  deficit.yield  gold, bronze",
            "all backends  mode           observe",
            "backend ssd*  aim.mean       60%",
            "tenant lab    weight         3 in acme"])
        printed = self.expect(0, "get", "policy", "-o", "json").stdout
        self.assertEqual(json.loads(printed), policy)
        self.server.canned[("PUT", "/api/v1/policy?who=ann")] = (200, {"status": {"version": 2}})
        self.assertEqual(self.expect(0, "apply", "-f", "-", "--who", "ann", stdin=printed).stdout, "policy unchanged\n")
        self.assertNotIn("status", json.loads(self.server.seen[-1][3]))
        self.server.canned[("GET", "/api/v1/policy/history")] = (200, {"items": [policy]})
        row = self.expect(0, "policy", "history").stdout.splitlines()[1]
        self.assertIn("2026-01-01T00:00:00Z  ann", row)
        self.assertIn("and 1 more", row)
        self.server.canned[("GET", "/api/v1/policy")] = (200, {"spec": {}, "status": {"version": 0}})
        self.assertIn("no policy was established", self.expect(0, "get", "policy").stdout)
        self.assertIn("history", self.expect(2, "policy").stderr)
        for nonsense in ({}, {"spec": 3, "status": {"version": 1}}, {"spec": {"defaults": 1, "backends": [3],
                                                                              "tenants": {}}, "status": {"version": 1}}):
            self.server.canned[("GET", "/api/v1/policy")] = (200, nonsense)
            self.expect(0, "get", "policy")

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

    # --- what can go wrong ---

    def test_a_wrong_token_is_told_by_its_file(self):
        wrong = self.write("wrong", "some-other-word")
        err = self.expect(1, "get", "streams", "--token-file", wrong).stderr
        self.assertIn(wrong, err)
        self.assertNotIn("some-other-word", err)

    def test_a_missing_token_is_told_with_where_it_was_looked_for(self):
        del self.environment["SLUICE_TOKEN_FILE"]
        if os.path.exists("/var/lib/sluice/token"):
            self.skipTest("this machine has a server's token")
        self.assertIn("var/run/token", self.expect(1, "get", "streams").stderr)

    def test_an_unreachable_server_is_one_sentence(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
            address = "http://127.0.0.1:%d" % unused.getsockname()[1]
            err = self.expect(3, "get", "streams", "--server", address).stderr
            self.expect(3, "top", "--once", "--server", address)
            self.expect(1, "wait", "ready", "--timeout", "200ms", "--server", address)
        self.assertIn("no answer from " + address, err)
        self.assertEqual(err.count("\n"), 1)

    def test_another_program_at_the_address_is_told(self):
        self.server.canned[("GET", "/api/v1/streams")] = (200, "<html>hello</html>")
        self.assertIn("is not Sluice", self.expect(3, "get", "streams").stderr)
        self.server.canned[("GET", "/api/v1/streams")] = (200, {"hello": 1})
        self.assertIn("is not Sluice", self.expect(3, "get", "streams").stderr)

    def test_the_environments_proxy_is_not_told_the_token(self):
        self.environment["http_proxy"] = "http://127.0.0.1:1"
        self.server.canned[("GET", "/api/v1/limits")] = (200, {"items": []})
        self.expect(0, "get", "limits")

    def test_an_unavailable_database_is_refused_with_the_servers_sentence(self):
        self.server.canned[("GET", "/api/v1/agreements")] = (503, {"detail": "PostgreSQL is away."})
        self.assertEqual(self.expect(1, "get", "agreements").stderr, "sluicectl: PostgreSQL is away.\n")

    def test_an_answer_cannot_drive_the_terminal(self):
        self.server.canned[("GET", "/api/v1/events")] = (200, {"items": []})
        self.server.canned[("GET", "/api/v1/events?limit=50")] = (200, {"items": [{"text": "\033[2Jx"}]})
        self.assertNotIn("\033", self.expect(0, "get", "events").stdout)

    def test_a_wrong_configuration_file_is_told_by_line(self):
        path = self.write("c.ini", "[sluicectl]\nsever=http://x\n")
        err = self.expect(2, "--check-config", "--config-file=" + path).stderr
        self.assertIn(path + ": line 2: sever: ", err)

    def test_standard_output_that_is_full_is_no_success(self):
        self.server.canned[("GET", "/api/v1/limits")] = (200, {"items": []})
        with open("/dev/full", "w", encoding="utf-8") as full:
            code = subprocess.run([PROGRAM, "get", "limits"], stdout=full, stderr=subprocess.DEVNULL,
                                  env=self.environment, timeout=DEADLINE, check=False).returncode
        self.assertEqual(code, 1)

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

    def test_an_export_is_proved_without_a_server(self):
        self.environment.pop("SLUICE_SERVER")
        golden = os.path.join(os.path.dirname(os.path.abspath(__file__)), "evidence_golden.txt")
        with open(golden, encoding="utf-8", newline="") as file:
            text = file.read()
        key = text.rsplit("\n", 2)[1].split("\t")[2]
        key_file = self.write("public-key", key + "\n")

        def verify(*arguments, given=None):
            return subprocess.run([PROGRAM, "evidence", "verify", *arguments], capture_output=True, text=True,
                                  env=self.environment, timeout=DEADLINE, input=given)

        done = verify(golden)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("is as it was signed", done.stdout)
        self.assertIn("not compared with anything", done.stdout)
        for named in (key, key_file):
            done = verify(golden, "--key", "0" * 64, "--key", named, "--output", "json")
            self.assertEqual(done.returncode, 0)
            told = json.loads(done.stdout)
            self.assertEqual((told["right"], told["keyCompared"], told["verdicts"], told["gapCount"]), (True, True, 11, 2))
            self.assertEqual(told["total"], {"met": 10, "violated": 1, "exempt": 0, "noData": 0})
        self.assertEqual(verify("-", given=text).returncode, 0)

        done = verify("-", given=text.replace("\tviolated\t", "\tmet\t"))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"^-: line [0-9]+ has another hash than its content and what is before it\n$")
        done = verify("-", "--output", "json", given=text[:-1])
        self.assertEqual(done.returncode, 1)
        self.assertEqual(json.loads(done.stdout)["line"], text.count("\n"))
        self.assertEqual(verify(golden, "--key", "0" * 64).returncode, 1)
        for wrong in ((golden, "--key", "abc"), (golden, "--key", golden), ("nowhere",), (self.folder.name,), ()):
            done = verify(*wrong)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1))


if __name__ == "__main__":
    unittest.main()
