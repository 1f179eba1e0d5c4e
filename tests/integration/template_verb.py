#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`promwarden-lint template` as people use it.

usage: template_verb.py LINT_BINARY
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

BINARY = ""


def run(*args):
    done = subprocess.run([BINARY, "template", *args], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class Options(unittest.TestCase):
    def test_the_text_may_stand_behind_labels(self):
        text = "{{ $labels.job }} {{ $labels.env }}"
        self.assertEqual(run("--label", "job=api", "--label", "env=eu", text), (0, "api eu\n", ""))
        self.assertEqual(run(text, "--label", "job=api", "--label", "env=eu"), (0, "api eu\n", ""))

    def test_the_text_may_stand_behind_files(self):
        with tempfile.TemporaryDirectory() as folder:
            webhook, named = pathlib.Path(folder, "webhook.json"), pathlib.Path(folder, "my.tmpl")
            webhook.write_text('{"version": "4", "status": "firing", "alerts": []}')
            named.write_text('{{ define "mine" }}it is {{ .Status }}{{ end }}')
            self.assertEqual(run("--alertmanager", "--data", str(webhook), "--templates", str(named),
                                 '{{ template "mine" . }}'), (0, "it is firing\n", ""))

    def test_a_wrong_command_line_is_not_a_failure_to_read(self):
        for wrong in ((), ("--label", "job", "x"), ("--value", "much", "x")):
            self.assertEqual(run(*wrong)[0], 2, wrong)
        for unread in (("--data", "/nowhere.json"), ("--data", "/"), ("--templates", "/"), ("--data", BINARY)):
            self.assertEqual(run("--alertmanager", *unread, "x")[0], 3, unread)


if __name__ == "__main__":
    BINARY = sys.argv.pop(1)
    unittest.main()
