# SPDX-License-Identifier: Apache-2.0
"""A watch over a real Prometheus that holds a month of history, made by promtool. The daemon's clock goes 60 times as fast
(fast_clock.cc), so that its steps of five minutes pass in five seconds, and begins at a time that is always the same, and so is
the history.
PROMWARDEN_E2E_KEEP names a folder that the picture of the alert is kept in, for looking at it."""
import datetime
import math
import os
import pathlib
import random
import shutil
import subprocess
import time

import case
import harness

PROMTOOL = os.environ.get("PROMWARDEN_TEST_PROMTOOL") or shutil.which("promtool")
STEP = 300
DAYS = 30
SPEED = 60
SHOWN = 1_772_452_950  # what the daemon takes for the time when it starts: a Monday, 12:02:30, in the middle of a step
INCIDENT = 160
INCIDENT_BEGINS = SHOWN + STEP // 2 + 3 * STEP
INCIDENT_ENDS = INCIDENT_BEGINS + 6 * STEP

CONFIG = case.CONFIG.replace("{more}", """\
prometheus: {{url: "{prometheus}", timeout: 20s}}
anomaly: {{budget: 30s}}  # half a second of ours
watches:
  - name: DemandUnusual
    query: sum by (service) (demand)
    history: 30d
""")
LIMITS = CONFIG.replace("    history: 30d\n", "    detector: cost_increase\n")


def demand(at, noise):
    hour = at / 3600
    return 200 + 80 * math.sin(2 * math.pi * hour / 24) + 15 * math.sin(2 * math.pi * hour / 168) + noise.gauss(0, 3)


class WatchTest(case.Case):
    def setUp(self):
        super().setUp()
        if not PROMTOOL or not harness.PROMETHEUS:
            self.skipTest("no prometheus and promtool here (PROMWARDEN_TEST_PROMETHEUS, PROMWARDEN_TEST_PROMTOOL)")

    def history(self):
        """A month of two services, and some hours that are still to come, in which one of them has an incident."""
        first, last = SHOWN - STEP // 2 - DAYS * 86400, SHOWN + 6 * 3600
        noise = random.Random(7)
        lines = ["# TYPE demand gauge"]
        for service in ("bank", "shop"):
            for at in range(first, last, STEP // 2):
                more = INCIDENT if service == "shop" and INCIDENT_BEGINS <= at < INCIDENT_ENDS else 0
                lines.append(f'demand{{service="{service}"}} {demand(at, noise) + more:.3f} {at}')
        return "\n".join(lines + ["# EOF", ""])

    def prometheus(self):
        text = self.house.write("history.txt", self.history())
        data = self.folder / "prometheus.data"
        subprocess.run([PROMTOOL, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=1080h", text, data], check=True,
                       stdout=subprocess.DEVNULL)
        config = self.house.write("prometheus.yml", "global: {scrape_interval: 1h}\n")
        port = harness.free_port()
        server = harness.Server("prometheus", self.folder, [
            harness.PROMETHEUS, f"--config.file={config}", f"--storage.tsdb.path={data}", "--storage.tsdb.retention.time=90d",
            f"--web.listen-address=127.0.0.1:{port}"], port)
        return self.house.add(server).start().wait_ready()

    def queries(self, prometheus):
        text = harness.request("GET", prometheus.url + "/metrics")[1]
        return harness.metric_sum(text, 'prometheus_http_requests_total{code="200",handler="/api/v1/query_range"')

    def band(self, daemon, service):
        text = daemon.metrics()
        return {name: harness.metric_sum(
            text, f'promwarden_watch_{name}{{series="service=\\"{service}\\"",watch="DemandUnusual"')
            for name in ("value", "expected", "lower", "upper", "anomalous")}

    def daemon(self, config, prometheus):
        daemon = self.house.warden(config.format(other_side=self.other_side.url, prometheus=prometheus.url))
        daemon.env = dict(os.environ, LD_PRELOAD=str(harness.BIN / "fast_clock.so"),
                          FAST_CLOCK=f"{time.time()} {SHOWN} {SPEED}")
        return daemon.up()

    def test_a_watch_over_a_month_finds_an_incident_within_three_steps_and_tells_it_once(self):
        prometheus = self.prometheus()
        daemon = self.daemon(CONFIG, prometheus)
        first = self.wait_notified(1, "firing", "DemandUnusual", 90)[0]
        self.assertEqual(len(first["alerts"]), 1)
        alert = first["alerts"][0]
        self.assertEqual(alert["labels"]["service"], "shop")
        found = datetime.datetime.fromisoformat(alert["startsAt"]).timestamp()
        print(f"found {(found - INCIDENT_BEGINS) / STEP + 1:.0f} step(s) into the incident: {alert['annotations']['summary']}")
        self.assertGreaterEqual(found, INCIDENT_BEGINS)
        self.assertLess(found, INCIDENT_BEGINS + 3 * STEP)

        shop, bank = self.band(daemon, "shop"), self.band(daemon, "bank")
        print(f"shop {shop}\nbank {bank}")
        self.assertGreater(shop["value"], shop["upper"])
        for band in (shop, bank):
            self.assertLess(band["lower"], band["expected"])
            self.assertLess(band["expected"], band["upper"])
            self.assertLess(band["upper"] - band["lower"], 150, "a band says something")
        self.look_at_the_picture(first)

        # In the middle of the incident the process ends, and another goes on where it stopped.
        self.assertEqual(daemon.terminate(), 0)
        before = self.queries(prometheus)
        daemon.up()
        self.wait_notified(1, "resolved", "DemandUnusual", 120)
        self.assertNotIn("history", daemon.log.read_text(), "nothing is read twice")
        self.assertGreater(self.queries(prometheus), before)
        self.stays("nothing more is said", lambda: len(self.notified("firing", "DemandUnusual")) == 1, 5)
        self.assertEqual(len(self.notified("resolved", "DemandUnusual")), 1)
        incident, = daemon.incidents()
        self.assertEqual(incident["state"], "closed")

    def test_a_domain_check_says_which_limit_is_passed_and_says_it_once(self):
        daemon = self.daemon(LIMITS, self.prometheus())
        first = self.wait_notified(1, "firing", "DemandUnusual", 90)[0]
        alert, = first["alerts"]
        print(alert["annotations"]["description"])
        self.assertEqual(alert["labels"]["service"], "shop")
        self.assertEqual(alert["labels"]["severity"], "warning")
        self.assertRegex(alert["annotations"]["description"], r"^\S+ is 1\.[5-9]\S* times what is normal here \(\S+\), limit 1\.5$")
        self.assertEqual(first["promwarden"]["anomaly"]["detector"], "cost_increase")
        self.assertTrue(first["promwarden"]["anomaly"]["anomalous"])
        self.look_at_the_picture(first, "limits.png")
        self.wait_notified(1, "resolved", "DemandUnusual", 120)
        self.assertEqual(len(self.notified("firing", "DemandUnusual")), 1)
        self.assertEqual(len(daemon.incidents()), 1)

    def look_at_the_picture(self, body, name="watch.png"):
        with harness.urllib.request.urlopen(body["promwarden"]["chart_url"], timeout=10) as answer:
            picture = answer.read()
        self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
        self.assertLess(len(picture), 40 << 10)
        if keep := os.environ.get("PROMWARDEN_E2E_KEEP"):
            (pathlib.Path(keep) / name).write_bytes(picture)


if __name__ == "__main__":
    case.main()
