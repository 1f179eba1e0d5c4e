#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rule packs under rules/: what promtool says of them, their unit tests and their runbooks.

usage: rule_packs.py SOURCE LINT_BINARY
"""
import json
import pathlib
import re
import subprocess
import sys
import unittest

import yaml

SOURCE = pathlib.Path()
LINT = ""

# Names that people's routes and dashboards rely on: systems before this one had them.
PROMISED = """
    ServiceDown CriticalHighErrorRate DatabaseConnectionFailure HighRequestLatency RequestVolumeSpike ExceptionSpike HighCPUUsage
    HighMemoryUsage DiskSpaceWarning TrafficAnomaly LatencyAnomaly ErrorPatternAnomaly CircuitBreakerOpen HighErrorRate
    TradingSessionFailure PositionLimitExceeded MaxDrawdownExceeded AgentDown AgentUnhealthy AgentHighLatency
    VectorSearchHighLatency VectorSearchCriticalLatency VectorSearchHighErrorRate VectorSearchCriticalErrorRate
    VectorSearchNoOperations VectorSearchSlowWithHighConnections DatabaseConnectionPoolExhausted DatabaseConnectionPoolCritical
    FinOpsCostThresholdBreach FinOpsServiceDown FinOpsHighLatency FinOpsAnomalyDetected""".split()
ANNOTATIONS = {"summary", "description", "impact", "runbook_url"}
SECTIONS = ["Impact", "First look", "Fix", "Escalate"]
SEVERITIES = {"critical", "warning", "info"}


def packs():
    return sorted((SOURCE / "rules").glob("*.yml"))


def rules():
    return [rule for pack in packs() for group in yaml.safe_load(pack.read_text())["groups"] for rule in group["rules"]]


def alerts():
    return [rule for rule in rules() if "alert" in rule]


def runbook(alert):
    return SOURCE / "rules/runbooks" / f"{alert}.md"


def queries(text):
    return re.findall(r"^```promql\n(.*?)^```", text, re.S | re.M)


def promtool(*args):
    done = subprocess.run(["promtool", *map(str, args)], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def exported():
    """What promwarden exports: series name → label names, from the only place where its metrics are declared."""
    text = (SOURCE / "server/telemetry/metrics.cc").read_text()
    member_types = dict((name, kind) for kind, name in re.findall(r"^  (Counters|Gauges|Histograms) (\w+);",
                                                                (SOURCE / "server/telemetry/metrics.h").read_text(), re.M))
    found = {}
    for member, name, rest in re.findall(r'\b(\w+)\(\s*registry_,\s*\{"([a-z_]+)",(.*?)\}\s*[,)]', text, re.S):
        labels = set(re.findall(r'"(\w+)"', rest.partition("{")[2]))
        series = [f"{name}_{part}" for part in ("bucket", "sum", "count")] if member_types[member] == "Histograms" else [name]
        found.update((each, labels | ({"le"} if each.endswith("_bucket") else set())) for each in series)
    return found


class Promtool(unittest.TestCase):
    def test_accepts_every_pack(self):
        self.assertTrue(packs())
        for pack in packs():
            code, text = promtool("check", "rules", "--lint=all", "--lint-fatal", pack)
            self.assertEqual(code, 0, text)

    def test_passes_every_unit_test(self):
        for pack in packs():
            code, text = promtool("test", "rules", SOURCE / "rules/tests" / f"{pack.stem}_test.yml")
            self.assertEqual(code, 0, text)


class Alerts(unittest.TestCase):
    def test_the_promised_names_are_there(self):
        self.assertEqual(set(PROMISED) - {alert["alert"] for alert in alerts()}, set())

    def test_no_name_is_used_twice(self):
        names = [alert["alert"] for alert in alerts()]
        self.assertEqual(sorted(names), sorted(set(names)))

    def test_each_says_how_bad_it_is_and_what_to_do(self):
        for alert in alerts():
            with self.subTest(alert["alert"]):
                self.assertIn(alert["labels"]["severity"], SEVERITIES)
                self.assertEqual(set(alert["annotations"]), ANNOTATIONS)
                # The same for all alerts of a group, so that the message of a group can show it.
                self.assertNotIn("{{", alert["annotations"]["summary"])

    def test_every_recorded_series_is_used(self):
        for recorded in (rule["record"] for rule in rules() if "record" in rule):
            self.assertRegex(recorded, r"^[a-z_]+:[a-z_]+:[a-z0-9_]+$")
            self.assertTrue(any(recorded in rule["expr"] for rule in rules() if rule.get("record") != recorded), recorded)


class UnitTests(unittest.TestCase):
    def test_every_alert_fires_in_one_case_and_is_quiet_in_another(self):
        fires, quiet = set(), set()
        for path in (SOURCE / "rules/tests").glob("*_test.yml"):
            for case in yaml.safe_load(path.read_text())["tests"]:
                for look in case.get("alert_rule_test", []):
                    (fires if look["exp_alerts"] else quiet).add(look["alertname"])
                    for alert in look["exp_alerts"]:
                        self.assertEqual(set(alert["exp_annotations"]), ANNOTATIONS, look)
        names = {alert["alert"] for alert in alerts()}
        self.assertEqual((names - fires, names - quiet), (set(), set()))
        self.assertEqual((fires | quiet) - names, set(), "tests of alerts that do not exist")


class Runbooks(unittest.TestCase):
    def test_every_alert_has_one_and_every_one_its_alert(self):
        names = {alert["alert"] for alert in alerts()}
        self.assertEqual({path.stem for path in (SOURCE / "rules/runbooks").iterdir()}, names)
        for alert in alerts():
            self.assertTrue(alert["annotations"]["runbook_url"].endswith(f"/{alert['alert']}.md"), alert["alert"])

    def test_each_has_its_parts(self):
        for name in (alert["alert"] for alert in alerts()):
            with self.subTest(name):
                text = runbook(name).read_text()
                self.assertTrue(text.startswith(f"# {name}\n\n"))
                self.assertEqual(re.findall(r"^## (.*)", text, re.M), SECTIONS)
                self.assertTrue(queries(text))

    def test_their_queries_parse(self):
        asked = [(name, query) for name in (alert["alert"] for alert in alerts()) for query in queries(runbook(name).read_text())]
        done = subprocess.run([LINT, "parse", "--json"], input="".join(json.dumps(query) + "\n" for _, query in asked),
                              capture_output=True, text=True, timeout=60)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(answers), len(asked))
        for (name, query), answer in zip(asked, answers):
            self.assertTrue(answer["ok"], f"{name}: {query}\n{answer}")

    def test_what_they_refer_to_exists(self):
        names = {alert["alert"] for alert in alerts()}
        recorded = {rule["record"] for rule in rules() if "record" in rule}
        for name in names:
            text = runbook(name).read_text()
            prose = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
            known = names | {"Traffic", "Latency", "Errors", "Cost", "LimitNOFILE"}
            self.assertEqual(set(re.findall(r"`([A-Z][a-z]+[A-Z]\w+)`", prose)) - known, set(), name)
            for query in queries(text):
                self.assertEqual(set(re.findall(r"\b[a-z_]+:[a-z_]+:[a-z0-9_]+\b", query)) - recorded, set(), name)


class OwnMetrics(unittest.TestCase):
    def test_declarations_are_found(self):
        self.assertGreater(len(exported()), 50)
        self.assertEqual(exported()["promwarden_watch_value"], {"watch", "series"})
        self.assertEqual(exported()["promwarden_store_commit_duration_seconds_bucket"], {"le"})

    def test_rules_and_runbooks_name_only_what_promwarden_exports(self):
        texts = {rule.get("alert", rule.get("record")): rule["expr"] for rule in rules()}
        texts |= {f"{path.name}": "\n".join(queries(path.read_text())) for path in (SOURCE / "rules/runbooks").iterdir()}
        known = exported()
        for name, text in texts.items():
            with self.subTest(name):
                for series, matchers in re.findall(r"\b((?:promwarden|process)_[a-z_]+)\b(?:\{(.*?)\})?", text):
                    self.assertTrue(series in known, f"{series} is not exported")
                    labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))
                    self.assertEqual(labels - known.get(series, labels) - {"job", "instance"}, set(), f"labels of {series}")


class Readme(unittest.TestCase):
    def test_its_table_agrees_with_the_rules(self):
        text = (SOURCE / "rules/README.md").read_text()
        rows = re.findall(r"^\| \[(\w+)\]\(runbooks/(\w+)\.md\) \| (\w+) \| (\S+) \|", text, re.M)
        self.assertEqual(rows, [(alert["alert"], alert["alert"], alert["labels"]["severity"], alert.get("for", "–"))
                                for pack in re.findall(r"^### `([\w-]+)\.yml`", text, re.M)
                                for group in yaml.safe_load((SOURCE / "rules" / f"{pack}.yml").read_text())["groups"]
                                for alert in group["rules"] if "alert" in alert])
        self.assertEqual(len(rows), len(alerts()))


if __name__ == "__main__":
    SOURCE, LINT = pathlib.Path(sys.argv.pop(1)), sys.argv.pop(1)
    unittest.main()
