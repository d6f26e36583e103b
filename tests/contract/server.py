"""What the tests against the running server share: its document, and a client for each role."""

import os
import unittest

import client
import good_calls
from document import Document

URL = os.environ["SLUICE_URL"]
OWN_DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../actors/application_server/web/api/v1/openapi.yaml")
ROLES = ("customer", "viewer", "operator", "admin")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class ServerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = read(OWN_DOCUMENT)
        cls.document = Document(cls.text)
        cls.owner = client.Client(URL, cls.document, read(os.environ["SLUICE_TOKEN_FILE"]).strip())
        cls.nobody = client.Client(URL, cls.document)
        cls.clients = {role: client.Client(URL, cls.document, cls.make_token(role)) for role in ROLES}
        cls.admin = cls.clients["admin"]

    @classmethod
    def make_token(cls, role):
        wanted = {"role": role, "label": "contract " + role, "for": "1h"}
        if role == "customer":
            wanted["tenant"] = good_calls.TENANT
        answer = cls.owner.ask(cls.document.by_name["createToken"], body=wanted)
        assert answer.status == 201, answer.body
        return answer.json["token"]

    def client_of(self, token):
        return client.Client(URL, self.document, token)

    def op(self, name):
        return self.document.by_name[name]

    def expect(self, status, answer):
        self.assertEqual(answer.status, status, answer.body[:500])
        return answer

    def wrong(self, status, answer, path=None):
        """A refusal; with the path of the field that is wrong."""
        self.expect(status, answer)
        self.assertEqual(answer.json["status"], status)
        if path is not None:
            self.assertIn(path, [x["path"] for x in answer.json.get("errors", [])], answer.body)
