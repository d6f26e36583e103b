"""What a Prometheus says of a live Sluice: targets, rules, the dashboard's queries, the alert of one agreement.
Usage: prometheus_check.py URL GRAFANA_JSON AGREEMENT"""

import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

PATIENCE_S = 120
#: Series that a healthy instance without orders and webhooks does not have.
MAY_BE_EMPTY = ("sluice_webhook_", "sluice_stream_limit_")


def asked(base, path, **fields):
    try:
        with urllib.request.urlopen(f"{base}/api/v1/{path}?{urllib.parse.urlencode(fields)}", timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)


def wait_for(what, found):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found():
            return
        time.sleep(0.5)
    sys.exit(f"FAILED: waited in vain until {what}")


def panels(all_of_them):
    for panel in all_of_them:
        yield panel
        yield from panels(panel.get("panels", []))


def filled(query):
    """As Grafana sends it with every variable at All."""
    for name, value in {"__rate_interval": "30s", "__range": "1h", "__interval": "5s"}.items():
        query = query.replace(f"${name}", value).replace(f"${{{name}}}", value)
    return re.sub(r"\$(?:\w+|\{\w+\})", ".*", query)


def main():
    base, board, agreement = sys.argv[1:]
    targets = lambda: asked(base, "targets")["data"]["activeTargets"]
    wait_for("both targets are up", lambda: sorted(x["labels"]["job"] for x in targets() if x["health"] == "up") == ["sluice", "sluice-gateway"])
    rules = lambda: [x for group in asked(base, "rules")["data"]["groups"] for x in group["rules"]]
    wait_for("every rule was evaluated without error", lambda: rules() and all(x["health"] == "ok" for x in rules()))
    alerts = lambda: {(x["labels"]["alertname"], x["labels"].get("agreement")) for x in asked(base, "alerts")["data"]["alerts"] if x["state"] == "firing"}
    wait_for(f"the alert of {agreement} fires", lambda: ("SluiceAgreementBurnsFast", agreement) in alerts())

    wrong, count = [], 0
    with open(board, encoding="utf-8") as file:
        known = json.load(file)
    for panel in panels(known["panels"]):
        for target in panel.get("targets", []):
            count += 1
            answer = asked(base, "query", query=filled(target["expr"]))
            if answer["status"] != "success":
                wrong.append(f"{panel['title']}: {answer['error']}")
            elif not answer["data"]["result"] and not any(x in target["expr"] for x in MAY_BE_EMPTY):
                wrong.append(f"{panel['title']} has nothing: {target['expr']}")
    others = {name for name, about in alerts() if about != agreement}
    if others:
        wrong.append(f"alerts without a reason: {sorted(others)}")
    print(f"{len(rules())} rules, {count} queries")
    if wrong:
        sys.exit("FAILED: " + "\n  ".join(wrong))


if __name__ == "__main__":
    main()
