#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Durable intake beside Alertmanager's in memory: the same alerts, the same load generator, the same run.

usage: run.py BIN_DIR [--rounds N] [--alertmanager BINARY]
Prints how long the disk takes to keep something and the rate that this allows 8 connections with one request each; for 1 and
64 alerts a request, both rates and p99 (medians of the rounds) and their ratio; then the time to the first
notification of a lone webhook, the memory with 10,000 active alerts, and the time from start to ready."""
import argparse, json, os, shutil, socket, statistics, subprocess, sys, tempfile, time, urllib.request

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("bin")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--alertmanager", default=os.environ.get("PROMWARDEN_TEST_ALERTMANAGER", "prometheus-alertmanager"))
arguments = parser.parse_args()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A process with a folder of its own, waited for until it is ready, ended by its own pid."""

    def __init__(self, command, config, port):
        self.folder = tempfile.mkdtemp(prefix="promwarden-bench-", dir=os.environ.get("PROMWARDEN_BENCH_DIR"))
        self.port = port
        path = os.path.join(self.folder, "config.yml")
        with open(path, "w") as f:
            f.write(config)
        began = time.monotonic()
        self.process = subprocess.Popen(command(path, self.folder), stdout=subprocess.DEVNULL, stderr=open(os.path.join(self.folder, "log"), "w"))
        while True:
            try:
                if urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=1).status == 200:
                    break
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() - began > 20:
                sys.exit("not ready: " + open(os.path.join(self.folder, "log")).read())
            time.sleep(0.002)
        self.ready_ms = (time.monotonic() - began) * 1000

    def rss_mib(self):
        with open(f"/proc/{self.process.pid}/status") as f:
            return next(int(l.split()[1]) / 1024 for l in f if l.startswith("VmRSS"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)


def warden(sink_port=1):
    port = free_port()
    config = f"""
route: {{receiver: sink, group_by: [alertname], group_wait: 0s, group_interval: 5m}}
receivers: [{{name: sink, webhook_configs: [{{url: 'http://127.0.0.1:{sink_port}/'}}]}}]
"""
    return Server(lambda c, d: [os.path.join(arguments.bin, "promwarden"), "serve", "--config.file", c, "--storage.path", d + "/p.db",
                                "--web.listen-address", f"127.0.0.1:{port}", "--log.level", "error"], config, port)


def alertmanager():
    port = free_port()
    config = """
route: {receiver: none, group_by: [alertname]}
receivers: [{name: none}]
"""
    return Server(lambda c, d: [arguments.alertmanager, "--config.file=" + c, "--storage.path=" + d, f"--web.listen-address=127.0.0.1:{port}",
                                "--cluster.listen-address=", "--log.level=error"], config, port)


def load(*words):
    out = subprocess.run([os.path.join(arguments.bin, "intake_load"), *map(str, words)], stdout=subprocess.PIPE, text=True)
    return json.loads(out.stdout)


def sync_ms():
    """Median of fdatasync after 16 KiB more, in a folder like the servers'."""
    folder = tempfile.mkdtemp(prefix="promwarden-bench-", dir=os.environ.get("PROMWARDEN_BENCH_DIR"))
    took = []
    with open(os.path.join(folder, "file"), "wb", buffering=0) as f:
        for _ in range(300):
            f.write(b"x" * 16384)
            began = time.perf_counter()
            os.fdatasync(f.fileno())
            took.append(time.perf_counter() - began)
    shutil.rmtree(folder)
    return statistics.median(took) * 1000


one_sync = sync_ms()
print(f"fdatasync {one_sync:.2f} ms: 8 connections that wait for it are answered {8000 / one_sync:,.0f} times a second at most")
for alerts, requests in ((1, 40000), (64, 3000)):
    ours, theirs = [], []
    for _ in range(arguments.rounds):
        with warden() as w:
            ours.append(load("flood", w.port, "webhook", alerts, requests))
        with alertmanager() as a:
            theirs.append(load("flood", a.port, "alertmanager", alerts, requests))
    median = lambda rows, key: statistics.median(row[key] for row in rows)
    rate, peer = median(ours, "alerts_per_second"), median(theirs, "alerts_per_second")
    print(f"{alerts:2} alerts a request: promwarden {rate:,.0f} alerts/s on disk, p99 {median(ours, 'p99_ms'):.2f} ms; "
          f"Alertmanager {peer:,.0f} alerts/s in memory, p99 {median(theirs, 'p99_ms'):.2f} ms; ratio {rate / peer:.2f}"
          + (f"; refused {sum(r['refused'] for r in ours)}" if any(r["refused"] for r in ours) else ""), flush=True)

sink = free_port()
with warden(sink) as w:
    lone = load("lone", w.port, sink, 100)
    print(f"first notification of a lone webhook: p50 {lone['p50_ms']:.2f} ms, p99 {lone['p99_ms']:.2f} ms")
with warden() as w:
    load("flood", w.port, "webhook", 64, 157)
    time.sleep(1)
    print(f"memory with 10,048 active alerts: {w.rss_mib():.0f} MiB; start to ready {w.ready_ms:.0f} ms")
