# SPDX-License-Identifier: Apache-2.0
"""Real servers on loopback for the demonstration and the end-to-end tests: Prometheus, Alertmanager, promwarden, and
stand_in for everything that promwarden talks to. Each is a child that is ended by its own pid; if this program is killed,
the kernel ends them. Needs nothing but the standard library."""
import base64
import ctypes
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("PROMWARDEN_BIN", ROOT / "build/release/bin"))
PROMETHEUS = os.environ.get("PROMWARDEN_TEST_PROMETHEUS") or shutil.which("prometheus")
ALERTMANAGER = os.environ.get("PROMWARDEN_TEST_ALERTMANAGER") or shutil.which("prometheus-alertmanager")
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


class Failure(Exception):
    """What was waited for did not come. Says what, in words for whoever reads the test's output."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, look, seconds=20.0, every=0.05):
    """The first true answer of look(); Failure(what) when there is none in time."""
    until = time.monotonic() + seconds
    while True:
        if answer := look():
            return answer
        if time.monotonic() > until:
            raise Failure(f"{what} (waited {seconds:.0f} s)")
        time.sleep(every)


def request(method, url, body=None, headers=None, timeout=30.0):
    """(status, body as text, headers); status 0 when there was no answer."""
    data = body if body is None or isinstance(body, bytes) else body.encode()
    call = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    opener = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))
    try:
        with opener.open(call, timeout=timeout) as answer:
            return answer.status, answer.read().decode(errors="replace"), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(errors="replace"), error.headers
    except (OSError, urllib.error.URLError) as error:
        return 0, str(error), {}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def get_json(url, timeout=30.0):
    status, body, _ = request("GET", url, timeout=timeout)
    if status != 200:
        raise Failure(f"GET {url} answered {status}: {body[:300]}")
    return json.loads(body)


def now_rfc3339(offset=0.0):
    at = time.time() + offset
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at % 1 * 1000):03d}Z"


class Server:
    """A child process with its log file."""

    def __init__(self, name, folder, command, port, env=None):
        self.name, self.port = name, port
        self.url = f"http://127.0.0.1:{port}"
        self.command = [str(part) for part in command]
        self.env = env
        self.log = pathlib.Path(folder) / f"{name}.log"
        self.process = None

    def start(self):
        if not os.access(self.command[0], os.X_OK):
            raise Failure(f"{self.name}: no program {self.command[0]}")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env,
                preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        return self

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def wait_ready(self, path="/-/ready", seconds=30.0):
        def look():
            if not self.is_running():
                raise Failure(f"{self.name} ended at once:\n{self.tail()}")
            return request("GET", self.url + path, timeout=2)[0] == 200
        wait_for(f"{self.name} does not become ready; its log ends with:\n{self.tail()}", look, seconds, 0.02)
        return self

    def kill(self):
        if self.is_running():
            self.process.kill()
        if self.process is not None:
            self.process.wait()

    def terminate(self, seconds=20.0):
        """Asks it to end; its exit code. Killed, and a Failure, when it does not."""
        if self.process is None:
            return None
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(f"{self.name} did not end within {seconds:.0f} s of SIGTERM:\n{self.tail()}") from None

    def tail(self, lines=15):
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


class House:
    """Starts servers in one folder and ends them all, the last first."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.servers = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        for server in reversed(self.servers):
            if server.is_running():
                server.process.send_signal(signal.SIGTERM)
        for server in reversed(self.servers):
            try:
                server.terminate(8)
            except Failure:
                pass
        self.servers.clear()

    def add(self, server):
        self.servers.append(server)
        return server

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def stand_in(self, day=60, past=600):
        return StandIn(self, day, past)

    def alertmanager(self, config, name="alertmanager", more=()):
        port = free_port()
        path = self.write(f"{name}.yml", config)
        data = self.folder / f"{name}.data"
        flags = list(more) or ["--cluster.listen-address="]
        server = Alertmanager(name, self.folder, [ALERTMANAGER, f"--config.file={path}", f"--storage.path={data}",
                                                  f"--web.listen-address=127.0.0.1:{port}",
                                                  f"--web.external-url=http://{name}.example:{port}",
                                                  "--web.route-prefix=/", *flags], port)
        return self.add(server).start().wait_ready()

    def alertmanager_pair(self, config, peer_timeout="1s"):
        """Two members of a cluster that know each other."""
        gossip = [free_port(), free_port()]
        common = ["--cluster.settle-timeout=1s", f"--cluster.peer-timeout={peer_timeout}", "--cluster.gossip-interval=100ms"]
        pair = []
        for n, name in enumerate(("am-a", "am-b")):
            pair.append(self.alertmanager(config, name, [f"--cluster.listen-address=127.0.0.1:{gossip[n]}",
                                                         f"--cluster.peer=127.0.0.1:{gossip[1 - n]}", *common]))
        for server in pair:
            wait_for(f"{server.name} does not find its peer", lambda s=server: s.peers() == 2)
        return pair

    def warden(self, config, name="promwarden", more=(), port=None):
        """promwarden with `config` (text), not started yet."""
        port = port or free_port()
        path = self.write(f"{name}.yml", config)
        return self.add(Warden(name, self.folder, path, port, more))


class SlowProxy:
    """Passes requests on and holds the answers back: a receiver that is slow, or one that answers otherwise."""

    def __init__(self, target, delay):
        self.requests = 0
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                proxy.requests += 1
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {k: v for k, v in self.headers.items() if k.lower() in ("content-type", "user-agent", "authorization")}
                status, text, _ = request("POST", target + self.path, body, headers)
                time.sleep(delay)
                self.send_response(status or 502)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()


class StandIn(Server):
    def __init__(self, house, day, past):
        folder = house.folder
        super().__init__("stand_in", folder, [BIN / "stand_in", "--log", folder / "received.jsonl", "--day", day, "--past", past], 0)
        house.add(self).start()
        line = wait_for("stand_in says no ports", lambda: self.first_line(), 10)
        ports = json.loads(line)
        self.port, self.smtp_port = ports["http"], ports["smtp"]
        self.url = f"http://127.0.0.1:{self.port}"

    def first_line(self):
        text = self.log.read_text() if self.log.exists() else ""
        return text.splitlines()[0] if "\n" in text else None

    def received(self, service="", after=0):
        return get_json(f"{self.url}/received?service={service}&after={after}")

    def script(self, service, status, times=1, headers=None, body="", delay_ms=0):
        request("POST", self.url + "/script", json.dumps({"service": service, "status": status, "times": times,
                                                          "headers": headers or {}, "body": body, "delay_ms": delay_ms}))

    def clear_script(self):
        request("DELETE", self.url + "/script")

    def incident(self, on):
        request("POST", f"{self.url}/incident/{'on' if on else 'off'}", "")


class Alertmanager(Server):
    def post(self, *alerts):
        body = json.dumps(alerts)
        status, text, _ = request("POST", self.url + "/api/v2/alerts", body, {"Content-Type": "application/json"})
        if status != 200:
            raise Failure(f"{self.name} refused alerts: {status} {text}")

    def alerts(self):
        return get_json(self.url + "/api/v2/alerts")

    def peers(self):
        return len(get_json(self.url + "/api/v2/status")["cluster"].get("peers") or [])

    def silence(self, name, value):
        body = {"matchers": [{"name": name, "value": value, "isRegex": False, "isEqual": True}], "startsAt": now_rfc3339(-1),
                "endsAt": now_rfc3339(3600), "createdBy": "test", "comment": "test"}
        status, text, _ = request("POST", self.url + "/api/v2/silences", json.dumps(body), {"Content-Type": "application/json"})
        if status != 200:
            raise Failure(f"{self.name} refused a silence: {status} {text}")
        return json.loads(text)["silenceID"]

    def unsilence(self, silence_id):
        request("DELETE", f"{self.url}/api/v2/silence/{silence_id}")

    def metric(self, prefix):
        return metric_sum(request("GET", self.url + "/metrics")[1], prefix)


class Warden(Server):
    def __init__(self, name, folder, config, port, more=()):
        self.config = pathlib.Path(config)
        self.storage = pathlib.Path(folder) / f"{name}.data"
        self.storage.mkdir(exist_ok=True)
        self.database = self.storage / "promwarden.db"
        super().__init__(name, folder, [BIN / "promwarden", "serve", f"--config.file={config}", f"--storage.path={self.database}",
                                        f"--web.listen-address=127.0.0.1:{port}", f"--web.external-url=http://127.0.0.1:{port}",
                                        *more], port)

    def up(self):
        return self.start().wait_ready()

    def webhook(self, body, source="", headers=None, timeout=30.0):
        """(status, body, headers) of one webhook; body is bytes, text or something to be written as JSON."""
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        path = "/api/v1/webhook" + (f"/{source}" if source else "")
        return request("POST", self.url + path, body, {"Content-Type": "application/json", **(headers or {})}, timeout)

    def incidents(self, state="all"):
        return get_json(f"{self.url}/api/v1/incidents?state={state}")["data"]

    def incident(self, uid):
        return get_json(f"{self.url}/api/v1/incidents/{uid}")["data"]

    def alerts_of(self, uid):
        """All alerts of an incident, page by page: lists show the first few."""
        alerts, after = [], 0
        while after is not None:
            page = get_json(f"{self.url}/api/v1/incidents/{uid}/alerts?after={after}")
            alerts += page["data"]
            after = page["next"]
        return alerts

    def deliveries(self, state=""):
        return get_json(f"{self.url}/api/v1/deliveries" + (f"?state={state}" if state else ""))["data"]

    def metrics(self):
        status, text, _ = request("GET", self.url + "/metrics")
        if status != 200:
            raise Failure(f"/metrics answered {status}")
        return text

    def metric(self, prefix):
        return metric_sum(self.metrics(), prefix)

    def balance(self):
        """What was created, and what became of it; one reading."""
        text = self.metrics()
        values = {kind: metric_sum(text, f"promwarden_deliveries_{kind}_total") for kind in
                  ("created", "delivered", "dead", "expired", "superseded")}
        return values | {"pending": metric_sum(text, "promwarden_deliveries_pending")}

    def settle(self, seconds=60.0):
        """Waits until nothing is pending any more; the balance then."""
        return wait_for("deliveries stay pending", lambda: (b := self.balance())["pending"] == 0 and b, seconds, 0.2)


def metric_sum(text, name):
    """Sum of a metric over its label sets; `name` may hold the beginning of a label set."""
    total = 0.0
    for line in text.splitlines():
        if line.startswith(name) and line[len(name):len(name) + 1] in ("{", " ", ",", "}"):
            total += float(line.rsplit(" ", 1)[1])
    return total


def message(alerts, group="g", receiver="team", truncated=0, peer="http://am-1:9093"):
    """A webhook of Alertmanager's, version 4. Alerts are (labels, starts_at) or (labels, starts_at, ends_at)."""
    listed = [{"status": "resolved" if len(a) > 2 else "firing", "labels": a[0], "annotations": {}, "startsAt": a[1],
               "endsAt": a[2] if len(a) > 2 else "0001-01-01T00:00:00Z", "generatorURL": "", "fingerprint": fingerprint(a[0])}
              for a in alerts]
    firing = any(a["status"] == "firing" for a in listed)
    return {"version": "4", "groupKey": f'{{}}:{{alertname="{group}"}}', "truncatedAlerts": truncated,
            "status": "firing" if firing else "resolved", "receiver": receiver, "groupLabels": {"alertname": group},
            "commonLabels": {}, "commonAnnotations": {}, "externalURL": peer, "alerts": listed}


def fingerprint(labels):
    """64-bit FNV-1a over the labels in order of their names, each name and value followed by 0xff."""
    h = 14695981039346656037
    for name in sorted(labels):
        for byte in name.encode() + b"\xff" + labels[name].encode() + b"\xff":
            h = (h ^ byte) * 1099511628211 % 2**64
    return f"{h:016x}"


def mail_text(data):
    """Subject and all text parts of a mail."""
    import email
    import email.policy
    parsed = email.message_from_string(data, policy=email.policy.default)
    parts = [part.get_content() for part in parsed.walk() if part.get_content_maintype() == "text"]
    return f"{parsed['Subject']}\n" + "\n".join(parts)


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def run_threads(count, work):
    threads = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(count)]
    for thread in threads:
        thread.start()
    return threads
