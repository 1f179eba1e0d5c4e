#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`promwarden backtest` as a user starts it. usage: backtest_verb.py PROMWARDEN"""
import csv
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop()


def backtest(text, *options):
    with tempfile.TemporaryDirectory() as folder:
        source, scores = pathlib.Path(folder, "in.csv"), pathlib.Path(folder, "out.csv")
        source.write_text(text)
        done = subprocess.run([PROGRAM, "backtest", "--csv", source, "--scores", scores, *options],
                              capture_output=True, text=True, check=False)
        rows = list(csv.DictReader(scores.open())) if scores.exists() else []
        return done, rows


class Backtest(unittest.TestCase):
    def test_writes_one_row_per_row_with_time_and_value_as_they_were(self):
        text = "timestamp,value\n" + "".join(
            f"2026-03-01 {i // 12:02}:{i % 12 * 5:02}:00,{i % 7}.50\n" for i in range(200))
        done, rows = backtest(text)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(rows), 200)
        self.assertEqual(list(rows[0]), ["timestamp", "value", "expected", "lower", "upper", "score", "anomalous"])
        self.assertEqual(rows[13]["timestamp"], "2026-03-01 01:05:00")
        self.assertEqual(rows[13]["value"], "6.50")

    def test_takes_epochs_rfc_3339_and_missing_values_without_a_heading(self):
        done, rows = backtest("1795000000,1\n2026-11-18T15:11:40+01:00,\n1795000600.5,nan\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([row["score"] for row in rows], ["0", "0", "0"])

    def test_says_which_line_cannot_be_read(self):
        done, _ = backtest("timestamp,value\n2026-03-01 00:00:00,1\nyesterday,2\n")
        self.assertEqual(done.returncode, 2)
        self.assertIn("line 3", done.stderr)

    def test_a_larger_budget_raises_more(self):
        rng = random.Random(5)
        text = "".join(f"{1795000000 + 300 * i},{100 + rng.gauss(0, 1) ** 3}\n" for i in range(6000))
        few, many = (sum(row["anomalous"] == "1" for row in backtest(text, "--alert-budget", budget)[1])
                     for budget in ("1/30d", "5/1d"))
        self.assertGreater(many, few)

    def test_says_that_there_is_no_such_detector(self):
        done, _ = backtest("1,1\n", "--detector", "oracle")
        self.assertEqual(done.returncode, 2)
        self.assertIn("oracle", done.stderr)
        done, _ = backtest("1,1\n", "--detector", "cost_increse")
        self.assertIn("did you mean cost_increase?", done.stderr)
        for name in ("auto", "seasonal", "drop", "budget_use"):
            self.assertIn(name, done.stderr)

    # Six weeks of hours with quiet weekends; in the last, a day of twice the cost.
    COSTS = "".join(
        f"{1795000000 + 3600 * i},{(200 if 38 * 24 <= i < 39 * 24 else 100) * (1 if i // 24 % 7 < 5 else 0.4)}\n"
        for i in range(42 * 24))

    def test_holds_the_fixed_limits_of_a_domain_check_against_the_weeks_before(self):
        done, rows = backtest(self.COSTS, "--detector", "cost_increase")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([i for i, row in enumerate(rows) if row["anomalous"] == "1"], list(range(38 * 24, 39 * 24)))
        self.assertEqual(rows[38 * 24]["upper"], "125")
        self.assertIn("learning for 336 of them", done.stdout)
        self.assertIn("critical   200 is 2 times what is normal here (100), limit 2\n", done.stdout)
        self.assertRegex(done.stdout, r"1 alert in 4w: [0-9.]+ a day\n$")
        self.assertEqual(sum(row["anomalous"] == "1" for row in backtest(self.COSTS, "--detector", "drop")[1]), 0)

    def test_a_domain_check_keeps_to_no_budget(self):
        done, _ = backtest(self.COSTS, "--detector", "drop", "--alert-budget", "1/7d")
        self.assertEqual(done.returncode, 2)
        self.assertIn("drop has fixed limits", done.stderr)


if __name__ == "__main__":
    unittest.main()
