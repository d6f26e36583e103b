#!/usr/bin/env python3
"""deploy/monitoring: rules, dashboard and scrape configuration are sound and name only metrics that are in METRICS.md.

That METRICS.md says what is exported is for metrics_list_test. 77 = promtool or PyYAML is not installed."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import yaml
except ImportError:
    print("skipped: python3-yaml is not installed")
    sys.exit(77)
if not shutil.which("promtool"):
    print("skipped: promtool (package prometheus) is not installed")
    sys.exit(77)

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "monitoring")
DEADLINE = 120  # seconds, for any run of promtool
ROW = re.compile(r"^\| `(sluice_\w+)` \| (\w+) \| ([^|]*) \|", re.MULTILINE)
NAME = re.compile(r"\b(?:agreement:)?sluice_\w+(?::\w+)?")
SELECTOR = re.compile(r"\b(sluice_\w+)\{([^}]*)\}")
MATCHER = re.compile(r'(\w+)(?:=~|!=|!~|=)"')
ADDED = {"instance", "job"}  # by Prometheus, to every series
FORMAT = {"histogram": {"le"}, "summary": {"quantile"}}
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}


def text_of(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def series():
    """{name of a series: its labels}, from the list."""
    known = {}
    for name, kind, labels in ROW.findall(text_of("METRICS.md")):
        own = {x.strip() for x in labels.split(",")} - {"–"}
        for suffix in SUFFIXES.get(kind, ("",)):
            known[name + suffix] = own | FORMAT.get(kind, set()) | ADDED
    return known


def run_promtool(*arguments, cwd=FOLDER):
    done = subprocess.run(["promtool", *arguments], cwd=cwd, capture_output=True, text=True, timeout=DEADLINE, check=False)
    return done.returncode, done.stdout + done.stderr


def rules():
    for group in yaml.safe_load(text_of("alerts.yaml"))["groups"]:
        yield from group["rules"]


def expressions(dashboard):
    """(where, expression) of every query in the dashboard."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for note in dashboard["annotations"]["list"]:
        yield note["name"], note["expr"]


class MonitoringTest(unittest.TestCase):
    def check_names(self, where, expression, known):
        names = NAME.findall(expression)
        self.assertTrue(names, f"{where} asks for nothing of Sluice: {expression}")
        for name in names:
            self.assertIn(name, known, where)
        for name, matchers in SELECTOR.findall(expression):
            for label in MATCHER.findall(matchers):
                self.assertIn(label, known[name], f"{where}: {name} has no label {label}")

    def test_the_rules_are_sound_and_their_cases_hold(self):
        for arguments in (("check", "rules", "alerts.yaml"), ("test", "rules", "alerts_test.yaml")):
            code, said = run_promtool(*arguments)
            self.assertEqual(code, 0, said)

    def test_the_scrape_configuration_is_sound(self):
        code, said = run_promtool("check", "config", "prometheus.yaml")
        self.assertEqual(code, 0, said)

    def test_the_rules_name_only_what_is_exported_or_recorded(self):
        known = series()
        recorded = [rule["record"] for rule in rules() if "record" in rule]
        self.assertEqual(len(recorded), 5)
        known.update({name: {"agreement", "tenant"} | ADDED for name in recorded})
        for rule in rules():
            self.check_names(rule.get("alert") or rule["record"], rule["expr"], known)

    def test_every_alert_says_how_urgent_it_is_and_has_a_case(self):
        cases = text_of("alerts_test.yaml")
        described = text_of("README.md")
        alerts = [rule for rule in rules() if "alert" in rule]
        self.assertGreater(len(alerts), 10)
        for rule in alerts:
            self.assertIn(rule["labels"]["severity"], ("page", "ticket"), rule["alert"])
            self.assertTrue(rule["annotations"]["summary"] and rule["annotations"]["description"], rule["alert"])
            self.assertIn(rule["alert"], cases, "no case in alerts_test.yaml")
            self.assertIn("`" + rule["alert"] + "`", described, "not in README.md")
        self.assertEqual(len({rule["alert"] for rule in alerts}), len(alerts))

    def test_the_dashboard_names_only_what_is_exported(self):
        known = series()
        dashboard = json.loads(text_of("grafana.json"))
        found = list(expressions(dashboard))
        self.assertGreater(len(found), 20)
        for where, expression in found:
            self.check_names(where, expression, known)
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                name, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"]).groups()
                self.assertIn(label, known[name])

    def test_the_dashboards_queries_are_good_promql(self):
        dashboard = json.loads(text_of("grafana.json"))
        queries = [{"record": f"query:{i}", "expr": re.sub(r"\$__rate_interval", "5m", expression)}
                   for i, (_, expression) in enumerate(expressions(dashboard))]
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "queries.yaml"), "w", encoding="utf-8") as file:
                yaml.safe_dump({"groups": [{"name": "dashboard", "rules": queries}]}, file)
            code, said = run_promtool("check", "rules", "queries.yaml", cwd=folder)
            self.assertEqual(code, 0, said)
            self.assertIn(f"{len(queries)} rules found", said)

    def test_the_dashboard_needs_no_plugin_and_no_data_source_of_its_own(self):
        dashboard = json.loads(text_of("grafana.json"))
        self.assertGreaterEqual(dashboard["schemaVersion"], 39)
        self.assertNotIn("id", dashboard)  # the importing Grafana gives one
        ours = {"type": "prometheus", "uid": "${datasource}"}
        variables = {x["name"]: x for x in dashboard["templating"]["list"]}
        self.assertEqual(variables["datasource"]["query"], "prometheus")
        ids, places = set(), []
        for panel in dashboard["panels"]:
            self.assertIn(panel["type"], ("row", "stat", "timeseries", "state-timeline"), panel["title"])
            self.assertNotIn(panel["id"], ids)
            ids.add(panel["id"])
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            for other in places:
                apart = (place["x"] >= other["x"] + other["w"] or other["x"] >= place["x"] + place["w"]
                         or place["y"] >= other["y"] + other["h"] or other["y"] >= place["y"] + place["h"])
                self.assertTrue(apart, f"{panel['title']} lies on another panel")
            places.append(place)
            if panel["type"] == "row":
                continue
            self.assertEqual(panel["datasource"], ours, panel["title"])
            for target in panel["targets"]:
                self.assertEqual(target["datasource"], ours, panel["title"])
        for variable in re.findall(r'"\$(\w+)\\?"', json.dumps(dashboard)):
            self.assertIn(variable, {*variables, "__all"})


if __name__ == "__main__":
    unittest.main()
