"""One good call for each operation of the document, in an order in which they can be made, and what it is answered."""

STREAM = dict(zip(("gateway", "volume", "client"), ("gw1", "scratch", "127.0.0.1")))
AGREEMENT = "scratch-gold"  # made before, of the tenant acme, with traffic
TENANT = "acme"


def agreement(name, weight=1):
    return {"apiVersion": "sluice/v1", "kind": "Agreement", "metadata": {"name": name, "tenant": TENANT},
            "spec": {"streams": {"volume": name}, "objective": {"weight": weight}}}


POLICY = {"apiVersion": "sluice/v1", "kind": "Policy", "spec": {"defaults": {"best_effort_weight": 1}}}
EXCLUSION = {"agreements": "contract-*", "from": "2036-11-22T22:00:00Z", "for": "4h", "who": "contract", "why": "a test"}


class Call:
    """What to send as `role`, and which statuses are right. `made`: what earlier calls of this role were answered."""

    def __init__(self, status, names=None, query=None, body=None, kind=None):
        self.status = status if isinstance(status, tuple) else (status,)
        self.names = names or {}
        self.query = query or {}
        self.body = body
        self.kind = kind


def of_stream(status=200, **more):
    return lambda role, made: Call(status, STREAM, **more)


def of_agreement(status=200, **more):
    return lambda role, made: Call(status, {"agreement": AGREEMENT}, **more)


def plain(status=200, **more):
    return lambda role, made: Call(status, **more)


def own(role):
    return "contract-" + role


def changes(status, **more):
    """Of an agreement of this role alone. Customers may only try: the server of the test says so."""
    def call(role, made):
        if role == "customer":
            return Call(403, {"agreement": AGREEMENT}, **more)
        return Call(status, {"agreement": own(role)}, **more)
    return call


GOOD = {
    "health": plain(), "readiness": plain(), "metrics": plain(), "getDocument": plain(),
    "showOverview": plain(),
    "listEvents": plain(query={"limit": 5}),
    "listAgreements": plain(query={"limit": 10, "text": "gold"}),
    "createAgreement": lambda role, made: Call(403 if role == "customer" else 201, body=agreement(own(role)),
                                               query={"who": role}),
    "replaceAgreement": lambda role, made: changes(200, body=agreement(AGREEMENT if role == "customer" else own(role), 2))(role, made),
    "patchAgreement": changes(200, body={"spec": {"objective": {"weight": 3}}}),
    "getAgreement": of_agreement(),
    "showAgreementHistory": of_agreement(query={"limit": 10}),
    "explainAgreement": of_agreement(),
    "getOpenSLO": of_agreement(),
    "suspendAgreement": changes(200),
    "resumeAgreement": changes(200),
    "endAgreement": changes(200),
    "listCompliance": plain(query={"period": "current", "limit": 10}),
    "showCompliance": of_agreement(query={"from": "-1h"}),
    "listViolations": of_agreement(query={"limit": 10}),
    "makeReport": of_agreement(query={"format": "json"}),
    "listTenants": plain(query={"limit": 10}),
    "makeStatement": plain(names={"tenant": TENANT}),
    "listTop": plain(query={"by": "tenant", "limit": 3}),
    "enterExclusion": plain(201, body=EXCLUSION),
    "listExclusions": plain(),
    "withdrawExclusion": lambda role, made: Call(200, {"exclusion": made["enterExclusion"]["id"]},
                                                 {"who": role, "why": "entered by a test"}),
    "listStreams": plain(query={"limit": 10, "text": "scratch"}),
    "showStream": of_stream(query={"seconds": 10}),
    "explainStream": of_stream(),
    "showHistory": of_stream(query={"from": "-1h", "points": 50}),
    "listDecisions": of_stream(query={"limit": 5}),
    "orderLimit": of_stream(body={"iops": 100000, "for": "10m", "who": "contract", "why": "a test"}),
    "listLimits": plain(query={"limit": 10}),
    "retractLimit": of_stream(),
    "listThrottles": plain(),
    "listGateways": plain(),
    "listBackends": plain(),
    "explainBackend": plain(names={"backend": "scratch"}),
    "replacePolicy": plain((200, 201), query={"who": "contract", "why": "a test"}, body=POLICY),
    "getPolicy": plain(),
    "showPolicyHistory": plain(),
    "exportEvidence": of_agreement(query={"period": "current"}),
    "exportVerdicts": of_agreement(query={"period": "current"}),
    "importVerdicts": lambda role, made: Call(200, body=made["exportVerdicts"].split("\n")[0] + "\n", kind="text/csv"),
    "exportSamples": of_stream(query={"from": "-1m"}),
    "importSamples": lambda role, made: Call(200, body=made["exportSamples"].split("\n")[0] + "\n", kind="text/csv"),
    "showEvidenceKey": plain((200, 404)),
    "beginEvidenceCheck": plain(202),
    "showEvidenceCheck": plain(),
    "beginSession": None,  # a call of its own: it brings a token
    "showSession": plain(),
    "endSession": plain(204),
    "listTokens": plain(query={"limit": 10}),
    "createToken": plain(201, body={"role": "viewer", "label": "contract", "for": "1h"}),
    "revokeToken": lambda role, made: Call(200, {"token": made["createToken"]["id"]}),
    "watch": None,  # a call of its own: it does not end
    "listAudit": plain(query={"limit": 10}),
}
