"""Every operation with good and with wrong input, as every role. Each single answer must be one that the document knows."""

import good_calls
from server import ROLES, ServerTest


class EveryOperation(ServerTest):
    # --- every operation as every role -----------------------------------------------------------------------------
    def test_the_served_document_is_this_one(self):
        answer = self.expect(200, self.nobody.ask(self.op("getDocument")))
        self.assertEqual(answer.body.decode(), self.text)

    def test_each_operation_is_called(self):
        self.assertEqual(set(good_calls.GOOD), set(self.document.by_name))

    def test_a_good_call_of_each_role(self):
        for role in ROLES:
            made = {}
            for name, call_of in good_calls.GOOD.items():
                operation = self.op(name)
                if call_of is None or role not in operation.roles:
                    continue
                with self.subTest(role=role, operation=name):
                    call = call_of(role, made)
                    answer = self.clients[role].ask(operation, call.names, call.query, call.body, call.kind)
                    self.assertIn(answer.status, call.status, answer.body[:500])
                    is_json = "json" in answer.headers.get("Content-Type", "")
                    made[name] = answer.json if is_json else answer.body.decode()

    def test_who_may_not_is_refused_whatever_it_asks(self):
        for operation in self.document.operations:
            for role in ("nobody", *ROLES):
                if role in operation.roles or (role == "nobody" and operation.open):
                    continue
                with self.subTest(role=role, operation=operation.name):
                    asker = self.nobody if role == "nobody" else self.clients[role]
                    answer = asker.ask(operation, body="{}" if operation.body else None)
                    self.wrong(401 if role == "nobody" else 403, answer)

    def test_an_unknown_token_is_told_nothing(self):
        stranger = self.client_of( "slc_abcdefgh_" + 43 * "a")
        for operation in self.document.operations:
            if not operation.open:
                with self.subTest(operation=operation.name):
                    answer = self.expect(401, stranger.ask(operation, body="{}" if operation.body else None))
                    self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
        self.assertEqual(stranger.send("GET", "/api/v1/nonsense").status, 401)

    def test_a_customer_sees_nothing_of_others(self):
        stranger = self.owner.ask(self.op("createToken"), body={"role": "customer", "tenant": "umbrella", "label": "x", "for": "1h"})
        other = self.client_of( stranger.json["token"])
        for name in ("getAgreement", "showAgreementHistory", "explainAgreement", "getOpenSLO", "showCompliance", "listViolations", "makeReport"):
            with self.subTest(operation=name):
                self.wrong(404, other.ask(self.op(name), {"agreement": good_calls.AGREEMENT}))
        for name in ("showStream", "explainStream", "showHistory", "exportSamples"):
            with self.subTest(operation=name):
                self.wrong(404, other.ask(self.op(name), good_calls.STREAM))
        for name in ("listAgreements", "listStreams", "listTenants"):
            self.assertEqual(other.ask(self.op(name)).json["items"], [])
        self.assertEqual(other.ask(self.op("showOverview")).json["streams"]["total"], 0)
        self.wrong(404, other.ask(self.op("makeStatement"), {"tenant": good_calls.TENANT}))
        tried = other.ask(self.op("createAgreement"), query={"dry_run": "true"}, body=good_calls.agreement("x"))
        self.wrong(403, tried)  # of another tenant

    # --- wrong input ------------------------------------------------------------------------------------------------
    def test_query_fields_are_judged_one_by_one(self):
        for operation in self.document.operations:
            if operation.name in ("getDocument", "watch"):
                continue  # a file, and what names its own wrong topics
            with self.subTest(operation=operation.name):
                answer = self.admin.ask(operation, query={"nonsense": "1"}, body="{}" if operation.body else None, named=not operation.open)
                self.wrong(422, answer, "?nonsense")
            for name, parameter in operation.query.items():
                for value in self.wrong_values(self.document.follow(parameter["schema"])):
                    with self.subTest(operation=operation.name, field=name, value=value):
                        self.wrong(422, self.admin.ask(operation, query={name: value}, body="{}" if operation.body else None), "?" + name)

    @staticmethod
    def wrong_values(schema):
        if schema.get("type") == "integer":
            return [schema["minimum"] - 1, schema["maximum"] + 1, "x", "1.5", "-1"]
        if schema.get("type") == "boolean":
            return ["maybe", "1", "TRUE"]
        return ["nonsense"] if "enum" in schema else []

    def test_names_in_paths_are_judged(self):
        for operation in self.document.operations:
            for name in operation.names:
                with self.subTest(operation=operation.name, name=name):
                    body = "{}" if operation.body else None
                    self.wrong(400, self.admin.ask(operation, {name: "a b"}, body=body, named=False))
                    self.wrong(400, self.admin.ask(operation, {name: "x" * 256}, body=body, named=False))

    def test_what_is_not_there_is_404(self):
        query = {"withdrawExclusion": {"who": "x", "why": "y"}}
        bodies = {"patchAgreement": {}, "orderLimit": {"iops": 5, "who": "x", "why": "y"}}
        names = {"exclusion": 999999, "token": "zzzzzzzz"}
        empty = ("replaceAgreement", "listDecisions")  # makes it; has nothing to show
        for operation in self.document.operations:
            if not operation.names or operation.name in empty:
                continue
            with self.subTest(operation=operation.name):
                unknown = {name: names.get(name, "nobody") for name in operation.names}
                self.wrong(404, self.admin.ask(operation, unknown, query.get(operation.name), bodies.get(operation.name)))

    def test_a_path_knows_its_methods(self):
        for path in self.document.whole["paths"]:
            if path == self.op("getDocument").path:
                continue
            known = {x.method for x in self.document.operations if x.path == path}
            target = path.replace("{exclusion}", "1").replace("{token}", "zzzzzzzz").replace("{", "").replace("}", "")
            for method in {"GET", "PUT", "POST", "PATCH", "DELETE"} - known:
                with self.subTest(path=path, method=method):
                    answer = self.admin.send(method, target)
                    self.wrong(405, answer)
                    self.assertEqual(set(answer.headers["Allow"].split(", ")), known)
        self.wrong(404, self.admin.send("GET", "/api/v1/nonsense"))

    def test_bodies_are_judged(self):
        needs = {"replacePolicy": {"who": "x"}}
        for operation in self.document.operations:
            if not operation.body:
                continue
            query = needs.get(operation.name)
            csv = "text/csv" in operation.body
            with self.subTest(operation=operation.name):
                self.wrong(415, self.admin.ask(operation, query=query, body="x", kind="application/octet-stream"))
                self.wrong(422 if csv else 400, self.admin.ask(operation, query=query, body="{", kind=next(iter(operation.body))))
                if operation.name != "patchAgreement":  # for which {} is good
                    self.wrong(422, self.admin.ask(operation, query=query, body="{}", kind=next(iter(operation.body))))
                too_large = self.admin.ask(operation, query=query, body=70_000 * " ", kind=next(iter(operation.body)), named=False)
                self.wrong(413, too_large)

    def test_a_wrong_field_is_named_by_its_path(self):
        body = good_calls.agreement("contract-wrong")
        body["spec"]["objective"] = {"weight": 0, "tiger": 1, "limit": {"bandwidth": "much"}}
        create = self.op("createAgreement")
        answer = self.admin.ask(create, body=body)
        for path in ("spec.objective.weight", "spec.objective.tiger"):
            self.wrong(422, answer, path)
        body["spec"]["objective"] = {"limit": {"bandwidth": "much"}}
        self.wrong(422, self.admin.ask(create, body=body), "spec.objective.limit.bandwidth")
        policy = {"apiVersion": "sluice/v1", "kind": "Policy", "spec": {"defaults": {"knee": "soon"}}}
        self.wrong(422, self.admin.ask(self.op("replacePolicy"), query={"who": "x"}, body=policy), "spec.defaults.knee")
        self.wrong(422, self.admin.ask(self.op("createToken"), body={"role": "root", "label": "x"}), "role")
        self.wrong(422, self.admin.ask(self.op("orderLimit"), good_calls.STREAM, body={"iops": 0, "who": "x", "why": "y"}), "iops")
        self.wrong(422, self.admin.ask(self.op("enterExclusion"), body={**good_calls.EXCLUSION, "for": "long"}), "for")
