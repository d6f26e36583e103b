#!/usr/bin/env python3
"""Runs sluicectl against a small real HTTP server in this process: tokens, contexts, differences, completion, manual."""

import json
import os
import shutil
import stat
import subprocess
import unittest

from sluicectl_fixture import AGREEMENT, DEADLINE, PROGRAM, TOKEN, ClientTest

SECRET = "slc_abcdefgh_secret"
MADE = {"id": "abcdefgh", "role": "viewer", "label": "grafana", "expires": None, "token": SECRET}


class AccessTest(ClientTest):
    # --- tokens ---

    def make_token(self, code, *arguments):
        self.server.canned[("POST", "/api/v1/tokens")] = (201, MADE)
        return self.expect(code, "token", "create", "--role", "viewer", "--label", "grafana", *arguments)

    def test_a_token_is_alone_on_standard_output(self):
        done = self.make_token(0)
        self.assertEqual(done.stdout, SECRET + "\n")
        self.assertNotIn(SECRET, done.stderr)
        self.assertEqual(self.server.seen[-1][3], json.dumps({"label": "grafana", "role": "viewer"}, separators=(",", ":")))

    def test_a_token_goes_to_a_file_of_its_owner_that_was_not_there(self):
        path = os.path.join(self.folder.name, "grafana.token")
        done = self.make_token(0, "--file", path, "-o", "json")
        self.assertNotIn(SECRET, done.stdout + done.stderr)
        self.assertEqual(json.loads(done.stdout)["id"], "abcdefgh")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), SECRET + "\n")
        asked = len(self.server.seen)
        self.assertIn("File exists", self.make_token(2, "--file", path).stderr)
        self.assertEqual(len(self.server.seen), asked)  # no token is made that can be put nowhere

    def test_no_file_stays_where_no_token_was_made(self):
        self.server.canned[("POST", "/api/v1/tokens")] = (403, {"detail": "It takes the role admin."})
        path = os.path.join(self.folder.name, "none")
        err = self.expect(1, "token", "create", "--role", "admin", "--label", "x", "--file", path).stderr
        self.assertEqual(err, "sluicectl: It takes the role admin.\n")
        self.assertFalse(os.path.exists(path))

    def test_a_token_that_is_not_there_is_told_and_the_others_are_revoked(self):
        self.server.canned[("DELETE", "/api/v1/tokens/b")] = (200, {})
        done = self.expect(1, "token", "revoke", "a", "b")
        self.assertEqual((done.stdout, done.stderr), ("token b revoked\n", "sluicectl: there is no token a\n"))

    def test_a_token_file_that_others_can_read_is_told_once(self):
        os.chmod(self.token, 0o644)
        self.server.canned[("GET", "/api/v1/limits")] = (200, {"items": []})
        err = self.expect(0, "get", "limits").stderr
        self.assertEqual(err, "sluicectl: warning: %s can be read by others; chmod 600 it\n" % self.token)

    def test_who_asks_too_often_waits_and_is_served(self):
        self.server.too_often = 1
        self.server.canned[("GET", "/api/v1/limits")] = (200, {"items": []})
        self.expect(0, "get", "limits")

    # --- contexts ---

    def use_contexts(self):
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.folder.name}

    def test_a_context_is_made_used_and_forgotten(self):
        self.use_contexts()
        self.assertIn("no contexts", self.expect(0, "context", "list").stdout)
        self.assertEqual(self.expect(0, "context", "set", "lab", "--server", self.server.url, "--token-file", "token").stdout,
                         "context lab made\n")
        self.expect(0, "context", "set", "other", "--server", "http://127.0.0.1:1")
        self.server.canned[("GET", "/api/v1/limits")] = (200, {"items": []})
        self.expect(0, "get", "limits")  # the first one is the current one
        self.expect(3, "get", "limits", "--context", "other")
        self.assertEqual(self.expect(0, "context", "use", "other").stdout, "context other is the current one\n")
        self.expect(3, "get", "limits")
        self.environment["SLUICE_CONTEXT"] = "lab"
        self.expect(0, "get", "limits")
        shown = json.loads(self.expect(0, "context", "show", "-o", "json").stdout)
        self.assertEqual(shown, {"server": self.server.url, "token_file": self.token, "ca_file": None})
        lines = [line.split() for line in self.expect(0, "context", "list").stdout.splitlines()]
        self.assertEqual([line[:2] for line in lines[1:]], [["-", "lab"], ["*", "other"]])
        self.assertEqual(self.expect(0, "context", "delete", "other").stdout, "context other forgotten\n")
        self.assertIn("there is no context other; there are: lab", self.expect(2, "context", "use", "other").stderr)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.folder.name, ".config", "sluice")).st_mode), 0o700)

    def test_a_contexts_file_that_is_a_link_stays_one(self):
        self.use_contexts()
        os.makedirs(os.path.join(self.folder.name, ".config", "sluice"))
        real = self.write("dotfiles.yaml", "")
        link = os.path.join(self.folder.name, ".config", "sluice", "config.yaml")
        os.symlink(real, link)
        self.expect(0, "context", "set", "lab", "--server", self.server.url)
        self.assertTrue(os.path.islink(link))
        with open(real, encoding="utf-8") as file:
            self.assertIn(self.server.url, file.read())

    def test_a_wrong_contexts_file_is_one_sentence(self):
        self.use_contexts()
        os.makedirs(os.path.join(self.folder.name, ".config", "sluice"))
        path = self.write(".config/sluice/config.yaml", "contexts: {lab: {sever: x}}\n")
        for command in (["get", "limits"], ["context", "list"], ["--check-config"]):
            err = self.expect(2, *command).stderr
            self.assertEqual(err, "sluicectl: %s: contexts.lab: there is no key sever; there are server, token-file, ca-file\n" % path)
        self.expect(0, "completion", "bash")  # what needs no server needs no contexts

    # --- diff ---

    def would_be(self, name, status, spec):
        self.server.canned[("PUT", "/api/v1/agreements/%s?dry_run=true" % name)] = (status, {"spec": spec, "status": {"dry_run": True}})

    def test_diff_says_what_differs_by_its_exit_code(self):
        path = self.write("a.yaml", AGREEMENT.format(name="gold", iops=1))
        self.server.canned[("GET", "/api/v1/agreements/gold")] = (200, {"spec": {"iops": 1, "tier": "gold"}, "status": {"version": 3}})
        self.would_be("gold", 200, {"iops": 1, "tier": "gold"})
        self.assertEqual(self.expect(0, "diff", "-f", path).stdout, "")
        self.would_be("gold", 200, {"iops": 2, "weight": 5})
        done = self.expect(1, "diff", "-f", self.folder.name)
        self.assertEqual(done.stdout, "agreement gold (%s:1) differs:\n  ~ spec.iops: 1 -> 2\n  - spec.tier: gold\n  + spec.weight: 5\n" % path)
        self.assertEqual(done.stderr, "")
        told = json.loads(self.expect(1, "diff", "-f", path, "-o", "json").stdout)["items"][0]
        self.assertEqual((told["name"], told["result"], told["changes"][0]),
                         ("gold", "changed", {"path": "spec.iops", "before": 1, "after": 2}))
        self.assertFalse(self.server.agreements)

    def test_diff_tells_what_is_new(self):
        self.would_be("new", 200, {"iops": 2})
        done = self.expect(1, "diff", "-f", "-", stdin=AGREEMENT.format(name="new", iops=2))
        self.assertEqual(done.stdout, "agreement new (standard input:1) is not in force:\n  + spec.iops: 2\n")

    def test_diff_never_ends_with_1_for_an_error(self):
        text = AGREEMENT.format(name="bad", iops='"x"')
        for status, code in ((422, 2), (409, 2), (403, 2), (503, 3)):
            self.server.canned[("PUT", "/api/v1/agreements/bad?dry_run=true")] = (status, {"detail": "No."})
            done = self.expect(code, "diff", "-f", "-", stdin=text)
            self.assertEqual((done.stdout, done.stderr), ("", "sluicectl: agreement bad (standard input:1): No.\n"))
        self.expect(3, "diff", "-f", "-", "--server", "http://127.0.0.1:1", stdin=text)
        self.expect(2, "diff", "-f", "nowhere.yaml")

    # --- the shell ---

    def complete_in_bash(self, words, line=None):
        """What a bash offers behind these words; its own word breaks are those of readline."""
        script = 'source <("$0" completion bash); COMP_LINE=$1; COMP_POINT=${#COMP_LINE}; shift; COMP_WORDS=("$@"); ' \
                 'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_WORDS[0]=$0; _sluicectl; printf "%s\\n" "${COMPREPLY[@]}"'
        line = " ".join(words) if line is None else line
        done = subprocess.run(["bash", "-c", script, PROGRAM, line, *words], capture_output=True, text=True,
                              env=self.environment, cwd=self.folder.name, timeout=DEADLINE, check=True)
        self.assertEqual(done.stderr, "")
        return [word for word in done.stdout.split("\n") if word]

    def test_bash_completes_commands_options_values_files_and_names(self):
        self.assertEqual(self.complete_in_bash(["sluicectl", "vio"]), ["violations", "violators"])
        self.assertEqual(self.complete_in_bash(["sluicectl", "limit", "--ban"]), ["--bandwidth"])
        self.assertEqual(self.complete_in_bash(["sluicectl", "--output", "=", "y"], "sluicectl --output=y"), ["yaml"])
        self.assertEqual(self.complete_in_bash(["sluicectl", "apply", "-f", "tok"]), ["token"])
        self.server.canned[("GET", "/api/v1/agreements")] = (200, {"items": [
            {"metadata": {"name": name}} for name in ("gold", "gone", "$(reboot)")], "next": "gone"})
        self.server.canned[("GET", "/api/v1/agreements?after=gone")] = (200, {"items": [{"metadata": {"name": "silver"}}]})
        self.assertEqual(self.complete_in_bash(["sluicectl", "report", "go"]), ["gold", "gone"])
        self.assertEqual(self.complete_in_bash(["sluicectl", "report", ""]), ["gold", "gone", "silver"])
        self.server.canned[("GET", "/api/v1/streams?text=g%2Fv%2F%3A")] = (200, {"items": [{"stream": "g/v/::1"}]})
        self.assertEqual(self.complete_in_bash(["sluicectl", "explain", "g/v/", ":"], "sluicectl explain g/v/:"), [":1"])

    def test_completion_is_quiet_when_nobody_answers(self):
        for broken in ({"SLUICE_SERVER": "http://127.0.0.1:1"}, {"SLUICE_TOKEN_FILE": "nowhere"}, {"SLUICE_CONTEXT": "none"}):
            self.environment = {**self.environment, **broken}
            done = self.run_client("__complete", "--", "sluicectl report ")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "words\n", ""))

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_completes_likewise(self):
        """With zsh's own machinery replaced by what prints its arguments."""
        script = 'compadd() { shift; print -l -- "$@"; }; _files() { print files; }; compset() { :; }; ' \
                 'eval "$("$1" completion zsh)"; words=("$1" "${@:2}"); CURRENT=${#words}; PREFIX=${words[-1]}; _sluicectl'

        def complete(*words):
            done = subprocess.run(["zsh", "-f", "-c", script, "zsh", PROGRAM, *words], capture_output=True, text=True,
                                  env=self.environment, cwd=self.folder.name, timeout=DEADLINE, check=True)
            return (done.stdout.split(), done.stderr)

        self.assertEqual(complete("vio"), (["violations", "violators"], ""))
        self.assertEqual(complete("--output=y"), (["--output=yaml"], ""))
        self.assertEqual(complete("apply", "-f", ""), (["files"], ""))

    @unittest.skipUnless(shutil.which("man"), "man is not installed")
    def test_man_finds_no_fault_with_any_page(self):
        pages = os.path.join(self.folder.name, "man1")
        os.mkdir(pages)
        self.expect(0, "man", "--directory", pages)
        names = sorted(os.listdir(pages))
        self.assertIn("sluicectl.1", names)
        self.assertIn("sluicectl-token.1", names)
        for name in names:
            done = subprocess.run(["man", "--warnings=w", "-E", "UTF-8", "-l", "-Tutf8", "-Z", os.path.join(pages, name)],
                                  capture_output=True, text=True, env={"PATH": os.environ["PATH"], "MANWIDTH": "100"},
                                  timeout=DEADLINE, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)
        self.assertIn(".TH SLUICECTL\\-WAIT 1", self.expect(0, "man", "wait").stdout)
        self.assertIn("there is no command frob", self.expect(2, "man", "frob").stderr)

    def test_no_secret_is_in_any_help(self):
        for command in ([], ["token", "create"], ["context", "set"]):
            self.assertNotIn(TOKEN, self.expect(0, *command, "--help").stdout)


if __name__ == "__main__":
    unittest.main()
