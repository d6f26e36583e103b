"""What the tests of sluicectl share: the program against a small real HTTP server in this process.

The server keeps agreements as the interface's contract says and can be told to fail; it judges no terms."""

import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
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
        self.too_often = 0  # that many requests are put off
        self.streams = []  # what each listener hears before its connection ends; then there are no more
        self.listened = []  # (path, Last-Event-ID)
        self.no_more = threading.Event()  # ends listeners that hear nothing any more
        self.url = "http://127.0.0.1:%d" % self.server_address[1]


class Exchange(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "1")
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
        server.too_often -= 1
        if server.too_often >= 0:
            return self.answer(429, {"detail": "This token asks too often."})
        if self.path.startswith("/api/v1/watch?"):
            return self.watch()
        canned = server.canned.get((self.command, self.path))
        if canned:
            return self.answer(*canned)
        if self.path.startswith("/api/v1/agreements/"):
            return self.agreement(self.path.rsplit("/", 1)[1], body)
        return self.answer(404, {"title": "Not Found", "detail": "There is no " + self.path + "."})

    do_GET = do_PUT = do_POST = do_DELETE = serve

    def watch(self):
        server = self.server
        server.listened.append((self.path, self.headers.get("Last-Event-ID")))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(b"retry: 100\n\n")
        if server.streams:
            self.wfile.write(server.streams.pop(0).encode())
        else:
            server.no_more.wait(DEADLINE)

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
        self.addCleanup(self.server.no_more.set)
        self.token = self.write("token", TOKEN + "\n")
        self.environment = {"PATH": os.environ["PATH"], "SLUICE_SERVER": self.server.url,
                            "SLUICE_TOKEN_FILE": self.token}

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600)
        return path

    def run_client(self, *arguments, stdin=""):
        return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, text=True, timeout=DEADLINE,
                              env=self.environment, cwd=self.folder.name, check=False)

    def expect(self, code, *arguments, stdin=""):
        result = self.run_client(*arguments, stdin=stdin)
        self.assertEqual(result.returncode, code, result)
        if code != 0 and arguments[0] != "diff":  # mistakes go to standard error, with the program's name
            self.assertTrue(result.stderr.startswith("sluicectl: "), result)
        self.assertNotIn(TOKEN, result.stdout + result.stderr)
        return result
