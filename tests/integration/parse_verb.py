#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`promwarden-lint parse` as scripts and people use it.

usage: parse_verb.py LINT_BINARY
"""
import json
import subprocess
import sys
import unittest

BINARY = ""


def run(*args, text=""):
    done = subprocess.run([BINARY, "parse", *args], input=text.encode(), capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def ask(*questions, args=()):
    code, out, _ = run("--json", *args, text="".join(json.dumps(q) + "\n" for q in questions))
    assert code == 0, code
    return [json.loads(line) for line in out.splitlines()]


class Json(unittest.TestCase):
    def test_answers_in_order(self):
        self.assertEqual(ask("sum(a)by(b)", "a b"), [
            {"ok": True, "type": "vector", "canonical": "sum by (b) (a)"},
            {"ok": False, "errors": [{"start": 2, "end": 3,
                                      "message": "unexpected `b`, expected an operator or the end of the expression"}]}])

    def test_counts_bytes(self):
        self.assertEqual(ask('{"é"} é')[0]["errors"][0]["start"], 7)

    def test_features_change_the_answer(self):
        self.assertFalse(ask("limitk(1, a)")[0]["ok"])
        self.assertTrue(ask("limitk(1, a)", args=["--enable-feature=promql-experimental-functions"])[0]["ok"])
        both = "promql-experimental-functions,promql-binop-fill-modifiers"
        self.assertTrue(ask("limitk(1, a + fill(0) b)", args=["--enable-feature", both])[0]["ok"])

    def test_target_refuses_what_came_later(self):
        self.assertFalse(ask('{"a b"}', args=["--target=2.53"])[0]["ok"])
        self.assertTrue(ask('{"a b"}', args=["--target=3.0"])[0]["ok"])
        self.assertEqual(run("--target", "three", "a")[0], 2)

    def test_selectors(self):
        self.assertEqual(ask('foo{a!~"b"}', "sum(a)", args=["--selector"])[0], {"ok": True, "matchers": [
            {"name": "a", "op": "!~", "value": "b"}, {"name": "__name__", "op": "=", "value": "foo"}]})

    def test_bad_lines_keep_the_step(self):
        code, out, _ = run("--json", text='"a\n5\n\n"b"')
        self.assertEqual(code, 0)
        self.assertEqual([json.loads(line)["ok"] for line in out.splitlines()], [False, False, False, True])

    def test_answers_before_the_next_question(self):
        with subprocess.Popen([BINARY, "parse", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            for number in range(3):
                process.stdin.write(f'"{number}"\n'.encode())
                process.stdin.flush()
                self.assertEqual(json.loads(process.stdout.readline())["canonical"], str(number))
            process.stdin.close()

    def test_many_lines(self):
        answers = ask(*[f"a{n} + {n}" for n in range(50_000)])
        self.assertEqual(answers[-1]["canonical"], "a49999 + 49999")
        self.assertEqual(len(answers), 50_000)


class Text(unittest.TestCase):
    def test_prints_the_canonical_form(self):
        self.assertEqual(run("a+b", "1"), (0, "a + b\n1\n", ""))
        self.assertEqual(run(text="a+b\n")[1], "a + b\n")

    def test_marks_the_place(self):
        code, out, err = run('día{"é"} +')
        self.assertEqual((code, out), (1, ""))
        self.assertEqual(err, '1:2: unexpected character: "í"\n  día{"é"} +\n   ^^^^^^^^^\n')

    def test_columns_are_characters(self):
        self.assertEqual(run('"é" )')[2].replace("é", "e"), run('"e" )')[2])

    def test_refuses_unknown_options(self):
        self.assertEqual(run("--nonsense")[0], 2)


if __name__ == "__main__":
    BINARY = sys.argv.pop(1)
    unittest.main()
