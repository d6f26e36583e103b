"""What the document says beside the operations: tags, conditions, keys, compression, pages, sessions, events."""

import http.client
import json
import uuid

import client
import good_calls
from eventually import eventually
from server import ServerTest


class Versions(ServerTest):
    def setUp(self):
        self.name = "contract-" + self.id().rsplit(".", 1)[1].replace("_", "-")[:60]
        self.own = {"agreement": self.name}
        answer = self.admin.ask(self.op("replaceAgreement"), self.own, body=good_calls.agreement(self.name, 1))
        self.addCleanup(self.admin.ask, self.op("endAgreement"), self.own)
        self.tag = self.expect(201, answer).headers["ETag"]

    def put(self, weight, **headers):
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.admin.ask(self.op("replaceAgreement"), self.own, body=good_calls.agreement(self.name, weight), headers=given)

    def test_a_lost_update_is_refused(self):
        first = self.expect(200, self.put(2, If_Match=self.tag))
        self.assertNotEqual(first.headers["ETag"], self.tag)
        second = self.put(3, If_Match=self.tag)
        self.wrong(412, second)
        self.assertEqual(second.headers["ETag"], first.headers["ETag"])
        for name, body in (("patchAgreement", {"spec": {"objective": {"weight": 4}}}), ("endAgreement", None)):
            self.wrong(412, self.admin.ask(self.op(name), self.own, body=body, headers={"If-Match": self.tag}))
        found = self.admin.ask(self.op("getAgreement"), self.own)
        self.assertEqual(found.json["spec"]["objective"]["weight"], 2)
        self.assertEqual(found.headers["ETag"], first.headers["ETag"])
        self.expect(200, self.put(5, If_Match="*"))
        self.wrong(412, self.put(6, If_None_Match="*"))
        self.wrong(412, self.put(6, If_Match='W/' + found.headers["ETag"]))

    def test_a_change_that_is_wanted_on_nothing_or_on_something_is_made_on_that_alone(self):
        other = {"agreement": self.name + "-new"}
        put = self.op("replaceAgreement")
        body = good_calls.agreement(other["agreement"])
        self.wrong(412, self.admin.ask(put, other, body=body, headers={"If-Match": "*"}))
        self.wrong(412, self.admin.ask(put, other, body=body, headers={"If-Match": self.tag}))
        self.expect(201, self.admin.ask(put, other, body=body, headers={"If-None-Match": "*"}))
        self.expect(200, self.admin.ask(self.op("endAgreement"), other))

    def test_a_patch_changes_what_it_names(self):
        patch = self.op("patchAgreement")
        answer = self.admin.ask(patch, self.own, body={"spec": {"objective": {"tier": "silver"}}}, headers={"If-Match": self.tag})
        objective = self.expect(200, answer).json["spec"]["objective"]
        self.assertEqual((objective["tier"], objective["weight"]), ("silver", 1))
        tried = self.admin.ask(patch, self.own, query={"dry_run": "true"}, body={"spec": {"objective": {"tier": "gold"}}})
        self.assertTrue(self.expect(200, tried).json["status"]["dry_run"])
        back = self.expect(200, self.admin.ask(patch, self.own, body={"spec": {"objective": {"tier": None}}}))
        self.assertEqual(back.json["spec"]["objective"]["tier"], "bronze")
        self.wrong(422, self.admin.ask(patch, self.own, body={"metadata": {"name": "x"}}), "metadata.name")
        self.wrong(422, self.admin.ask(patch, self.own, body=[]))
        self.wrong(415, self.admin.ask(patch, self.own, body={}, kind="application/json"))

    def test_the_policy_has_versions(self):
        put = self.op("replacePolicy")
        tag = self.admin.ask(self.op("getPolicy")).headers["ETag"]
        knee = {**good_calls.POLICY, "spec": {"defaults": {"knee": "21ms"}}}
        changed = self.admin.ask(put, query={"who": "contract"}, body=knee, headers={"If-Match": tag})
        self.assertIn(changed.status, (200, 201))
        self.wrong(412, self.admin.ask(put, query={"who": "contract"}, body=good_calls.POLICY, headers={"If-Match": tag}))
        last = self.admin.ask(put, query={"who": "contract"}, body=good_calls.POLICY, headers={"If-Match": changed.headers["ETag"]})
        self.expect(200, last)

    def test_what_is_known_already_is_not_sent_again(self):
        for name, names in (("getAgreement", self.own), ("getPolicy", None), ("listTenants", None), ("listTokens", None),
                            ("showSession", None), ("showAgreementHistory", self.own), ("health", None)):
            with self.subTest(operation=name):
                first = self.expect(200, self.admin.ask(self.op(name), names))
                known = {"If-None-Match": '"other", ' + first.headers["ETag"]}
                again = self.expect(304, self.admin.ask(self.op(name), names, headers=known))
                self.assertEqual((again.body, again.headers["ETag"]), (b"", first.headers["ETag"]))
                self.expect(200, self.admin.ask(self.op(name), names, headers={"If-None-Match": '"other"'}))


class Keys(ServerTest):
    def enter(self, key, who=None, **more):
        return (who or self.admin).ask(self.op("enterExclusion"), body={**good_calls.EXCLUSION, **more},
                                       headers={"Idempotency-Key": key}, named=False)

    def test_a_request_with_a_key_is_done_once(self):
        key = str(uuid.uuid4())
        first = self.expect(201, self.enter(key))
        again = self.expect(201, self.enter(key))
        self.assertEqual(again.body, first.body)
        self.assertEqual((first.headers["Idempotent-Replayed"], again.headers["Idempotent-Replayed"]), (None, "true"))
        self.wrong(422, self.enter(key, why="something else"), "Idempotency-Key")
        other = self.expect(201, self.enter(key, self.clients["operator"], why=str(uuid.uuid4())))  # a key of its own
        self.assertNotEqual(other.json["id"], first.json["id"])
        self.wrong(422, self.enter("a b"), "Idempotency-Key")

    def test_a_refusal_is_remembered_too(self):
        key = str(uuid.uuid4())
        create = self.op("createAgreement")
        other_terms = good_calls.agreement(good_calls.AGREEMENT, 9)
        first = self.admin.ask(create, body=other_terms, headers={"Idempotency-Key": key})
        self.wrong(409, first)
        self.assertEqual(self.admin.ask(create, body=other_terms, headers={"Idempotency-Key": key}).body, first.body)

    def test_a_token_is_told_once(self):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        wanted = {"role": "viewer", "label": "once", "for": "1h"}
        first = self.expect(201, self.admin.ask(self.op("createToken"), body=wanted, headers=key)).json
        again = self.expect(201, self.admin.ask(self.op("createToken"), body=wanted, headers=key)).json
        self.assertEqual(again, {**first, "token": None})
        self.assertTrue(first["token"].startswith("slc_"))
        self.expect(200, self.admin.ask(self.op("revokeToken"), {"token": first["id"]}))


class Forms(ServerTest):
    def test_what_is_longer_than_a_kib_is_compressed_for_who_takes_it(self):
        for name in ("metrics", "showOverview"):
            for given, wanted in (({"Accept-Encoding": "gzip"}, "gzip"), ({"Accept-Encoding": "gzip;q=0"}, None), ({}, None)):
                answer = self.admin.ask(self.op(name), headers=given)
                self.assertGreater(len(answer.body), 1024)
                self.assertEqual(answer.headers["Content-Encoding"], wanted)
        tiny = self.admin.ask(self.op("health"), headers={"Accept-Encoding": "gzip"})
        self.assertIsNone(tiny.headers["Content-Encoding"])

    def test_head_is_get_without_its_body(self):
        for name in ("listTenants", "health", "getDocument"):
            whole = self.admin.ask(self.op(name))
            head = self.admin.send("HEAD", self.op(name).path)
            self.assertEqual((head.status, head.body), (200, b""))
            for header in ("Content-Type", "Content-Length", "ETag"):
                self.assertEqual(head.headers[header], whole.headers[header], name)

    def test_reports_come_in_three_forms(self):
        for form, kind in (("json", "application/json"), ("text", "text/plain"), ("html", "text/html")):
            answer = self.admin.ask(self.op("makeReport"), {"agreement": good_calls.AGREEMENT}, {"format": form})
            self.assertEqual(self.expect(200, answer).headers["Content-Type"].split(";")[0], kind)

    def test_documents_may_be_yaml(self):
        text = "apiVersion: sluice/v1\nkind: Agreement\nmetadata: { name: y, tenant: acme }\nspec:\n  streams: { volume: y }\n  objective: { weight: 2 }\n"
        answer = self.admin.ask(self.op("createAgreement"), query={"dry_run": "true"}, body=text, kind="application/yaml")
        self.assertTrue(self.expect(200, answer).json["status"]["dry_run"])

    def test_pages_follow_each_other(self):
        made = eventually(lambda: self.made_tokens(4))  # those of these tests, once the database has them
        self.assertEqual({(x["action"], x["who"], x["address"]) for x in made}, {("create-token", "file (token file)", "127.0.0.1")})
        entries = []
        query = {"limit": 2}
        while True:
            page = self.expect(200, self.admin.ask(self.op("listAudit"), query=query)).json
            self.assertLessEqual(len(page["items"]), 2)
            entries += page["items"]
            if "next" not in page or len(entries) > 20:
                break
            query = {"limit": 2, "after": page["next"], "to": page["to"]}
        self.assertGreaterEqual(len(entries), 4)
        self.assertEqual([x["at"] for x in entries], sorted((x["at"] for x in entries), reverse=True))

    def test_pages_join_to_the_whole(self):
        names = ["contract-page-" + x for x in "abcde"]
        for name in names:
            own = {"agreement": name}
            self.expect(201, self.admin.ask(self.op("replaceAgreement"), own, body=good_calls.agreement(name)))
            self.addCleanup(self.admin.ask, self.op("endAgreement"), own)
        self.expect(200, self.admin.ask(self.op("replaceAgreement"), {"agreement": names[0]}, body=good_calls.agreement(names[0], 2)))
        lists = (("listAgreements", {}, {}), ("listAgreements", {}, {"text": "page"}), ("listTenants", {}, {}), ("listTokens", {}, {}),
                 ("showAgreementHistory", {"agreement": names[0]}, {}))
        for operation, of, fields in lists:
            with self.subTest(operation=operation, fields=fields):
                whole = self.expect(200, self.admin.ask(self.op(operation), of, fields)).json
                self.assertNotIn("next", whole)
                pages = self.pages(operation, of, {**fields, "limit": 2})
                self.assertTrue(all(len(x["items"]) == 2 for x in pages[:-1]))
                self.assertEqual([x for page in pages for x in page["items"]], whole["items"])
        accounts = self.admin.ask(self.op("listCompliance"), query={"from": "-1h"}).json["items"]  # their figures move on
        pages = self.pages("listCompliance", {}, {"from": "-1h", "limit": 2})
        self.assertEqual([x["agreement"] for page in pages for x in page["items"]], [x["agreement"] for x in accounts])
        self.assertTrue(set(names) <= {x["agreement"] for x in accounts})
        found = [x["metadata"]["name"] for page in self.pages("listAgreements", {}, {"text": "CONTRACT-PAGE", "limit": 2}) for x in page["items"]]
        self.assertEqual(found, names)
        for operation, wrong in (("listAgreements", "a/b"), ("listTenants", "a b"), ("listLimits", "a")):
            self.wrong(422, self.admin.ask(self.op(operation), query={"after": wrong}), "?after")

    def test_decisions_stand_newest_first(self):
        self.expect(200, self.admin.ask(self.op("orderLimit"), good_calls.STREAM, body={"iops": 20, "for": "10m", "who": "contract", "why": "a test"}))
        self.addCleanup(self.admin.ask, self.op("retractLimit"), good_calls.STREAM)
        eventually(lambda: self.decided(lambda rule: rule == "override"))
        self.expect(200, self.admin.ask(self.op("retractLimit"), good_calls.STREAM))
        whole = eventually(lambda: self.decided(lambda rule: rule != "override"))
        times = [x["at"] for x in whole]
        self.assertEqual(times, sorted(times, reverse=True))
        pages = self.pages("listDecisions", good_calls.STREAM, {"from": "-1h", "to": whole[0]["at"][:-1] + "Z", "limit": 1})
        self.assertEqual([x for page in pages for x in page["items"]], [x for x in whole if x["at"] < whole[0]["at"]])

    def decided(self, newest):
        found = self.admin.ask(self.op("listDecisions"), good_calls.STREAM, {"from": "-1h"}).json["items"]
        return found if found and newest(found[0]["rule"]) else None

    def pages(self, operation, of, fields):
        pages, after = [], {}
        while len(pages) < 50:
            pages.append(self.expect(200, self.admin.ask(self.op(operation), of, {**fields, **after})).json)
            if "next" not in pages[-1]:
                return pages
            after = {"after": pages[-1]["next"]}
        self.fail("the pages do not end")

    def made_tokens(self, least):
        found = self.admin.ask(self.op("listAudit"), query={"action": "create-token", "who": "file"}).json["items"]
        return found if len(found) >= least else None


class Access(ServerTest):
    def test_a_session_by_cookie_needs_proof_for_changes(self):
        begin = self.op("beginSession")
        self.wrong(401, self.nobody.ask(begin, body={"token": "slc_abcdefgh_" + 43 * "a"}))
        self.wrong(422, self.nobody.ask(begin, body={"tokn": "x"}), "token")
        signed = self.expect(204, self.nobody.ask(begin, body={"token": self.clients["operator"].token}))
        cookie = {"Cookie": signed.headers["Set-Cookie"].split(";")[0]}
        self.assertIn("HttpOnly", signed.headers["Set-Cookie"])
        shown = self.expect(200, self.nobody.ask(self.op("showSession"), headers=cookie)).json
        self.assertEqual(shown["role"], "operator")
        enter, body = self.op("enterExclusion"), good_calls.EXCLUSION
        self.wrong(403, self.nobody.ask(enter, body=body, headers=cookie))
        proven = {**cookie, "X-CSRF-Token": shown["csrf"]}
        self.wrong(403, self.nobody.ask(enter, body=body, headers={**proven, "Origin": "https://elsewhere.example"}))
        self.expect(201, self.nobody.ask(enter, body=body, headers=proven))
        self.expect(204, self.nobody.ask(self.op("endSession"), headers=proven))

    def test_a_token_that_was_taken_back_opens_nothing(self):
        made = self.admin.ask(self.op("createToken"), body={"role": "viewer", "label": "short", "for": "1h"}).json
        short = self.client_of( made["token"])
        self.expect(200, short.ask(self.op("listTenants")))
        self.expect(200, self.admin.ask(self.op("revokeToken"), {"token": made["id"]}))
        self.wrong(401, short.ask(self.op("listTenants")))


class Events(ServerTest):
    """Each event has what GET answers, by the same schema."""

    TOPICS = ("overview", "streams?limit=5", "streams/gw1/scratch/127.0.0.1?seconds=5", "streams/gw1/scratch/127.0.0.1/explain",
              "agreements/scratch-gold/explain", "backends", "backends/scratch/explain", "gateways", "throttles")

    def watch(self, role, topics, until):
        """Reads events until `until(seen)`; the newest data of each topic."""
        seen = {}
        encoded = ",".join(x.replace("?", "%3F").replace("=", "%3D") for x in topics)
        for name, number, data in self.clients[role].events("/api/v1/watch?topics=" + encoded):
            self.assertRegex(number, r"^\d+-\d+$")
            seen[name] = json.loads(data)
            if until(seen):
                return seen

    def test_a_topic_has_the_data_of_its_get(self):
        seen = self.watch("viewer", self.TOPICS, lambda seen: all(seen.get(x) is not None for x in self.TOPICS))
        for topic, data in seen.items():
            with self.subTest(topic=topic):
                operation = self.document.operation_of("GET", "/api/v1/" + topic)
                schema = operation.told["responses"]["200"]["content"]["application/json"]["schema"]
                self.document.validate(schema, data, topic)

    def test_an_event_is_told_at_once(self):
        stream = self.clients["viewer"].events("/api/v1/watch?topics=events,overview")
        next(stream)  # it listens
        fresh = {**good_calls.EXCLUSION, "why": str(uuid.uuid4())}
        self.expect(201, self.admin.ask(self.op("enterExclusion"), body=fresh))
        for name, _, data in stream:
            if name == "events":
                told = json.loads(data)
                entries = told["items"] if "items" in told else [told]
                for one in entries:
                    self.document.validate({"$ref": "#/components/schemas/Event"}, one, "an event")
                if any(x["kind"] == "exclusion-entered" for x in entries):
                    break
        stream.close()

    def test_who_may_not_ask_may_not_watch(self):
        watch = self.op("watch")
        self.wrong(403, self.clients["customer"].ask(watch, query={"topics": "throttles"}))
        self.wrong(422, self.admin.ask(watch, query={"topics": "agreements"}), "?topics")
        self.wrong(422, self.admin.ask(watch, query={"topics": ",".join(f"streams?limit={i}" for i in range(1, 18))}), "?topics")
        self.wrong(422, self.admin.ask(watch))


class Bounds(ServerTest):
    def test_a_header_that_is_too_large_is_431(self):
        connection = http.client.HTTPConnection(self.admin.where, timeout=client.DEADLINE)
        connection.request("GET", "/healthz", headers={"X-Long": 9000 * "x"})
        came = connection.getresponse()
        self.op("health").check(came.status, came.headers, came.read(), named=False)
        self.assertEqual(came.status, 431)
        connection.close()
