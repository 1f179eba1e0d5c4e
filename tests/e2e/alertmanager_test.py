# SPDX-License-Identifier: Apache-2.0
"""How a real Alertmanager behaves, and that promwarden bears it: retries, twins, truncation, what is never sent."""
import json

import case
import harness
from case import alert, resolve
from harness import wait_for


@case.needs_alertmanager
class AlertmanagerTest(case.Case):
    def start(self, interval="1s", more=""):
        self.daemon = self.warden().up()
        self.am = self.alertmanager(self.daemon.url, interval=interval, more=more)

    def the_incident(self, name):
        found = [i for i in self.daemon.incidents() if i["group_labels"].get("alertname") == name]
        return found[-1] if found else None

    # E1: what each answer makes Alertmanager do.

    def test_e1_an_alert_that_meets_a_dead_daemon_arrives_once_when_it_lives(self):
        self.daemon = self.warden()
        self.am = self.alertmanager(self.daemon.url, interval="10s")
        self.am.post(alert("Early"))
        wait_for("Alertmanager tries in vain", lambda: self.am.metric("alertmanager_notification_requests_failed_total") > 0)
        self.daemon.up()
        self.wait_notified(1, "firing", "Early")
        self.stays("one notification, whatever the retries", lambda: len(self.notified()) == 1)

    def test_e1_no_answer_is_one_that_loses_alerts(self):
        self.start()
        url = self.daemon.url
        good = json.dumps(harness.message([({"alertname": "Odd"}, harness.now_rfc3339(-5))]))
        for path in ("/api/v1/webhook", "/api/v1/webhook/", "/api/v1/webhook/eu-1", "/webhook", "/alerts", "/webhook/",
                     "/alerts/", "//api/v1/webhook", "/api//v1/webhook", "/api/v1", "/nowhere"):
            for method in ("POST", "PUT", "GET"):
                for body in (good, "", "{", "[]", "{}"):
                    status, text, _ = harness.request(method, url + path, None if method == "GET" else body,
                                                      {"Content-Type": "application/json"})
                    self.assertTrue(status != 0 and not 300 <= status < 400 and status not in (408, 429),
                                    f"{method} {path} with {body[:20]!r} answered {status} {text[:80]}")
        for path in ("/api/v1/webhook", "/api/v1/webhook/eu-1", "/webhook", "/alerts"):
            status, text, _ = harness.request("POST", url + path, good, {"Content-Type": "application/json"})
            self.assertEqual(status, 200, f"{path}: {text}")

    def test_e1_a_wrong_password_is_401_and_the_alert_comes_when_it_is_right(self):
        self.daemon = self.warden("intake: {auth: {basic_auth: {username: am, password: s3cret}}}").up()
        wrong = ', http_config: {basic_auth: {username: am, password: wrong}}'
        self.am = self.alertmanager(self.daemon.url, more=wrong)
        self.am.post(alert("Locked"))
        wait_for("Alertmanager is refused", lambda: self.am.metric("alertmanager_notification_requests_failed_total") > 0)
        self.assertEqual(self.daemon.incidents(), [])
        config = self.folder / "alertmanager.yml"
        config.write_text(config.read_text().replace("wrong", "s3cret"))
        self.assertEqual(harness.request("POST", self.am.url + "/-/reload", "")[0], 200)
        self.wait_notified(1, "firing", "Locked")

    # E2, E3: what a payload holds.

    def test_e2_labels_times_and_status_survive_the_wire(self):
        self.start()
        sent = alert("Wire", path="<a&b>", quote='say "hi"\\n', city="Zürich 🌩", annotations={"summary": "a < b & c"})
        self.am.post(sent)
        self.wait_notified(1, "firing", "Wire")
        known = self.the_incident("Wire")["alerts"]
        self.assertEqual(len(known), 1)
        self.assertEqual(known[0]["labels"], sent["labels"])
        self.assertEqual(known[0]["status"], "firing")
        self.assertFalse(known[0]["ends_at"], "year 1 is no end")
        self.assertEqual(instant(known[0]["starts_at"]), instant(sent["startsAt"]))
        self.am.post(resolve(sent))
        self.wait_notified(1, "resolved", "Wire")
        self.assertTrue(self.the_incident("Wire")["alerts"][0]["ends_at"])

    def test_e3_fingerprints_are_alertmanagers(self):
        self.start()
        self.am.post(alert("Print", a="1"), alert("Print", a="2", empty_is_absent="x"), alert("Print", a="ü"))
        wait_for("all three are known", lambda: (i := self.the_incident("Print")) and len(i["alerts"]) == 3)
        self.assertEqual({a["fingerprint"] for a in self.the_incident("Print")["alerts"]},
                         {a["fingerprint"] for a in self.am.alerts()})

    # E4: Alertmanager forgets.

    def test_e4_what_a_killed_alertmanager_sends_again_is_not_told_again(self):
        self.start()
        a, b = alert("Known"), alert("Silenced")
        silence = self.am.silence("alertname", "Silenced")
        self.assertTrue(silence)
        self.am.post(a, b)
        self.wait_notified(1, "firing", "Known")
        self.am.kill()
        self.am.start().wait_ready()
        self.am.post(a, b)
        wait_for("the new Alertmanager sends again", lambda: self.am.metric("alertmanager_notifications_total{integration=\"webhook\"") > 0)
        self.stays("told once", lambda: len(self.notified("firing", "Known")) == 1)
        self.am.post(resolve(a))
        self.wait_notified(1, "resolved", "Known")

    # E5 and twins.

    def test_e5_twins_of_a_cluster_behind_a_slow_line_are_one_notification(self):
        self.daemon = self.warden().up()
        slow = harness.SlowProxy(self.daemon.url, 3)
        self.addCleanup(slow.end)
        pair = self.house.alertmanager_pair(case.ALERTMANAGER.format(url=slow.url, interval="4s", more=""), "1s")
        one = alert("Twin")
        for am in pair:
            am.post(one)
        wait_for("both members send", lambda: slow.requests >= 2)
        self.wait_notified(1, "firing", "Twin")
        self.stays("one notification of two payloads", lambda: len(self.notified()) == 1, 4)
        for am in pair:
            am.post(resolve(one))
        self.wait_notified(1, "resolved", "Twin")
        wait_for("both members send again", lambda: slow.requests >= 4)
        self.stays("one end of two payloads", lambda: len(self.notified("resolved")) == 1, 4)
        self.assertEqual(len(self.notified("firing")), 1, "the twin's late copy opens nothing")

    def test_e5_two_alertmanagers_that_do_not_know_each_other_are_one_notification(self):
        self.daemon = self.warden().up()
        both = [self.alertmanager(self.daemon.url, name) for name in ("am-1", "am-2")]
        one = alert("Split", instance="db-1")
        for am in both:
            am.post(one)
        for am in both:
            wait_for(f"{am.name} has sent", lambda a=am: a.metric("alertmanager_notifications_total{integration=\"webhook\"") >= 1)
        self.wait_notified(1, "firing", "Split")
        for am in both:
            am.post(resolve(one))
        for am in both:
            wait_for(f"{am.name} has sent the end", lambda a=am: a.metric("alertmanager_notifications_total{integration=\"webhook\"") >= 2)
        self.wait_notified(1, "resolved", "Split")
        self.stays("once each", lambda: len(self.notified("firing")) == 1 and len(self.notified("resolved")) == 1)

    # E6: what ends unseen.

    def test_e6_an_alert_that_ends_under_a_silence_is_not_declared_over(self):
        self.start()
        one = alert("Hidden")
        self.am.post(one)
        self.wait_notified(1, "firing", "Hidden")
        silence = self.am.silence("alertname", "Hidden")
        self.am.post(resolve(one))
        self.stays("silenced", lambda: len(self.notified()) == 1, 2.5)  # for two ticks of the group: Alertmanager forgets it
        self.am.unsilence(silence)
        self.am.post(alert("Hidden", started=0))
        self.stays("Alertmanager says nothing, and neither do we",
                   lambda: len(self.notified()) == 1 and self.the_incident("Hidden")["state"] == "open", 4)

    # E7: truncation.

    def test_e7_a_truncated_payload_closes_nothing(self):
        self.start(more=", max_alerts: 2")
        five = [alert("Many", instance=f"db-{n}") for n in range(5)]
        self.am.post(*five)
        self.wait_notified(1, "firing", "Many")
        self.am.post(*(resolve(a) for a in five[:2]))
        wait_for("the two are known to be over", lambda: sum(
            a["status"] == "resolved" for a in self.the_incident("Many")["alerts"]) == 2)
        self.stays("three that are not listed still fire: the incident stays open, nobody is told that all is well",
                   lambda: self.the_incident("Many")["state"] == "open" and not self.notified("resolved"), 4)

    # E8, E9: what is never sent.

    def test_e8_an_alert_that_ends_before_group_wait_leaves_no_trace(self):
        self.daemon = self.warden().up()
        config = case.ALERTMANAGER.format(url=self.daemon.url, interval="1s", more="").replace("group_wait: 0s", "group_wait: 3s")
        self.am = self.house.alertmanager(config)
        one = alert("Brief", started=-0.4)
        self.am.post(one)
        self.am.post(resolve(one))
        self.am.post(alert("After"))  # old enough to go at once
        self.wait_notified(1, "firing", "After")
        self.stays("nothing about it", lambda: not self.notified(alertname="Brief") and not self.the_incident("Brief"), 4)

    def test_e9_a_changed_annotation_is_no_news(self):
        self.start()
        one = alert("Same", annotations={"summary": "5 %"})
        self.am.post(one)
        self.wait_notified(1, "firing", "Same")
        self.am.post(one | {"annotations": {"summary": "6 %"}})
        self.am.post(alert("After"))
        self.wait_notified(1, "firing", "After")
        self.stays("told once", lambda: len(self.notified(alertname="Same")) == 1)

    def test_an_alert_that_grows_and_shrinks_is_told_step_by_step_and_ends(self):
        self.start()
        three = [alert("Group", instance=f"web-{n}") for n in range(3)]
        self.am.post(three[0])
        self.wait_notified(1, "firing", "Group")
        self.am.post(*three[1:])
        wait_for("a notification names all three", lambda: any(len(n["alerts"]) == 3 for n in self.notified("firing", "Group")))
        self.am.post(*(resolve(a) for a in three))
        self.wait_notified(1, "resolved", "Group")
        wait_for("the incident is closed", lambda: self.the_incident("Group")["state"] == "closed")
        self.assertEqual(len([i for i in self.daemon.incidents() if i["group_labels"].get("alertname") == "Group"]), 1)


class PeersTest(case.Case):
    """The same without an Alertmanager, where it is a matter of who says what in which order."""

    def setUp(self):
        super().setUp()
        self.daemon = self.warden().up()
        self.labels = {"alertname": "G", "instance": "a"}
        self.begun, self.ended = harness.now_rfc3339(-60), harness.now_rfc3339(-1)

    def post(self, peer, *ended):
        status, text, _ = self.daemon.webhook(harness.message([(self.labels, self.begun, *ended)], "G", peer=peer))
        self.assertEqual(status, 200, text)

    def test_a_late_copy_of_another_peer_does_not_open_again(self):
        self.post("http://am-1:9093")
        self.wait_notified(1, "firing")
        self.post("http://am-1:9093", self.ended)
        self.wait_notified(1, "resolved")
        self.post("http://am-2:9093")
        self.stays("nothing new", lambda: len(self.notified()) == 2 and not self.daemon.incidents("open"))

    def test_the_same_peer_that_says_firing_again_means_it(self):
        self.post("http://am-1:9093")
        self.wait_notified(1, "firing")
        self.post("http://am-1:9093", self.ended)
        self.wait_notified(1, "resolved")
        self.post("http://am-1:9093")
        self.wait_notified(2, "firing")
        self.assertEqual(len(self.daemon.incidents("open")), 1)

    def test_a_webhook_that_is_sent_again_ten_times_is_told_once(self):
        for _ in range(10):
            self.post("http://am-1:9093")
        self.wait_notified(1, "firing")
        self.stays("told once", lambda: len(self.notified()) == 1)


def instant(text):
    """Seconds since 1970 of an RFC 3339 time."""
    import datetime
    import re
    return datetime.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.replace("Z", "+00:00"))).timestamp()


if __name__ == "__main__":
    case.main()
