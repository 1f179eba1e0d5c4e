#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A watch of many series over a real Prometheus, from the query to the store.

usage: watch_at_scale.py BIN_DIR [--series N] [--hours H] [--runs N] [--speed N] [--bands]

Prometheus holds H hours of N series at 5 minutes, written by promtool. The daemon's clock goes SPEED times as fast (fast_clock),
so that its steps of five minutes pass soon. Prints what the first run (the history) and the later ones (one new point a series)
take of processor, time, memory and disk, beside what Prometheus itself takes for the same query. BIN_DIR holds promwarden and
fast_clock.so; Prometheus and promtool come from the path, or from PROMWARDEN_TEST_PROMETHEUS and PROMWARDEN_TEST_PROMTOOL."""
import argparse
import math
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("bin")
parser.add_argument("--series", type=int, default=10_000)
parser.add_argument("--hours", type=int, default=12)
parser.add_argument("--runs", type=int, default=12)
parser.add_argument("--speed", type=float, default=75)
parser.add_argument("--bands", action="store_true", help="export each series' band as metrics")
arguments = parser.parse_args()
os.environ["PROMWARDEN_BIN"] = arguments.bin
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "e2e"))
import harness  # pylint: disable=wrong-import-position

STEP = 300
SHOWN = 1_772_452_950  # what the daemon takes for the time when it starts: the middle of a step
FIRST = SHOWN - STEP // 2 - arguments.hours * 3600
LAST = SHOWN + (arguments.runs + 60) * STEP
TICKS = os.sysconf("SC_CLK_TCK")
QUERY = "load"
CONFIG = """\
route: {{receiver: team, group_by: [alertname], group_wait: 0s}}
receivers: [{{name: team, webhook_configs: [{{url: "http://127.0.0.1:1/"}}]}}]
prometheus: {{url: "{prometheus}", timeout: 120s}}
watches:
  - {{name: Load, query: {query}, history: {hours}h, timeout: 120s, max_series: {series}, bands: {bands}}}
"""


def write_history(path):
    """Each series with a level of its own, a daily wave and noise."""
    noise = random.Random(7)
    noises = [noise.gauss(0, 3) for _ in range(9973)]
    steps = [(at, 40 * math.sin(2 * math.pi * at / 86400)) for at in range(FIRST, LAST, STEP)]
    with open(path, "w", encoding="utf-8", buffering=1 << 20) as out:
        out.write("# TYPE load gauge\n")
        for i in range(arguments.series):
            name = f'load{{cluster="eu-west-{i % 7}",instance="host-{i:06d}.example:9100",job="node",mode="user",namespace="team-{i % 61}"}}'
            level = 100 + i % 400
            n = i * 7919
            out.write("".join(f"{name} {level + wave + noises[(n + k) % 9973]:.3f} {at}\n" for k, (at, wave) in enumerate(steps)))
        out.write("# EOF\n")


def start_prometheus(house):
    text, data = house.folder / "history.txt", house.folder / "prometheus.data"
    write_history(text)
    promtool = os.environ.get("PROMWARDEN_TEST_PROMTOOL") or shutil.which("promtool")
    if not promtool or not harness.PROMETHEUS:
        sys.exit("no prometheus and promtool here")
    subprocess.run([promtool, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=1080h", text, data], check=True,
                   stdout=subprocess.DEVNULL)
    text.unlink()
    config = house.write("prometheus.yml", "global: {scrape_interval: 1h}\n")
    port = harness.free_port()
    return house.add(harness.Server("prometheus", house.folder, [
        harness.PROMETHEUS, f"--config.file={config}", f"--storage.tsdb.path={data}", "--storage.tsdb.retention.time=3650d",
        f"--web.listen-address=127.0.0.1:{port}"], port)).start().wait_ready(seconds=120)


def cpu(server):
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def mib(server, field):
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return math.nan


def written(server):
    """Bytes given to write calls, of which those to the store are all but a few."""
    return int(pathlib.Path(f"/proc/{server.process.pid}/io").read_text().split("wchar: ")[1].split()[0])


def ask_prometheus(prometheus):
    at = SHOWN - STEP // 2
    walls, before = [], cpu(prometheus)
    for _ in range(5):
        began = time.monotonic()
        status, body, _ = harness.request(
            "GET", f"{prometheus.url}/api/v1/query_range?query={QUERY}&start={at}&end={at}&step={STEP}", timeout=120)
        walls.append(time.monotonic() - began)
        assert status == 200, body[:200]
    print(f"prometheus, the query of one step:  {statistics.median(walls):8.3f} s   {(cpu(prometheus) - before) / 5:8.3f} s processor   "
          f"{len(body) / 1e6:.1f} MB of answer")


class Reading:
    def __init__(self, daemon, prometheus):
        text = daemon.metrics()
        self.runs = harness.metric_sum(text, 'promwarden_watch_runs_total{result="success"')
        self.failed = harness.metric_sum(text, 'promwarden_watch_runs_total{result="failure"')
        self.seconds = harness.metric_sum(text, 'promwarden_prometheus_query_duration_seconds_sum{purpose="watch"')
        self.series = harness.metric_sum(text, "promwarden_watch_series")
        self.left_out = harness.metric_sum(text, "promwarden_watch_series_left_out")
        self.cpu, self.prometheus, self.written = cpu(daemon), cpu(prometheus), written(daemon)


def wait_runs(daemon, prometheus, runs, seconds):
    def look():
        reading = Reading(daemon, prometheus)
        if reading.failed:
            raise harness.Failure("a run failed:\n" + daemon.tail())
        return reading if reading.runs >= runs else None
    return harness.wait_for(f"{runs} runs", look, seconds, 1 if arguments.bands else 0.2)


def measure(house):
    prometheus = start_prometheus(house)
    ask_prometheus(prometheus)
    daemon = house.warden(CONFIG.format(prometheus=prometheus.url, query=QUERY, hours=arguments.hours, series=arguments.series,
                                        bands=str(arguments.bands).lower()))
    daemon.env = dict(os.environ, LD_PRELOAD=str(harness.BIN / "fast_clock.so"),
                      FAST_CLOCK=f"{time.time()} {SHOWN} {arguments.speed}")
    daemon.up()
    empty = mib(daemon, "VmRSS")
    first = wait_runs(daemon, prometheus, 1, 600)
    print(f"first run, {arguments.hours} h of history:         {first.seconds:8.3f} s   {first.cpu:8.3f} s processor   "
          f"prometheus {first.prometheus:.3f} s")
    begin = wait_runs(daemon, prometheus, first.runs + 1, 600)
    # Looking costs, too: not before all runs should be over.
    time.sleep(arguments.runs * STEP / arguments.speed)
    end = wait_runs(daemon, prometheus, begin.runs + arguments.runs, 600)
    runs = end.runs - begin.runs
    seconds, used = (end.seconds - begin.seconds) / runs, (end.cpu - begin.cpu) / runs
    print(f"a later run (mean of {runs:.0f}):           {seconds:8.3f} s   {used:8.3f} s processor   "
          f"prometheus {(end.prometheus - begin.prometheus) / runs:.3f} s")
    print(f"  {end.series:.0f} series, {end.left_out:.0f} left out; a series {1e6 * used / end.series:.1f} us of processor; "
          f"each minute {100 * used / 60:.1f} % of a core")
    print(f"  written {(end.written - begin.written) / runs / 1e6:.2f} MB a run; "
          f"database {sum(p.stat().st_size for p in daemon.storage.iterdir()) / 1e6:.1f} MB")
    rss = mib(daemon, "VmRSS")
    print(f"  resident {rss:.0f} MiB, at most {mib(daemon, 'VmHWM'):.0f}, {empty:.0f} before the first run: "
          f"{1024 * (rss - empty) / end.series:.1f} KiB a series")
    began = time.monotonic()
    daemon.terminate(120)
    print(f"end: {time.monotonic() - began:.2f} s")


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="promwarden-bench-", dir=os.environ.get("PROMWARDEN_BENCH_DIR")))
    try:
        with harness.House(folder) as house:
            measure(house)
    except harness.Failure as failure:
        sys.exit(str(failure))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
