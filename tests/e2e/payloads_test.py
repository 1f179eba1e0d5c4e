# SPDX-License-Identifier: Apache-2.0
"""Every captured request of a real Alertmanager is accepted and leads to the right state of the alerts in it."""
import glob
import json
import os
import pathlib
import subprocess
import sys

import case
import harness
from harness import wait_for

SHARED = pathlib.Path(os.environ.get("PROMWARDEN_SHARED", harness.ROOT.parent / "shared"))
# Those of one version, and a folder in it for each later one.
FOLDERS = sorted(folder for folder in SHARED.glob("corpus/alertmanager-payloads/**/") if any(folder.glob("*.json")))


def expected_states(paths):
    """fingerprint → last status, by the rules for peers: a firing copy of an alert that is over, with the same start and from
    another peer than the one that ended it, is late and changes nothing."""
    states = {}
    for path in paths:
        body = json.loads(pathlib.Path(path).read_bytes())
        for alert in body["alerts"]:
            key, status = alert["fingerprint"], alert["status"]
            before = states.get(key)
            if before and before[0] == "resolved" and status == "firing" and alert["startsAt"] == before[1] and \
                    body["externalURL"] != before[2]:
                continue
            states[key] = (status, alert["startsAt"], body["externalURL"])
    return {key: status for key, (status, _, _) in states.items()}


class PayloadsTest(case.Case):
    def setUp(self):
        super().setUp()
        if not FOLDERS:
            self.skipTest(f"no captured payloads: {SHARED} is missing (PROMWARDEN_SHARED)")

    def test_every_captured_payload_leads_to_the_right_state(self):
        for folder in FOLDERS:
            with self.subTest(folder=folder.name):
                paths = sorted(glob.glob(str(folder / "*.json")))
                self.assertGreater(len(paths), 10)
                daemon = self.house.warden(case.CONFIG.format(other_side=self.other_side.url, more=""), name=folder.name).up()
                posted = subprocess.run([sys.executable, SHARED / "check/payloads.py", daemon.url, folder],
                                        capture_output=True, text=True)
                self.assertEqual(posted.returncode, 0, posted.stdout[-2000:] + posted.stderr[-2000:])
                wanted = expected_states(paths)
                wait_for("every alert is known", lambda d=daemon, w=wanted: set(self.states(d)) >= set(w))
                wrong = {key: (status, wanted[key]) for key, status in self.states(daemon).items() if wanted.get(key) != status}
                self.assertEqual(wrong, {}, "fingerprint: (is, should be)")
                daemon.settle()

    def states(self, daemon):
        """fingerprint → status in the newest incident that holds it."""
        found = {}
        for incident in sorted(daemon.incidents(), key=lambda i: i["opened_at"]):
            for alert in daemon.alerts_of(incident["uid"]):
                found[alert["fingerprint"]] = alert["status"]
        return found


if __name__ == "__main__":
    case.main()
