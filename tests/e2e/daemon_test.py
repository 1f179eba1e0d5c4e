# SPDX-License-Identifier: Apache-2.0
"""The daemon as an operator meets it: starting, reloading, stopping, a full disk, receivers that fail, hostile input."""
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import unittest

import case
import harness
from harness import message, now_rfc3339, request, wait_for


def one(name, started=-30.0, **labels):
    return message([({"alertname": name, "severity": "critical", **labels}, now_rfc3339(started))], name)


def over(body):
    alerts = [a | {"status": "resolved", "endsAt": now_rfc3339(-1)} for a in body["alerts"]]
    return body | {"status": "resolved", "alerts": alerts}


class StartAndStopTest(case.Case):
    def test_what_was_open_before_a_restart_is_closed_after_it(self):
        config = f"grafana: {{url: {self.other_side.url}/grafana, token: t}}"
        daemon = self.warden(config).up()
        body = one("Over")
        self.assertEqual(daemon.webhook(body)[0], 200)
        self.wait_notified(1, "firing", "Over")
        region = wait_for("the region begins", lambda: self.regions())[0]
        self.assertEqual(region["time"], region["timeEnd"])
        self.assertEqual(daemon.terminate(), 0)
        daemon.up()
        self.assertEqual([i["state"] for i in daemon.incidents()], ["open"])
        self.assertEqual(daemon.webhook(over(body))[0], 200)
        self.wait_notified(1, "resolved", "Over")
        wait_for("the region ends", lambda: self.regions()[0]["timeEnd"] > region["time"])
        self.assertEqual(len(self.regions()), 1)
        self.assertEqual([i["state"] for i in daemon.incidents()], ["closed"])

    def regions(self):
        return harness.get_json(self.other_side.url + "/grafana/api/annotations")

    def test_it_is_ready_within_200_ms(self):
        daemon = self.warden()
        daemon.up()  # makes the database
        daemon.terminate()
        begun = time.monotonic()
        daemon.up()
        taken = time.monotonic() - begun
        self.assertLess(taken, 0.2 if (os.cpu_count() or 1) > 1 and os.getloadavg()[0] < 1.5 else 2.0)

    def test_sigterm_while_a_receiver_is_slow_ends_in_order_and_loses_nothing(self):
        daemon = self.warden(flags=["--shutdown.timeout=2s"]).up()
        self.other_side.script("webhook", 200, delay_ms=6000)
        self.assertEqual(daemon.webhook(one("Slow"))[0], 200)
        time.sleep(0.3)  # the request is on its way
        begun = time.monotonic()
        self.assertEqual(daemon.terminate(10), 0)
        self.assertLess(time.monotonic() - begun, 4)
        daemon.up()
        self.wait_notified(1, "firing", "Slow", 60)
        balance = daemon.settle()
        self.assertEqual(balance["created"], balance["delivered"])

    def test_a_prometheus_that_hangs_does_not_hold_up_the_end(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.settimeout(30)
            config = (f"prometheus: {{url: 'http://127.0.0.1:{silent.getsockname()[1]}'}}\n"
                      "watches: [{name: Slow, query: up, interval: 10s}]")
            daemon = self.warden(config, flags=["--shutdown.timeout=2s"]).up()
            with silent.accept()[0]:
                begun = time.monotonic()
                self.assertEqual(daemon.terminate(), 0)
                self.assertLess(time.monotonic() - begun, 5)

    def test_a_second_signal_ends_it_at_once(self):
        daemon = self.warden(flags=["--shutdown.timeout=30s"]).up()
        self.other_side.script("webhook", 200, delay_ms=20000)
        self.assertEqual(daemon.webhook(one("Slow"))[0], 200)
        time.sleep(0.3)
        daemon.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        begun = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        daemon.process.wait(5)
        self.assertLess(time.monotonic() - begun, 1)

    def test_a_broken_configuration_is_refused_with_its_place(self):
        daemon = self.warden("recievers: []")
        daemon.start()
        self.assertNotEqual(daemon.process.wait(10), 0)
        self.assertIn("promwarden.yml:", daemon.tail(40))
        self.assertIn("did you mean", daemon.tail(40))
        checked = subprocess.run([harness.BIN / "promwarden", "check-config", daemon.config], capture_output=True, text=True)
        self.assertNotEqual(checked.returncode, 0)
        self.assertRegex(checked.stdout + checked.stderr, r"promwarden\.yml:\d+:\d+")

    def test_version(self):
        said = subprocess.run([harness.BIN / "promwarden", "--version"], capture_output=True, text=True)
        self.assertEqual(said.returncode, 0)
        self.assertRegex(said.stdout, r"promwarden.*\d+\.\d+\.\d+")


class ReloadTest(case.Case):
    def setUp(self):
        super().setUp()
        self.daemon = self.warden().up()

    def rewrite(self, old, new):
        self.daemon.config.write_text(self.daemon.config.read_text().replace(old, new))

    def tell(self, name):
        self.assertEqual(self.daemon.webhook(one(name))[0], 200)

    def targets(self):
        return [line["target"] for line in self.other_side.received("webhook")]

    def test_a_new_configuration_takes_over_by_request_and_by_signal(self):
        self.rewrite("/hook/team", "/hook/second")
        status, text, _ = request("POST", self.daemon.url + "/-/reload", "")
        self.assertEqual(status, 200, text)
        self.tell("A")
        wait_for("the new address is used", lambda: self.targets() == ["/hook/second"])
        self.rewrite("/hook/second", "/hook/third")
        self.daemon.process.send_signal(signal.SIGHUP)

        def reached():
            self.tell(f"B{time.monotonic_ns()}")
            return "/hook/third" in self.targets()
        wait_for("the signal is heard", reached, every=0.3)

    def test_a_broken_one_is_refused_and_the_old_one_stays(self):
        self.rewrite("group_wait: 0s", "group_wiat: 0s")
        status, text, _ = request("POST", self.daemon.url + "/-/reload", "")
        self.assertGreaterEqual(status, 400)
        self.assertIn("group_wiat", text)
        self.assertIn("group_wait", text.replace("group_wiat", ""), "it says what was meant")
        self.tell("A")
        wait_for("the old configuration works on", lambda: self.targets() == ["/hook/team"])
        self.assertEqual(self.daemon.metric("promwarden_config_last_reload_successful"), 0)


class DeliveryTest(case.Case):
    def test_retry_after_is_honoured(self):
        daemon = self.warden().up()
        self.other_side.script("webhook", 429, headers={"Retry-After": "3"})
        self.assertEqual(daemon.webhook(one("Busy"))[0], 200)
        self.wait_notified(1, "firing", "Busy")
        first, second = self.other_side.received("webhook")[:2]
        self.assertGreaterEqual(second["at_ms"] - first["at_ms"], 2900)

    def test_errors_of_the_server_are_tried_again(self):
        daemon = self.warden().up()
        self.other_side.script("webhook", 503, times=2)
        self.assertEqual(daemon.webhook(one("Shaky"))[0], 200)
        self.wait_notified(1, "firing", "Shaky")
        self.assertEqual(len(self.other_side.received("webhook")), 3)
        self.assertEqual(daemon.settle()["delivered"], 1)
        self.assertEqual(daemon.metric('promwarden_notifications_total{reason="first"}'), 1)

    def test_a_dead_letter_is_listed_and_can_be_replayed(self):
        daemon = self.warden().up()
        self.other_side.script("webhook", 404, times=5)
        self.assertEqual(daemon.webhook(one("Lost"))[0], 200)
        dead = wait_for("it ends as a dead letter", lambda: daemon.deliveries("dead"))
        self.assertEqual(len(dead), 1)
        self.assertIn("404", dead[0]["last_error"])
        balance = daemon.balance()
        self.assertEqual((balance["created"], balance["dead"], balance["pending"]), (1, 1, 0))
        self.other_side.clear_script()
        status, text, _ = request("POST", f"{daemon.url}/api/v1/deliveries/{dead[0]['id']}/replay", "")
        self.assertEqual(status, 200, text)
        self.wait_notified(1, "firing", "Lost")
        balance = daemon.settle()
        self.assertEqual(balance["created"], sum(v for k, v in balance.items() if k != "created"))

    def test_one_broken_channel_does_not_delay_another(self):
        config = case.CONFIG.replace('/hook/team"}}]', '/hook/team"}}]\n    discord_configs: [{{webhook_url: "{other_side}/discord/1/t"}}]')
        daemon = self.warden(config=config).up()
        self.other_side.script("discord", 500, times=1000, delay_ms=200)
        for n in range(10):
            self.assertEqual(daemon.webhook(one(f"N{n}"))[0], 200)
        self.wait_notified(10, "firing", seconds=5)

    def test_without_prometheus_the_message_is_plainer_and_not_later(self):
        dead = f"http://127.0.0.1:{harness.free_port()}"
        daemon = self.warden(f"prometheus: {{url: {dead}}}").up()
        body = one("Plain")
        body["alerts"][0]["annotations"] = {"promwarden_query": "up", "summary": "s"}
        begun = time.monotonic()
        self.assertEqual(daemon.webhook(body)[0], 200)
        self.wait_notified(1, "firing", "Plain")
        self.assertLess(time.monotonic() - begun, 4)

    def test_every_channel_gets_its_message(self):
        more = """
global:
  slack_api_url: {u}/slack/services/T/B/x
  telegram_api_url: {u}/telegram
  pagerduty_url: {u}/v2/enqueue
  smtp_smarthost: 127.0.0.1:{smtp}
  smtp_from: promwarden@example.org
  smtp_require_tls: false
grafana: {{url: {u}/grafana, token: t}}
"""
        receiver = """    slack_configs: [{{channel: "#a", send_resolved: true}}]
    discord_configs: [{{webhook_url: "{other_side}/discord/1/t"}}]
    telegram_configs: [{{bot_token: "1:t", chat_id: 7}}]
    pagerduty_configs: [{{routing_key: "0123456789abcdef0123456789abcdef"}}]
    email_configs: [{{to: "ops@example.org", send_resolved: true}}]
delivery:"""
        more = more.format(u=self.other_side.url, smtp=self.other_side.smtp_port)
        daemon = self.warden(more, config=case.CONFIG.replace("delivery:", receiver)).up()
        body = one("Every", service="<!channel> & <b>")
        services = {"slack", "discord", "telegram", "pagerduty", "mail", "webhook", "grafana"}
        for status, message_body in (("firing", body), ("resolved", over(body))):
            before = len(self.other_side.received())
            self.assertEqual(daemon.webhook(message_body)[0], 200)
            daemon_sent = wait_for(f"every channel has the {status} one", lambda b=before: self.all_of(services, b), 15)
            for service, line in daemon_sent.items():
                self.assertIn("Every", line["body"] if service != "mail" else harness.mail_text(line["body"]), service)
        self.assertNotIn("<!channel>", self.other_side.received("slack")[0]["body"])
        self.assertEqual(daemon.settle()["dead"], 0)

    def all_of(self, services, before):
        found = {}
        for line in self.other_side.received(after=before):
            if 200 <= line["status"] < 300 and line["method"] != "GET":
                found.setdefault(line["service"], line)
        return found if services <= set(found) else None


class FullDiskTest(case.Case):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "small"
        self.disk.mkdir()
        if os.geteuid() != 0 or not shutil.which("mount") or subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", self.disk], capture_output=True).returncode != 0:
            self.skipTest("a small file system cannot be mounted here (not root, or a container that forbids it)")

    def tearDown(self):
        self.house.end()
        subprocess.run(["umount", self.disk], capture_output=True)
        super().tearDown()

    def warden_on_it(self):
        daemon = self.warden()
        daemon.database = self.disk / "promwarden.db"
        daemon.command = [part if not part.startswith("--storage.path") else f"--storage.path={daemon.database}"
                          for part in daemon.command]
        return daemon

    def fill(self):
        filler = self.disk / "filler"
        with open(filler, "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"x" * 4096)
            except OSError:
                pass
        return filler

    def test_a_daemon_that_starts_on_a_full_disk_waits_for_room(self):
        daemon = self.warden_on_it()
        filler = self.fill()
        daemon.start()
        wait_for("it is alive", lambda: request("GET", daemon.url + "/-/healthy")[0] == 200, 10)
        status, text, headers = daemon.webhook(one("Early"))
        self.assertEqual(status, 503, text)
        self.assertTrue(headers.get("Retry-After"))
        self.assertEqual(request("GET", daemon.url + "/-/ready")[0], 503)
        filler.unlink()
        wait_for("it takes alerts", lambda: daemon.webhook(one("Early"))[0] == 200, 10)
        self.wait_notified(1, "firing", "Early")
        # And again with a database that is there already.
        daemon.kill()
        filler = self.fill()
        daemon.start()
        wait_for("it is alive", lambda: request("GET", daemon.url + "/-/healthy")[0] == 200, 10)
        self.assertEqual(request("GET", daemon.url + "/-/ready")[0], 503)
        filler.unlink()
        wait_for("it is ready", lambda: request("GET", daemon.url + "/-/ready")[0] == 200, 10)
        self.assertEqual(daemon.webhook(one("Later"))[0], 200)

    def test_one_that_waits_for_room_can_be_told_to_end(self):
        daemon = self.warden_on_it()
        self.fill()
        daemon.start()
        wait_for("it is alive", lambda: request("GET", daemon.url + "/-/healthy")[0] == 200, 10)
        self.assertEqual(daemon.terminate(), 0)

    def test_a_full_disk_is_503_and_mends_without_a_restart(self):
        daemon = self.warden_on_it().up()
        self.assertEqual(daemon.webhook(one("Before"))[0], 200)
        self.wait_notified(1, "firing", "Before")
        filler = self.fill()
        refused = None
        for n in range(400):  # until the room that the database has already taken is used up
            body = one(f"Full{n}", filler="y" * 3000)
            status, text, headers = daemon.webhook(body)
            if status != 200:
                refused = status, text, headers
                break
        self.assertIsNotNone(refused, "it never refused")
        self.assertEqual(refused[0], 503, refused[1])
        self.assertTrue(refused[2].get("Retry-After"))
        wait_for("it says that it is not ready", lambda: request("GET", daemon.url + "/-/ready")[0] == 503, 10)
        self.assertIn("full", request("GET", daemon.url + "/-/ready")[1], "it says why")
        self.assertEqual(request("GET", daemon.url + "/-/healthy")[0], 200)
        filler.unlink()
        wait_for("it takes alerts again", lambda: daemon.webhook(one("After"))[0] == 200)
        self.wait_notified(1, "firing", "After")
        wait_for("it is ready", lambda: request("GET", daemon.url + "/-/ready")[0] == 200, 10)


class InputTest(case.Case):
    def setUp(self):
        super().setUp()
        self.daemon = self.warden(flags=["--web.max-body-bytes=100000"]).up()

    def test_bad_input_is_refused_or_kept_and_hurts_nobody(self):
        good = json.dumps(one("X")).encode()
        cases = {
            "empty": (b"", 400), "not JSON": (b"hello", 400), "cut off": (good[:-20], 400),
            "nested": (b"[" * 50000, 400), "too large": (b'{"a":"' + b"x" * 200000 + b'"}', 413),
            "a list": (b"[1,2]", 200), "no alerts": (b'{"version":"4"}', 200), "a number": (b"5", 200),
            "alerts of a wrong kind": (b'{"version":"4","alerts":7}', 200),
        }
        for name, (body, expected) in cases.items():
            status, text, _ = self.daemon.webhook(body)
            self.assertEqual(status, expected, f"{name}: {text[:200]}")
        self.assertGreaterEqual(len(harness.get_json(self.daemon.url + "/api/v1/quarantine")["data"]), 3)
        hostile = {
            "duplicate keys": good.replace(b'"version": "4"', b'"version": "4", "version": "4"'),
            "invalid UTF-8": good.replace(b'"severity": "critical"', b'"severity": "\xff\xfe"'),
            "NUL": good.replace(b'"severity": "critical"', b'"severity": "a\\u0000b"'),
            "text": good.replace(b'"severity": "critical"', b'"severity": "<script>{{ . }} %s `rm` \\r\\n.\\r\\n"'),
        }
        for name, body in hostile.items():
            self.assertNotEqual(body, good, name)
            status, text, _ = self.daemon.webhook(body)
            self.assertIn(status, (200, 400), f"{name}: {text[:200]}")
        self.assertEqual(self.daemon.webhook(one("Neighbour"))[0], 200)
        self.wait_notified(1, "firing", "Neighbour")
        self.assertTrue(self.daemon.is_running())

    def test_refusals_are_counted_by_their_reason(self):
        self.daemon.webhook(b'{"a":"' + b"x" * 200000 + b'"}')
        self.daemon.webhook(b"hello")
        request("POST", self.daemon.url + "/api/v1/webhook", "{}", {"Content-Type": "text/html"})
        reasons = {"too_large": 1, "malformed": 1, "content_type": 1, "unauthorized": 0, "overloaded": 0}
        for reason, times in reasons.items():
            found = self.daemon.metric(f'promwarden_webhook_rejected_total{{reason="{reason}"}}')
            self.assertEqual(found, times, reason)
        large = 'promwarden_http_requests_total{code="413",handler="/api/v1/webhook",method="POST"}'
        self.assertEqual(self.daemon.metric(large), 1)
        self.assertEqual(harness.get_json(self.daemon.url + "/stats")["webhooks"]["rejected"], 3)

    def test_another_content_type_is_refused_or_understood(self):
        status, _, _ = request("POST", self.daemon.url + "/api/v1/webhook", json.dumps(one("T")), {"Content-Type": "text/html"})
        self.assertIn(status, (200, 415))


class EndpointsTest(case.Case):
    def test_the_endpoints_of_the_system_before(self):
        daemon = self.warden().up()
        for path in ("/", "/health", "/stats", "/-/healthy", "/-/ready", "/metrics"):
            status, text, headers = request("GET", daemon.url + path)
            self.assertEqual(status, 200, f"{path}: {text[:200]}")
        self.assertIsInstance(harness.get_json(daemon.url + "/stats"), dict)
        self.assertIn("<html", request("GET", daemon.url + "/")[1].lower())
        status, text, _ = request("POST", daemon.url + "/test", "")
        self.assertIn(status, (200, 202), text)
        sent = self.wait_notified(1, "firing")
        self.assertIn("test", json.dumps(sent[0]).lower())
        status, text, _ = request("POST", daemon.url + "/suppression/clear", "")
        self.assertEqual(status, 200, text)

    def test_an_alert_handed_in_by_hand_arrives_and_ends(self):
        daemon = self.warden().up()
        body = {"alert_data": {"title": "Cost Anomaly", "message": "too dear", "cost_per_post": 0.05}, "channels": ["webhook", "slack"]}
        status, text, _ = request("POST", daemon.url + "/anomaly/alert", json.dumps(body))
        self.assertEqual(status, 200, text)
        self.assertEqual(json.loads(text)["alerts_sent"], 1)
        sent = self.wait_notified(1, "firing", "Cost Anomaly")
        self.assertEqual(sent[0]["alerts"][0]["annotations"], {"cost_per_post": "0.05", "summary": "too dear"})
        body["alert_data"]["status"] = "resolved"
        self.assertEqual(request("POST", daemon.url + "/anomaly/alert", json.dumps(body))[0], 200)
        self.wait_notified(1, "resolved", "Cost Anomaly")

    def test_a_watch_says_why_it_cannot_be_checked(self):
        config = "prometheus: {url: 'http://127.0.0.1:9'}\nwatches: [{name: Traffic, query: up, interval: 1s}]"
        daemon = self.warden(config).up()
        url = daemon.url + "/api/v1/watches"
        watch = wait_for("its first run fails", lambda: next(
            (w for w in harness.get_json(url)["data"] if w["state"] == "failing"), None))
        self.assertEqual(watch["name"], "Traffic")
        self.assertTrue(watch["error"])
        self.assertIsNone(watch["last_success"])
        self.assertEqual(harness.get_json(url + "/Traffic/series")["data"], [])
        self.assertEqual(harness.get_json(daemon.url + "/api/v1/anomalies")["data"], [])

    def test_what_is_asked_too_often_is_answered_429(self):
        daemon = self.warden("api: {requests_per_minute: 5}").up()
        answers = [request("GET", daemon.url + "/anomaly/thresholds") for _ in range(6)]
        self.assertEqual([status for status, _, _ in answers], [200] * 5 + [429])
        self.assertGreaterEqual(int(answers[-1][2]["Retry-After"]), 1)
        self.assertEqual(daemon.webhook(one("Free"))[0], 200)

    def test_a_test_alert_has_one_of_two_states(self):
        daemon = self.warden().up()
        status, text, _ = request("POST", daemon.url + "/test?status=foo", "")
        self.assertEqual(status, 400, text)
        self.assertEqual(daemon.incidents(), [])

    def test_whoever_changes_something_shows_what_senders_show(self):
        changes = ["/test", "/suppression/clear", "/-/reload", "/api/v1/deliveries/1/replay"]
        for auth in ("intake: {auth: {bearer_token: t}}", "intake: {sources: [{name: a, auth: {bearer_token: t}}]}"):
            daemon = self.warden(auth).up()
            before = len(daemon.incidents())
            for path in changes:
                for headers in ({}, {"Authorization": "Bearer wrong"}):
                    self.assertEqual(request("POST", daemon.url + path, "", headers)[0], 401, path)
            self.assertEqual(len(daemon.incidents()), before)
            for path, expected in zip(changes, (200, 200, 200, 400)):
                status, text, _ = request("POST", daemon.url + path, "", {"Authorization": "Bearer t"})
                self.assertEqual(status, expected, f"{path}: {text}")
            daemon.terminate()

    def test_the_page_of_an_incident_shows_it_and_runs_nothing(self):
        daemon = self.warden().up()
        self.assertEqual(daemon.webhook(one("Paged", note="<script>alert(1)</script>"), "am-of-east")[0], 200)
        uid = wait_for("the incident is known", daemon.incidents)[0]["uid"]
        status, page, headers = request("GET", f"{daemon.url}/incidents/{uid}")
        self.assertEqual(status, 200)
        self.assertIn("Paged", page)
        self.assertIn("am-of-east", page)
        self.assertNotIn("<script>alert", page)
        self.assertIn("default-src 'none'", headers.get("Content-Security-Policy", ""))
        self.assertEqual(request("GET", f"{daemon.url}/incidents/nowhere")[0], 404)

    @unittest.skipUnless(shutil.which("promtool"), "no promtool here")
    def test_promtool_finds_the_metrics_clean(self):
        daemon = self.warden(f"grafana: {{url: {self.other_side.url}/grafana, token: t}}").up()
        self.assertEqual(daemon.webhook(one("Counted"))[0], 200)
        self.wait_notified(1)
        daemon.settle()
        checked = subprocess.run(["promtool", "check", "metrics"], input=daemon.metrics(), capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))
        self.assertIn("promwarden_build_info{", daemon.metrics())
        balance = daemon.balance()
        self.assertEqual(balance["created"], sum(v for k, v in balance.items() if k != "created"))

    def test_without_a_file_it_runs_on_the_environment(self):
        port = harness.free_port()
        u = self.other_side.url
        env = {"PATH": os.environ["PATH"], "SLACK_WEBHOOK_URL": f"{u}/slack/services/T/B/x", "SLACK_CHANNEL": "#alerts",
               "CUSTOM_WEBHOOK_URL": f"{u}/hook/custom", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(self.other_side.smtp_port),
               "SMTP_FROM": "promwarden@example.org", "ALERT_EMAIL_TO": "ops@example.org",
               "PROMWARDEN_STORAGE_PATH": str(self.folder / "env.db"), "PROMWARDEN_WEB_LISTEN_ADDRESS": f"127.0.0.1:{port}"}
        daemon = self.house.add(harness.Warden("env", self.folder, "unused", port))
        daemon.command, daemon.env = [str(harness.BIN / "promwarden"), "serve"], env
        daemon.up()
        self.assertEqual(daemon.webhook(one("FromEnv"))[0], 200)
        wait_for("Slack has it", lambda: any("FromEnv" in line["body"] for line in self.other_side.received("slack")), 60)
        self.assertIn("discord", daemon.tail(100).lower(), "what is not configured is said to be skipped")


if __name__ == "__main__":
    case.main()
