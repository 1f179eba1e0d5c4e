#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`promwarden chart` and the picture of `backtest` as a user starts them. usage: chart_verb.py PROMWARDEN"""
import math
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop()


def daily(points):
    rng = random.Random(1)
    values = [100 + 20 * math.sin(2 * math.pi * i / 288) + rng.gauss(0, 1) for i in range(points)]
    values[1500:1510] = [400] * 10
    return "timestamp,value\n" + "".join(f"{1_795_000_000 + 300 * i},{v}\n" for i, v in enumerate(values))


def run(*arguments, text=daily(1800)):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "in.csv").write_text(text)
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, cwd=folder)
        png = pathlib.Path(folder, "out.png")
        return done.returncode, done.stdout, done.stderr, png.read_bytes() if png.exists() else b""


def size(png):
    return struct.unpack(">II", png[16:24]) if png.startswith(b"\x89PNG\r\n\x1a\n") else None


class Chart(unittest.TestCase):
    def test_writes_a_small_picture_with_a_palette(self):
        code, out, err, png = run("chart", "--csv", "in.csv", "--out", "out.png")
        self.assertEqual((code, out, err), (0, "out.png\n", ""))
        self.assertEqual(size(png), (800, 400))
        self.assertEqual(png[24:26], b"\x08\x03")
        self.assertLessEqual(len(png), 40 * 1024)

    def test_each_flag_changes_the_picture(self):
        plain = run("chart", "--csv", "in.csv", "--out", "out.png")[3]
        for flags in (("--dark",), ("--threshold", "200"), ("--last", "1d"), ("--title", "a"), ("--unit", "bytes"),
                      ("--mark", "2026-11-20T00:00:00Z"), ("--maintenance", "2026-11-19T00:00:00Z/2026-11-20T00:00:00Z"),
                      ("--horizon", "288"), ("--detector", "ewma")):
            code, _, err, png = run("chart", "--csv", "in.csv", "--out", "out.png", *flags)
            self.assertEqual((code, err), (0, ""), flags)
            self.assertNotEqual(png, plain, flags)
        self.assertEqual(size(run("chart", "--csv", "in.csv", "--out", "out.png", "--width", "320", "--height", "200")[3]), (320, 200))

    def test_refuses_nonsense(self):
        for flags in (("--threshold", "x"), ("--last", "x"), ("--unit", "x"), ("--mark", "x"), ("--maintenance", "x"),
                      ("--maintenance", "2026-11-20T00:00:00Z"), ("--detector", "x")):
            code, _, err, png = run("chart", "--csv", "in.csv", "--out", "out.png", *flags)
            self.assertEqual((code, png), (2, b""), flags)
            self.assertIn("x" if flags[1] == "x" and flags[0] != "--unit" else flags[0], err)

    def test_bears_what_cannot_be_drawn(self):
        for text in ("1,nan\n", "1,1\n1,2\n", "1,1e308\n2,-1e308\n"):
            code, _, err, png = run("chart", "--csv", "in.csv", "--out", "out.png", "--horizon", "3", text=text)
            self.assertEqual(code, 0, err)
            self.assertEqual(size(png), (800, 400))


class Backtest(unittest.TestCase):
    def test_reports_the_episode_and_draws_it(self):
        code, out, err, png = run("backtest", "--csv", "in.csv", "--png", "out.png", "--detector", "holt_winters")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(size(png), (800, 400))
        self.assertIn("2026-11-23T16:06:40Z", out)
        self.assertRegex(out.splitlines()[-1], r"\d+ alerts? in 6d\d*h?: .* a day; the budget 1/30d allows 0.033333")


if __name__ == "__main__":
    unittest.main()
