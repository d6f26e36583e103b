"""Asks the server, and holds every single answer against the document."""

import gzip
import http.client
import json
import time
import urllib.parse

DEADLINE = 60  # seconds, for anything that must happen


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """One for each token; None for who has none."""

    def __init__(self, url, document, token=None):
        self.where = urllib.parse.urlsplit(url).netloc
        self.document = document
        self.token = token

    def send(self, method, target, body=None, kind=None, headers=None):
        """An answer as it came, unpacked. Waits where it is told to ask less often."""
        given = dict(headers or {})
        if self.token is not None:
            given["Authorization"] = "Bearer " + self.token
        if kind:
            given["Content-Type"] = kind
        deadline = time.monotonic() + DEADLINE
        while True:
            connection = http.client.HTTPConnection(self.where, timeout=DEADLINE)
            try:
                connection.request(method, target, body, given)
                came = connection.getresponse()
                text = came.read()
            finally:
                connection.close()
            if came.status == 429 and time.monotonic() < deadline:
                time.sleep(float(came.headers["Retry-After"]))
                continue
            if came.headers.get("Content-Encoding") == "gzip":
                text = gzip.decompress(text)
            return Answer(came.status, came.headers, text)

    def ask(self, operation, names=None, query=None, body=None, kind=None, headers=None, named=True):
        """The answer to an operation, which must be one that the document knows."""
        path = operation.path
        for name, parameter in operation.names.items():
            value = (names or {}).get(name, parameter["example"])
            path = path.replace("{" + name + "}", urllib.parse.quote(str(value), safe=""))
        if query:
            path += "?" + urllib.parse.urlencode(query, quote_via=urllib.parse.quote)
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        if body is not None and kind is None:
            kind = next(iter(operation.body), "application/json")
        answer = self.send(operation.method, path, body, kind, headers)
        operation.check(answer.status, answer.headers, answer.body, named)
        return answer

    def events(self, target):
        """Yields (event, id, data) of a stream of events until the caller stops."""
        connection = http.client.HTTPConnection(self.where, timeout=DEADLINE)
        try:
            connection.request("GET", target, headers={"Authorization": "Bearer " + self.token})
            came = connection.getresponse()
            assert came.status == 200, came.read()
            assert came.headers["Content-Type"].split(";")[0] == "text/event-stream", came.headers
            fields = {}
            for line in came:
                text = line.decode().rstrip("\n")
                if text:
                    name, _, value = text.partition(": ")
                    fields[name] = value
                elif "event" in fields:
                    yield fields["event"], fields["id"], fields["data"]
                    fields = {}
                else:
                    fields = {}
        finally:
            connection.close()
