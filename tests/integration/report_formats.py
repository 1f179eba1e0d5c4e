#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the golden reports against their formats: XML and JSON by Python's own parsers, our JSON and SARIF by their schemas, SARIF by
Microsoft's validator with GitHub's rules. The last two need what ci/npm-validators installs; without it the test is skipped (exit 77).

usage: report_formats.py ROOT xml|schema|sarif
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.dom.minidom

ROOT = pathlib.Path(sys.argv[1])
DATA = ROOT / "tests/data/promql/report"
NPM = pathlib.Path(subprocess.run([ROOT / "ci/npm-validators", "--where"], capture_output=True, text=True, check=True).stdout.strip())
MULTITOOL = NPM / "node_modules/@microsoft/sarif-multitool-linux"
AJV = NPM / "node_modules/.bin/ajv"
FIXTURES = ("clean", "ordinary", "hostile")


def ajv(schema, data):
    """Its complaints, or nothing."""
    run = subprocess.run([AJV, "validate", "--spec=draft2020", "--strict=false", "-c", "ajv-formats", "-s", schema, "-d", data],
                         capture_output=True, text=True, cwd=NPM)
    return "" if run.returncode == 0 else run.stdout + run.stderr


class Xml(unittest.TestCase):
    def test_is_well_formed_and_counts_what_it_holds(self):
        for fixture in FIXTURES:
            xml.dom.minidom.parse(str(DATA / f"{fixture}.checkstyle"))
            root = xml.dom.minidom.parse(str(DATA / f"{fixture}.junit")).documentElement
            for tag, attribute in (("testcase", "tests"), ("failure", "failures"), ("error", "errors")):
                self.assertEqual(len(root.getElementsByTagName(tag)), int(root.getAttribute(attribute)), (fixture, tag))

    def test_json_is_read_by_another_parser(self):
        for fixture in FIXTURES:
            for name in ("json", "sarif", "gitlab", "rdjson", "pint"):
                json.loads((DATA / f"{fixture}.{name}").read_text(encoding="utf-8"))


class Schema(unittest.TestCase):
    def test_our_json_and_sarif_keep_to_their_schemas(self):
        with tempfile.TemporaryDirectory() as folder:
            for fixture in FIXTURES:
                for name, schema in (("json", ROOT / "promql/report/findings.schema.json"), ("sarif", MULTITOOL / "sarif-2.1.0.json")):
                    data = pathlib.Path(folder) / f"{fixture}.{name}.json"  # ajv looks at the name
                    data.write_bytes((DATA / f"{fixture}.{name}").read_bytes())
                    self.assertEqual(ajv(schema, data), "", (fixture, name))
            broken = json.loads((DATA / "ordinary.json").read_text(encoding="utf-8"))
            broken["findings"][0]["severity"] = "fatal"
            data.write_text(json.dumps(broken))
            self.assertNotEqual(ajv(ROOT / "promql/report/findings.schema.json", data), "", "the schema refuses nothing")


class Sarif(unittest.TestCase):
    def complaints(self, text):
        with tempfile.TemporaryDirectory() as folder:
            report, log = pathlib.Path(folder) / "report.sarif.json", pathlib.Path(folder) / "log.json"
            report.write_text(text, encoding="utf-8")
            subprocess.run([MULTITOOL / "Sarif.Multitool", "validate", report, "--rule-kind", "Sarif;Ghas", "--output", log,
                            "--log", "ForceOverwrite"], capture_output=True, check=False,
                           env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"})
            runs = json.loads(log.read_text(encoding="utf-8-sig"))["runs"]
            return [f"{r['ruleId']} {r['message']}" for run in runs for r in run.get("results", []) if r.get("level", "warning") == "error"]

    def test_passes_the_validator(self):
        for fixture in FIXTURES:
            self.assertEqual(self.complaints((DATA / f"{fixture}.sarif").read_text(encoding="utf-8")), [], fixture)

    def test_the_validator_sees_a_result_without_message(self):
        broken = json.loads((DATA / "ordinary.sarif").read_text(encoding="utf-8"))
        del broken["runs"][0]["results"][0]["message"]
        self.assertNotEqual(self.complaints(json.dumps(broken)), [])


CASES = {"xml": Xml, "schema": Schema, "sarif": Sarif}
if __name__ == "__main__":
    needs = {"xml": [], "schema": [AJV, MULTITOOL], "sarif": [MULTITOOL / "Sarif.Multitool"]}[sys.argv[2]]
    missing = [str(path) for path in needs if not path.exists()]
    if missing:
        print(f"skipped: {', '.join(missing)} missing; ci/npm-validators installs it")
        sys.exit(77)
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(CASES[sys.argv[2]])
    sys.exit(0 if unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful() else 1)
