#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`promwarden forecast` as a user starts it, with a stand-in for Prometheus. usage: forecast_verb.py PROMWARDEN"""
import csv
import http.server
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

PROGRAM = sys.argv.pop()


def run(*arguments, files=None):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (files or {}).items():
            pathlib.Path(folder, name).write_text(text)
        done = subprocess.run([PROGRAM, "forecast", *arguments], capture_output=True, text=True, check=False, cwd=folder)
        return done.returncode, done.stdout, done.stderr


def daily(points, seed=1, slope=0.0, noise=1.0):
    rng = random.Random(seed)
    return [100 + slope * i + 20 * math.sin(2 * math.pi * i / 24) + rng.gauss(0, noise) for i in range(points)]


def hourly_csv(values, start=1_795_000_000):
    return "timestamp,value\n" + "".join(f"{start + 3600 * i},{v}\n" for i, v in enumerate(values))


class Wide(unittest.TestCase):
    def test_answers_each_series_in_order(self):
        rows = {"b": daily(480), "a": [5.0] * 300, '"x,y"': daily(60, seed=3)}
        text = "".join(f"{name},{','.join(map(str, values))},,\n" for name, values in rows.items())
        code, out, err = run("--wide", "in.csv", "--horizon", "12", files={"in.csv": text})
        self.assertEqual((code, err), (0, ""))
        lines = out.splitlines()
        self.assertEqual([line.rsplit(",", 12)[0] for line in lines], list(rows))
        self.assertEqual(lines[1], "a" + ",5" * 12)
        for h, value in enumerate(lines[0].split(",")[1:]):
            self.assertAlmostEqual(float(value), 100 + 20 * math.sin(2 * math.pi * h / 24), delta=2)

    def test_names_line_and_column_of_what_is_no_number(self):
        code, out, err = run("--wide", "in.csv", "--horizon", "2", files={"in.csv": "id,V1,V2\na,1,2\nb,1,two\n"})
        self.assertEqual((code, out), (2, ""))
        self.assertIn('in.csv: line 3, column 3: "two" is not a number', err)

    def test_says_which_series_is_empty(self):
        code, out, err = run("--wide", "in.csv", "--horizon", "2", files={"in.csv": "a,1,2,3\nb,,\n"})
        self.assertEqual((code, out), (1, "a,3,3\n"))
        self.assertIn("b: there is no value", err)


class Csv(unittest.TestCase):
    def test_goes_on_where_the_file_ends(self):
        code, out, _ = run("--csv", "in.csv", "--horizon", "30", files={"in.csv": hourly_csv(daily(720))})
        self.assertEqual(code, 0)
        rows = list(csv.DictReader(out.splitlines()))
        self.assertEqual(list(rows[0]), ["timestamp", "expected", "lower", "upper"])
        self.assertEqual(rows[0]["timestamp"], "2026-12-18T11:06:40Z")
        for row in rows:
            self.assertLess(float(row["lower"]), float(row["expected"]))
            self.assertGreater(float(row["upper"]), float(row["expected"]))

    def test_says_when_a_threshold_is_reached(self):
        text = hourly_csv(daily(720, slope=1, noise=0.5))
        _, out, _ = run("--csv", "in.csv", "--horizon", "100", "--threshold", "880", files={"in.csv": text})
        self.assertRegex(out.splitlines()[-1], r"^# rises to 880 at 2026-12-20T\d\d:06:40Z \(in 2d.*\); with 95 % "
                                               r"certainty not before 2026-12-\d\dT")
        _, out, _ = run("--csv", "in.csv", "--horizon", "5", "--threshold", "40", files={"in.csv": text})
        self.assertEqual(out.splitlines()[-1], "# is not expected to fall to 40 within 5h")

    def test_refuses_nonsense(self):
        for arguments, words in ((("--csv", "in.csv", "--horizon", "0"), "--horizon"),
                                 (("--horizon", "3"), "--csv and --query"),
                                 (("--csv", "none.csv", "--horizon", "3"), "none.csv: "),
                                 (("--csv", "in.csv", "--horizon", "3", "--period", "x"), "--period x"),
                                 (("--csv", "in.csv", "--horizon", "3", "--threshold", "x"), "--threshold x"),
                                 (("--query", "up", "--horizon", "3"), "--prometheus.url")):
            code, out, err = run(*arguments, files={"in.csv": hourly_csv(daily(50))})
            self.assertEqual((code, out), (2, ""), arguments)
            self.assertIn(words, err)


class StandIn(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):  # pylint: disable=invalid-name
        question = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        self.asked.append(question)
        start, end, step = (float(question[key][0]) for key in ("start", "end", "step"))
        count = int((end - start) / step) + 1
        series = [{"metric": {"__name__": "m", "host": host},
                   "values": [[start + i * step, str(100 + i % 24)] for i in range(count)]} for host in ('a"b', "c")]
        body = json.dumps({"status": "success", "data": {"resultType": "matrix", "result": series}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Query(unittest.TestCase):
    def test_asks_prometheus_and_names_each_series(self):
        with http.server.HTTPServer(("127.0.0.1", 0), StandIn) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            code, out, err = run("--query", "m", "--prometheus.url", f"http://127.0.0.1:{server.server_port}",
                                 "--since", "10d", "--step", "1h", "--horizon", "24", "--until", "2026-11-21T12:30:00Z")
            server.shutdown()
        self.assertEqual(code, 0, err)
        rows = list(csv.DictReader(out.splitlines()))
        self.assertEqual(len(rows), 48)
        self.assertEqual(rows[0]["series"], 'm{host="a\\"b"}')
        self.assertEqual(rows[0]["timestamp"], "2026-11-21T13:00:00Z")
        for h, row in enumerate(rows[:24]):
            self.assertAlmostEqual(float(row["expected"]), 100 + (h + 1) % 24, delta=0.01)
        self.assertIn("season 24 steps", err)


if __name__ == "__main__":
    unittest.main()
