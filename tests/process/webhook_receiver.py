"""A receiver of webhooks that can be told to fail, to hang, to go away and to come back. Used by the tests of webhooks."""

import hashlib
import hmac
import http.server
import socket
import threading

SECRET = "0123456789abcdef0123456789abcdef"


class Receiver:
    """Listens on a port of its own. `plan` says what is done with the next requests, one word each: a status, `hang` or
    `close`; when it is used up each request is answered with `otherwise`."""

    def __init__(self):
        self.seen = []  # (headers, body), in the order in which they came
        self.plan = []
        self.otherwise = 204
        self.headers = {}  # of every answer
        self.problems = []
        self.let_go = threading.Event()
        self.lock = threading.Lock()
        self.holder = socket.socket()  # keeps the port while nobody listens on it
        self.holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.holder.bind(("127.0.0.1", 0))
        self.port = self.holder.getsockname()[1]
        self.server = None
        self.come()

    def come(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), self.handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def go(self):
        """Whoever connects from now on is refused."""
        if self.server is not None:
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()
            self.server = None

    def end(self):
        self.let_go.set()
        self.go()
        self.holder.close()

    def url(self, path="/hook"):
        return f"http://127.0.0.1:{self.port}{path}"

    def ids(self):
        with self.lock:
            return [headers["X-Sluice-Delivery"] for headers, _ in self.seen]

    def handler(receiver):  # pylint: disable=no-self-argument
        class Exchange(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    receiver.seen.append((dict(self.headers), body))
                    problem = problem_with(self.headers, body)
                    if problem:
                        receiver.problems.append(problem)
                    step = receiver.plan.pop(0) if receiver.plan else receiver.otherwise
                if step == "hang":
                    receiver.let_go.wait()
                if step in ("hang", "close"):
                    self.close_connection = True
                    return
                self.send_response(step)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self):  # nobody should
                receiver.problems.append("GET " + self.path)
                self.send_error(405)

        return Exchange


def problem_with(headers, body):
    """Empty, or what a receiver would refuse."""
    signed = headers["X-Sluice-Timestamp"].encode() + b"." + body
    right = "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    if headers["X-Sluice-Signature"] != right:
        return "signed with something else"
    if headers["Content-Type"] != "application/json":
        return "no JSON"
    return ""
