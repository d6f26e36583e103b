#!/usr/bin/env python3
"""Runs sluicectl against a small real HTTP server in this process: what is established, and what can go wrong."""

import json
import os
import socket
import subprocess
import unittest

from sluicectl_fixture import AGREEMENT, DEADLINE, PROGRAM, ClientTest


class EstablishingTest(ClientTest):
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


if __name__ == "__main__":
    unittest.main()
