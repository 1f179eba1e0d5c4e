# SPDX-License-Identifier: Apache-2.0
"""What every end-to-end test starts from: a folder and a house of its own, both gone afterwards. A test file ends with
case.main(); run one test with `python3 FILE ClassTest.test_name`. Exit code 77 is a skip, with its reason printed."""
import pathlib
import shutil
import sys
import tempfile
import time
import unittest

import harness

SKIPPED = 77

# Messages at once, nothing held back: what is tested is whether and what, not when.
CONFIG = """\
route:
  receiver: team
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 4h
receivers:
  - name: team
    webhook_configs: [{{url: "{other_side}/hook/team"}}]
delivery:
  retry: {{initial: 100ms, max: 1s}}
  rate_limit: {{per_second: 10000, burst: 10000}}
{more}
"""

ALERTMANAGER = """\
route: {{receiver: web.hook, group_by: [alertname], group_wait: 0s, group_interval: {interval}, repeat_interval: 4h}}
receivers:
  - name: web.hook
    webhook_configs: [{{url: "{url}/api/v1/webhook"{more}}}]
"""


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="promwarden-e2e-"))
        self.house = harness.House(self.folder)
        self.other_side = self.house.stand_in()

    def tearDown(self):
        failed = any(problem for _, problem in getattr(self._outcome.result, "failures", []) + self._outcome.result.errors)
        if failed:
            for server in self.house.servers:
                print(f"\n-- the end of {server.name}'s log\n{server.tail(25)}")
        self.house.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def warden(self, more="", config=CONFIG, flags=()):
        """promwarden, not started yet, with `more` at the end of its configuration."""
        return self.house.warden(config.format(other_side=self.other_side.url, more=more), more=flags)

    def alertmanager(self, url, name="alertmanager", interval="1s", more=""):
        return self.house.alertmanager(ALERTMANAGER.format(url=url, interval=interval, more=more), name)

    def notified(self, status=None, alertname=None, service="webhook"):
        """Bodies of the notifications that arrived, oldest first."""
        bodies = [harness.json.loads(line["body"]) for line in self.other_side.received(service) if 200 <= line["status"] < 300]
        return [b for b in bodies if (status is None or b["status"] == status) and
                (alertname is None or any(a["labels"].get("alertname") == alertname for a in b["alerts"]))]

    def wait_notified(self, count, status=None, alertname=None, seconds=20):
        what = f"{count} {status or ''} notification(s) {'about ' + alertname if alertname else ''}"
        return harness.wait_for(what, lambda: len(n := self.notified(status, alertname)) >= count and n, seconds)

    def stays(self, what, look, seconds=3.0):
        """look() is and stays true: the only way to see that something does not come."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.assertTrue(look(), what)
            time.sleep(0.1)


def alert(name, resolved=False, started=-2.0, annotations=None, **labels):
    """As one posts it to Alertmanager."""
    out = {"labels": {"alertname": name, **labels}, "annotations": annotations or {}, "startsAt": harness.now_rfc3339(started),
           "generatorURL": "http://prometheus.example/graph"}
    out["endsAt"] = harness.now_rfc3339(-0.5 if resolved else 600)
    return out


def resolve(one):
    return one | {"endsAt": harness.now_rfc3339(-0.2)}


def needs_alertmanager(test):
    return unittest.skipUnless(harness.ALERTMANAGER, "no prometheus-alertmanager here (PROMWARDEN_TEST_ALERTMANAGER)")(test)


def main():
    program = unittest.main(module="__main__", exit=False, verbosity=2, argv=sys.argv, warnings="ignore")
    result = program.result
    if not result.wasSuccessful() or result.testsRun == 0:
        sys.exit(1)
    if result.skipped and len(result.skipped) == result.testsRun:
        print("\n".join(reason for _, reason in result.skipped))
        sys.exit(SKIPPED)
    sys.exit(0)
