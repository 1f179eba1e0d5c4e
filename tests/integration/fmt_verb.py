#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`promwarden-lint fmt` as scripts and people use it.

usage: fmt_verb.py LINT_BINARY
"""
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

BINARY = ""
UGLY = """# top
groups:
- name: a
  rules:
  - alert: A   # beside
    expr: up==0
    for: 5m
  - record: b
    expr: sum(rate(http_requests_total{code=~"5.."}[5m]))/sum(rate(http_requests_total{method="get"}[5m]))
    labels: {a:  b}
"""
NEAT = """# top
groups:
- name: a
  rules:
  - alert: A   # beside
    expr: up == 0
    for: 5m
  - record: b
    expr: |
      sum(rate(http_requests_total{code=~"5.."}[5m]))
      /
      sum(rate(http_requests_total{method="get"}[5m]))
    labels: {a:  b}
"""


def run(*args, text="", cwd=None):
    done = subprocess.run([BINARY, "fmt", *args], input=text.encode(), capture_output=True, timeout=60, cwd=cwd)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.file = self.folder / "a.yml"
        self.file.write_text(UGLY)

    def test_prints_what_is_laid_out(self):
        self.assertEqual(run(str(self.file)), (0, NEAT, ""))
        self.assertEqual(run(text=UGLY), (0, NEAT, ""))
        self.assertEqual(self.file.read_text(), UGLY)

    def test_laying_out_twice_changes_nothing(self):
        self.assertEqual(run(text=NEAT), (0, NEAT, ""))
        self.assertEqual(run("--check", "-", text=NEAT), (0, "", ""))

    def test_check_names_files_and_fails(self):
        neat = self.folder / "b.yml"
        neat.write_text(NEAT)
        self.assertEqual(run("--check", "a.yml", "b.yml", cwd=self.folder), (1, "a.yml\n", ""))
        self.assertEqual(self.file.read_text(), UGLY)

    def test_write_keeps_permissions_and_follows_links(self):
        self.file.chmod(0o640)
        (self.folder / "link.yml").symlink_to("a.yml")
        self.assertEqual(run("-w", "link.yml", cwd=self.folder), (0, "", "link.yml\n"))
        self.assertEqual(self.file.read_text(), NEAT)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o640)
        self.assertTrue((self.folder / "link.yml").is_symlink())
        self.assertEqual(sorted(os.listdir(self.folder)), ["a.yml", "link.yml"])
        before = self.file.stat().st_ino
        self.assertEqual(run("-w", str(self.file)), (0, "", ""))
        self.assertEqual(self.file.stat().st_ino, before, "what is laid out is not written again")

    def test_diff_can_be_applied(self):
        for content in (UGLY, UGLY + UGLY.replace("# top\ngroups:\n- name: a", "- name: b"), UGLY.rstrip("\n"),
                        "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up==0"):
            self.file.write_text(content)
            code, diff, _ = run("--diff", "a.yml", cwd=self.folder)
            self.assertEqual(code, 0)
            _, wanted, _ = run(text=content)
            subprocess.run(["patch", "-p1", "--fuzz=0"], input=diff.encode(), cwd=self.folder, check=True,
                           capture_output=True)
            self.assertEqual(self.file.read_text(), wanted)
            self.assertEqual(run("--diff", "--check", "a.yml", cwd=self.folder), (0, "", ""))

    def test_errors_are_told_and_left(self):
        self.file.write_text(UGLY.replace("up==0", "up=="))
        code, out, err = run(str(self.file))
        self.assertEqual((code, "expr: up==\n" in out, "sum(rate" in out), (1, True, True))
        self.assertEqual(err, f"{self.file}:6:11: left as it is: the expression has errors\n")

    def test_what_is_no_yaml_is_not_touched(self):
        self.file.write_text(UGLY + "  x: [\n")
        code, out, err = run("-w", str(self.file))
        self.assertEqual((code, out), (1, ""))
        self.assertIn(f"{self.file}:", err)
        self.assertEqual(self.file.read_text(), UGLY + "  x: [\n")
        self.assertEqual(run("nowhere.yml")[0], 3)
        self.assertEqual(run("--expr", "-w", "a")[0], 2)

    def test_folders_are_walked(self):
        (self.folder / "sub").mkdir()
        (self.folder / "sub" / "b.yaml").write_text(UGLY)
        self.assertEqual(run("--check", ".", cwd=self.folder), (1, "a.yml\nsub/b.yaml\n", ""))


class Expressions(unittest.TestCase):
    def test_are_laid_out(self):
        self.assertEqual(run("--expr", "sum(a)by(b)", "a+b"), (0, "sum by (b) (a)\na + b\n", ""))
        self.assertEqual(run("--expr", text="sum(a) # c"), (0, "sum(a) # c\n", ""))
        self.assertIn("\n", run("--expr", "--width", "30", "some_long_metric + other_long_metric")[1][:-1])

    def test_errors_have_places(self):
        code, out, err = run("--expr", "sum(\nrate(a))")
        self.assertEqual((code, out), (1, ""))
        self.assertTrue(err.startswith("2:6: "), err)


class Help(unittest.TestCase):
    def test_every_verb_shows_how_it_is_used(self):
        for verb in ("parse", "fmt", "template"):
            done = subprocess.run([BINARY, verb, "--help"], capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 0)
            self.assertIn("Examples:", done.stdout.decode())
        done = subprocess.run([BINARY, "--help"], capture_output=True, timeout=60)
        self.assertIn("promwarden-lint fmt", done.stdout.decode())


if __name__ == "__main__":
    BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
