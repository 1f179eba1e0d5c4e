# SPDX-License-Identifier: Apache-2.0
"""The story that ci/demo tells: a shop has an incident, and the right people hear of it, once, with what is unusual about
it; then it is over, and they hear that too. Each step is something seen on the other side, not something hoped for."""
import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/e2e"))
import harness  # noqa: E402
from harness import Failure, get_json, mail_text, request  # noqa: E402

DAY = 60  # seconds that a day of the shop lasts
PAST = 15 * DAY  # what Prometheus remembers when it starts

ERROR_RATIO = 'sum(rate(shop_requests_total{code="500"}[5s])) / sum(rate(shop_requests_total[5s]))'
REQUEST_RATE = "sum(rate(shop_requests_total[5s]))"

PROMETHEUS_YML = """\
global: {{scrape_interval: 1s, scrape_timeout: 900ms, evaluation_interval: 1s}}
rule_files: [rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{alertmanager}"]}}]}}]}}
scrape_configs:
  - job_name: shop
    static_configs: [{{targets: ["{shop}"]}}]
  - job_name: promwarden
    static_configs: [{{targets: ["{promwarden}"]}}]
"""

RULES_YML = """\
groups:
  - name: shop
    rules:
      - alert: CheckoutErrorRatio
        expr: {error_ratio} > 0.1
        for: 2s
        labels: {{severity: critical, service: checkout, team: shop}}
        annotations:
          summary: '{{{{ $value | humanizePercentage }}}} of the requests to checkout fail'
          description: More than one request in ten to checkout is answered with an error.
          runbook_url: https://runbooks.example/checkout-errors
"""

ALERTMANAGER_YML = """\
route: {{receiver: promwarden, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 4h}}
receivers:
  - name: promwarden
    webhook_configs: [{{url: "{promwarden}/api/v1/webhook"}}]
"""

PROMWARDEN_YML = """\
# The parts that Alertmanager has too mean the same here.
global:
  smtp_smarthost: 127.0.0.1:{smtp_port}
  smtp_from: promwarden@shop.example
  smtp_require_tls: false
  slack_api_url: {other_side}/slack/services/T0/B0/demo
route:
  receiver: shop
  group_by: [alertname, service]
  group_wait: 0s
  group_interval: 1s
receivers:
  - name: shop
    slack_configs: [{{channel: "#shop-alerts", send_resolved: true}}]
    email_configs: [{{to: on-call@shop.example, send_resolved: true}}]
prometheus:
  url: {prometheus}
grafana:
  url: {other_side}/grafana
  token: demo-token
  dashboards: {{"CheckoutErrorRatio:critical": "Service Overview:Error Ratio"}}
anomaly:
  history: 10m
  step: 2s
  detector: {{type: holt_winters, period: 30}}
watches:
  - name: CheckoutTraffic
    query: {request_rate}
    interval: 2s
    history: 10m
    step: 2s
    detector: {{type: holt_winters, period: 30}}
    min_relative_deviation: 0.1
    severity: {{low: info}}
    labels: {{service: checkout, team: shop}}
"""


class Teller:
    """Says what happens, with the time since the beginning. Colours only on a terminal."""

    def __init__(self):
        self.begun = time.monotonic()
        self.in_colour = sys.stdout.isatty()

    def paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.in_colour else text

    def say(self, who, text):
        print(f"{time.monotonic() - self.begun:6.1f} s  {self.paint('1;36', f'{who:<13}')} {text}", flush=True)

    def quote(self, text, lines=12):
        kept = [line for line in text.splitlines() if line.strip()]
        for line in kept[:lines]:
            print(f"{'':10}{self.paint('2', '| ' + line[:140])}", flush=True)
        if len(kept) > lines:
            print(f"{'':10}{self.paint('2', f'| … {len(kept) - lines} lines more')}", flush=True)

    def head(self, text):
        print(f"\n{self.paint('1', text)}", flush=True)

    def wait(self, who, step, look, seconds=45):
        """The first true answer of look(); says every five seconds what is waited for."""
        until, told = time.monotonic() + seconds, time.monotonic()
        while not (answer := look()):
            if time.monotonic() > until:
                raise Failure(f"{step}: not seen within {seconds} s")
            if time.monotonic() - told > 5:
                told = time.monotonic()
                self.say(who, self.paint("2", f"still waiting: {step}"))
            time.sleep(0.1)
        return answer


class Story:
    def __init__(self, folder):
        self.teller = Teller()
        self.house = harness.House(folder)
        self.folder = folder

    # The stage.

    def start(self):
        say, house = self.teller.say, self.house
        self.teller.head("Starting everything on loopback")
        self.other_side = house.stand_in(day=DAY, past=PAST)
        say("stand-ins", f"a shop with metrics, Slack, Grafana and a mail server wait at {self.other_side.url}")
        ports = {name: harness.free_port() for name in ("prometheus", "promwarden")}
        urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        self.alertmanager = house.alertmanager(ALERTMANAGER_YML.format(promwarden=urls["promwarden"]))
        say("Alertmanager", f"is up at {self.alertmanager.url}")
        self.prometheus = self.start_prometheus(ports["prometheus"], urls["promwarden"])
        say("Prometheus", f"is up at {self.prometheus.url}; it remembers {PAST // DAY} days of the shop, of {DAY} s each")
        # Before that, the seam between the past and the present would stand in every rate.
        self.teller.wait("Prometheus", "Prometheus has scraped the shop for some seconds",
                         lambda: (self.query('count_over_time(up{job="shop"}[8s])') or 0) >= 7)
        config = PROMWARDEN_YML.format(other_side=self.other_side.url, smtp_port=self.other_side.smtp_port,
                                       prometheus=self.prometheus.url, request_rate=REQUEST_RATE)
        self.warden = house.warden(config, port=ports["promwarden"]).up()
        say("promwarden", f"is up at {self.warden.url}")

    def start_prometheus(self, port, warden):
        shop = self.other_side.url.removeprefix("http://")
        self.house.write("rules.yml", RULES_YML.format(error_ratio=ERROR_RATIO))
        config = self.house.write("prometheus.yml", PROMETHEUS_YML.format(
            alertmanager=self.alertmanager.url.removeprefix("http://"), shop=shop, promwarden=warden.removeprefix("http://")))
        data = self.folder / "prometheus.data"
        labels = urllib.parse.quote(f'instance="{shop}",job="shop"')
        _, history, _ = request("GET", f"{self.other_side.url}/history?labels={labels}")
        past = self.house.write("history.txt", history)
        promtool = shutil.which("promtool", path=str(pathlib.Path(harness.PROMETHEUS).parent)) or shutil.which("promtool")
        if promtool:
            subprocess.run([promtool, "tsdb", "create-blocks-from", "openmetrics", past, data], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server = harness.Server("prometheus", self.folder, [
            harness.PROMETHEUS, f"--config.file={config}", f"--storage.tsdb.path={data}",
            f"--web.listen-address=127.0.0.1:{port}"], port)
        return self.house.add(server).start().wait_ready()

    # What is seen.

    def query(self, expression):
        status, body, _ = request("POST", self.prometheus.url + "/api/v1/query",
                                  urllib.parse.urlencode({"query": expression}),
                                  {"Content-Type": "application/x-www-form-urlencoded"})
        result = json.loads(body)["data"]["result"] if status == 200 else []
        return float(result[0]["value"][1]) if result else None

    def alert_state(self):
        alerts = get_json(self.prometheus.url + "/api/v1/alerts")["data"]["alerts"]
        return next((a["state"] for a in alerts if a["labels"]["alertname"] == "CheckoutErrorRatio"), None)

    def incident(self):
        return next((i for i in self.warden.incidents() if i["group_labels"].get("alertname") == "CheckoutErrorRatio"), None)

    def sent(self, service, word, about="CheckoutErrorRatio"):
        """The body of the first accepted request of `service` about this alert in which `word` stands."""
        for line in self.other_side.received(service):
            text = mail_text(line["body"]) if service == "mail" else line["body"]
            if 200 <= line["status"] < 300 and about in text and word.lower() in text.lower():
                return text
        return None

    def region(self):
        found = get_json(self.other_side.url + "/grafana/api/annotations")
        return next((a for a in found if "CheckoutErrorRatio" in json.dumps(a)), None)

    def stored(self):
        """Rows about the alert in the database file, by a connection of our own: it is on disk, not in memory."""
        with sqlite3.connect(f"file:{self.warden.database}?mode=ro", uri=True) as database:
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            return {t: n for t in tables if (n := database.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0])}

    # The story.

    def calm(self):
        say, wait = self.teller.say, self.teller.wait
        self.teller.head("An ordinary day")
        wait("Prometheus", "Prometheus scrapes the shop", lambda: self.query(REQUEST_RATE) is not None)
        ratio = wait("Prometheus", "the error ratio is known", lambda: self.query(ERROR_RATIO))
        say("Prometheus", f"sees {self.query(REQUEST_RATE):.0f} requests a second, {ratio:.1%} of them fail")
        wait("promwarden", "the watch CheckoutTraffic has looked", lambda: "promwarden_watch_value" in self.warden.metrics())
        say("promwarden", "watches the traffic on its own: "
            f"{self.warden.metric('promwarden_watch_value'):.0f} a second, expected "
            f"{self.warden.metric('promwarden_watch_lower'):.0f} to {self.warden.metric('promwarden_watch_upper'):.0f}")

    def incident_begins(self):
        say, wait, quote = self.teller.say, self.teller.wait, self.teller.quote
        self.teller.head("Checkout breaks")
        self.other_side.incident(True)
        say("shop", "every third request fails now")
        wait("Prometheus", "the alert is pending or firing", self.alert_state)
        say("Prometheus", "the rule CheckoutErrorRatio holds; it waits 2 s to be sure")
        wait("Prometheus", "the alert fires", lambda: self.alert_state() == "firing")
        say("Prometheus", f"fires: {self.query(ERROR_RATIO):.0%} of the requests fail")
        wait("Alertmanager", "Alertmanager has the alert",
             lambda: any(a["labels"]["alertname"] == "CheckoutErrorRatio" for a in self.alertmanager.alerts()))
        incident = wait("promwarden", "promwarden opens an incident", self.incident)
        say("promwarden", f"has it from Alertmanager: incident {incident['uid']}")
        rows = wait("promwarden", "the alert is in the database file", self.stored)
        say("promwarden", f"it is on disk: {sum(rows.values())} rows in {self.warden.database.name}")

        message = wait("Slack", "the Slack message arrives", lambda: self.sent("slack", "CheckoutErrorRatio"))
        say("Slack", "received:")
        quote(flatten(message))
        if "expected" not in message.lower() or "alert above 0.1" not in message:
            raise Failure("the Slack message says what is normal and names the threshold: it does not")
        say("Slack", "the message names the threshold and what Prometheus' history expects: no query had to be named")
        mail = wait("mail", "the mail arrives", lambda: self.sent("mail", "CheckoutErrorRatio"))
        say("mail", "received: " + mail.splitlines()[0])
        region = wait("Grafana", "the region is opened in Grafana", self.region)
        say("Grafana", f"region {region['id']} begins, on dashboard {region['dashboardUID'] or '(all)'}, panel {region['panelId']}, "
            f"tags {', '.join(region['tags'])}")
        self.look_at_the_watch()

    def look_at_the_watch(self):
        """Told when it happens; no part of what has to be seen, because a level that stays becomes normal."""
        try:
            own = self.teller.wait("promwarden", "the watch CheckoutTraffic finds the traffic unusual",
                                   lambda: self.sent("slack", "unusual", about="CheckoutTraffic"), 6)
        except Failure:
            return
        self.teller.say("promwarden", "its own watch finds the traffic unusual too, and said so in Slack:")
        self.teller.quote(flatten(own), 5)

    def incident_ends(self):
        say, wait, quote = self.teller.say, self.teller.wait, self.teller.quote
        self.teller.head("Checkout is mended")
        self.other_side.incident(False)
        say("shop", "requests are answered again")
        wait("Prometheus", "the alert resolves", lambda: self.alert_state() is None)
        say("Prometheus", f"the alert is over: {self.query(ERROR_RATIO):.1%} fail")
        closed = wait("promwarden", "promwarden closes the incident", lambda: (i := self.incident()) and i["closed_at"] and i)
        say("promwarden", f"closes incident {closed['uid']}")
        message = wait("Slack", "the resolved message arrives in Slack", lambda: self.sent("slack", "resolved"))
        say("Slack", "received:")
        quote(flatten(message), 4)
        mail = wait("mail", "the resolved mail arrives", lambda: self.sent("mail", "resolved"))
        say("mail", "received: " + mail.splitlines()[0])
        region = wait("Grafana", "the region is closed in Grafana", lambda: (a := self.region()) and a["timeEnd"] > a["time"] and a)
        say("Grafana", f"region {region['id']} ends; it is {(region['timeEnd'] - region['time']) / 1000:.1f} s long")
        timeline = self.warden.incident(closed["uid"])["timeline"]
        say("promwarden", "and this is why it did what it did:")
        quote("\n".join(f"{entry['kind']}: {entry['reason']}" for entry in timeline), 20)
        balance = self.warden.settle(20)
        say("promwarden", ", ".join(f"{int(n)} {kind}" for kind, n in balance.items()) + ": nothing is lost")


def flatten(body):
    """The texts of a JSON body, a line each."""
    def texts(value):
        if isinstance(value, str):
            yield value
        for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from texts(child)
    try:
        return "\n".join(t for t in texts(json.loads(body)) if len(t) > 8)
    except ValueError:
        return body


def stop(*_):
    raise KeyboardInterrupt


def main():
    once, keep = "--once" in sys.argv[1:], "--keep" in sys.argv[1:]
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="promwarden-demo-"))
    story = Story(folder)
    try:
        story.start()
        story.calm()
        story.incident_begins()
        story.incident_ends()
        story.teller.head("The whole story was seen.")
        if not once:
            print(f"""
Everything is still running. For a look:
  promwarden     {story.warden.url}/               (incidents: /api/v1/incidents?state=all, metrics: /metrics)
  Prometheus     {story.prometheus.url}/alerts
  Alertmanager   {story.alertmanager.url}/
  what arrived   {story.other_side.url}/received
Break the shop again:  curl -X POST {story.other_side.url}/incident/on   (mend it: /incident/off)
Ctrl-C ends it all.""", flush=True)
            while all(server.is_running() for server in story.house.servers):
                time.sleep(1)
            raise Failure("a server ended on its own: " + ", ".join(s.name for s in story.house.servers if not s.is_running()))
        return 0
    except Failure as failure:
        story.teller.head(f"MISSING: {failure}")
        for server in story.house.servers:
            print(f"\n-- the end of {server.log}\n{server.tail(12)}", flush=True)
        return 1
    except KeyboardInterrupt:
        print("\nending")
        return 130 if once else 0
    finally:
        story.house.end()
        if keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
