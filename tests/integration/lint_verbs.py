#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`promwarden-lint` as people and CI servers use it: check, ci, fix, baseline and the verbs that tell.

usage: lint_verbs.py LINT_BINARY
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

BINARY = ""

GOOD = """groups:
- name: web
  rules:
  - alert: Down
    expr: up{job="web"} == 0
    for: 5m
    labels: {severity: page}
    annotations: {runbook_url: "https://example.org/down"}
"""
BROKEN = GOOD.replace('up{job="web"} == 0', 'rate(up{job="web"}) == 0')


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="promwarden-lint-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "CI", "GIT_"))}
        self.environment.update(GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null", NO_COLOR="1")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def run_lint(self, *args, stdin=b"", where=".", **environment):
        run = subprocess.run([BINARY, *map(str, args)], input=stdin, capture_output=True, timeout=120, cwd=self.folder / where,
                             env={**self.environment, **environment})
        return run.returncode, run.stdout.decode(), run.stderr.decode()

    def findings(self, *args, **more):
        code, out, err = self.run_lint("check", "--format", "json", *args, **more)
        self.assertTrue(out, err)
        return code, json.loads(out)

    def ids(self, *args, **more):
        return {f["id"] for f in self.findings(*args, **more)[1]["findings"]}


class Check(Case):
    def test_exit_codes_tell_findings_from_mistakes_and_failures(self):
        self.write("good.yml", GOOD)
        self.write("bad.yml", BROKEN)
        self.assertEqual(self.run_lint("check", "good.yml")[0], 0)
        self.assertEqual(self.run_lint("check", "bad.yml")[0], 1)
        self.assertEqual(self.run_lint("check", "bad.yml", "--fail-on", "none")[0], 0)
        self.assertEqual(self.run_lint("check", "--no-such-option")[0], 2)
        self.assertEqual(self.run_lint("check", "--format", "jsn", "good.yml")[0], 2)
        self.assertEqual(self.run_lint("check", "--disable", "promql/nothing", "good.yml")[0], 2)
        self.assertEqual(self.run_lint("check", "missing.yml")[0], 3)
        self.assertEqual(self.run_lint("check", "--format", "json=no/such/folder.json", "good.yml")[0], 3)

    def test_walks_folders_in_order_and_takes_each_file_once(self):
        for name in ("b.yaml", "a.yml", "deep/er/c.yml", ".git/hidden.yml", "notes.txt"):
            self.write(name, GOOD)
        os.symlink(".", self.folder / "loop")
        os.symlink("a.yml", self.folder / "again.yml")
        code, report = self.findings(".", "a.yml", "--enable", "comment/*")
        self.assertEqual((code, report["summary"]["files"]), (0, 3))

    def test_reads_globs_and_excludes(self):
        for name in ("x/a.yml", "x/y/b.yml", "x/y/c.rules"):
            self.write(name, BROKEN)
        def files(*args):
            return sorted({f["file"] for f in self.findings(*args)[1]["findings"]})
        self.assertEqual(files("x/**/*.yml"), ["x/a.yml", "x/y/b.yml"])
        self.assertEqual(files("x/*.yml"), ["x/a.yml"])
        self.assertEqual(files("x/y/*"), ["x/y/b.yml", "x/y/c.rules"])
        self.assertEqual(files("x", "--exclude", "x/y/**"), ["x/a.yml"])
        code, report = self.findings("z/*.yml")
        self.assertEqual((code, report["unread"][0]["file"]), (3, "z/*.yml"))

    def test_reads_standard_input(self):
        self.assertIn("promql/syntax", self.ids("-", stdin=BROKEN.encode()))

    def test_says_one_thing_of_what_cannot_be_read_and_checks_the_rest(self):
        self.write("bad.yml", BROKEN)
        os.symlink("nowhere", self.folder / "dangling.yml")
        with open(self.folder / "huge.yml", "wb") as huge:
            huge.truncate(100 << 20)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.folder / "socket.yml"))
            code, report = self.findings(".", "socket.yml", "gone/")
        self.assertEqual(code, 3)
        unread = {u["file"]: u["message"] for u in report["unread"]}
        self.assertEqual(sorted(unread), ["dangling.yml", "gone/", "huge.yml", "socket.yml"])
        self.assertEqual(unread["huge.yml"], "larger than 64 MiB")
        self.assertIn("promql/syntax", {f["id"] for f in report["findings"]})

    def test_bytes_that_are_no_text_are_a_finding(self):
        self.write("binary.yml", bytes(range(256)) * 40)
        self.write("latin.yml", GOOD.replace("Down", "D\xf6wn").encode("latin-1"))
        code, report = self.findings("binary.yml", "latin.yml")
        self.assertEqual(code, 1)
        self.assertEqual({f["file"] for f in report["findings"] if f["severity"] == "error"}, {"binary.yml", "latin.yml"})

    def test_folders_hold_other_files_besides(self):
        self.write("prometheus.yml", "global: {}\nscrape_configs: []\nrule_files: [a.yml]\n")
        self.write("compose.yml", "services: {web: {image: x}}\n")
        self.write("unit_test.yml", "rule_files: [a.yml]\ntests: [{promql_expr_test: [{expr: up, eval_time: 1m}]}]\n")
        code, report = self.findings(".")
        self.assertEqual((code, report["findings"]), (2, []), "a folder without rules is no clean one")
        self.write("values.yaml", "rulesMap:\n  x:\n    groups: [{name: a, rules: [{alert: A, expr: up ==}]}]\n")
        self.write("users.yml", "user:\n  groups: [a, b]\n")
        self.write("members.yml", "groups: [{name: ops, members: [a]}]\n")
        self.write("grafana.yml", "apiVersion: 1\ngroups: [{name: a, rules: [{uid: a}]}]\n")
        code, report = self.findings(".")
        self.assertEqual((code, report["findings"]), (2, []), "nor are values of a chart, users, Grafana's own")
        self.write("resource.yml", "apiVersion: v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n" +
                   "".join("  " + line + "\n" for line in BROKEN.splitlines()))
        self.write("good.yml", GOOD)
        code, report = self.findings(".")
        self.assertEqual((code, {f["file"] for f in report["findings"] if f["severity"] == "error"}), (1, {"resource.yml"}))
        code, report = self.findings("compose.yml")
        self.assertEqual(code, 1, "what is named is meant to be a rule file")

    def test_tells_templates_of_helm_from_broken_files(self):
        self.write("helm.yaml", "{{- if .Values.alerts }}\n" + GOOD + "{{- end }}\n")
        code, report = self.findings(".")
        self.assertEqual((code, [f["id"] for f in report["findings"]]), (1, ["yaml/syntax"]))
        self.assertIn("helm template", report["findings"][0]["advice"])

    def test_bombs_and_depth_end_quickly(self):
        bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9))
        self.write("bomb.yml", bomb)
        self.write("deep.yml", "[" * 100000)
        code, report = self.findings("bomb.yml", "deep.yml")
        self.assertEqual((code, len(report["unread"])), (1, 0))

    def test_a_file_of_one_long_line_does_not_stand_in_each_finding(self):
        rules = [f'{{alert: Ä{i}, expr: "up =", for: 5m}}' for i in range(4000)]
        text = "groups: [{name: g, rules: [" + ",".join(rules) + "]}]\n"
        self.write("long.yml", text)
        code, report = self.findings("long.yml", "--enable", "promql/syntax")
        last = report["findings"][-1]
        self.assertEqual((code, len(report["findings"])), (1, 4000))
        self.assertEqual(last["start"]["col"], text.rindex("=") + 1)
        code, out, _ = self.run_lint("check", "long.yml", "--enable", "promql/syntax")
        self.assertEqual((code, max(map(len, out.splitlines()))), (1, 80))

    def test_writes_several_formats_at_once(self):
        self.write("bad.yml", BROKEN)
        code, out, _ = self.run_lint("check", "bad.yml", "--format", "console", "--format", "sarif=out.sarif", "--format", "junit=out.xml")
        self.assertEqual(code, 1)
        self.assertIn("^", out)
        self.assertEqual(json.loads((self.folder / "out.sarif").read_text())["version"], "2.1.0")
        self.assertIn("<testsuites", (self.folder / "out.xml").read_text())

    def test_writes_into_devices_without_replacing_them(self):
        self.write("good.yml", GOOD)
        os.mkfifo(self.folder / "pipe")
        reader = subprocess.Popen(["cat", str(self.folder / "pipe")], stdout=subprocess.PIPE)
        self.run_lint("check", "good.yml", "--format", "json=pipe", "--format", "plain=/dev/null")
        self.assertIn("findings", json.loads(reader.communicate(timeout=30)[0]))
        self.assertTrue(pathlib.Path("/dev/null").is_char_device())

    def test_github_gets_commands_and_a_summary(self):
        self.write("bad.yml", BROKEN)
        summary = self.folder / "summary.md"
        summary.write_text("before\n")
        _, out, _ = self.run_lint("check", "bad.yml", "--format", "github", GITHUB_STEP_SUMMARY=str(summary))
        self.assertIn("::error file=bad.yml,line=5,", out)
        self.assertTrue(summary.read_text().startswith("before\n### promwarden-lint: 1 error"))
        tokens = {self.run_lint("check", "bad.yml", "--format", "github")[1].split("::stop-commands::")[1].split()[0] for _ in range(3)}
        self.assertEqual(len(tokens), 3)

    def test_colours_only_when_told_to(self):
        self.write("bad.yml", BROKEN)
        self.assertNotIn("\x1b", self.run_lint("check", "bad.yml")[1])
        self.assertIn("\x1b[1;31m", self.run_lint("check", "bad.yml", "--color", "always")[1])

    def test_quiet_says_nothing_when_all_is_well(self):
        self.write("good.yml", GOOD)
        self.assertEqual(self.run_lint("check", "--quiet", "--min-severity", "error", "good.yml")[1:], ("", ""))
        self.assertIn("no findings", self.run_lint("check", "--min-severity", "error", "good.yml")[1])

    def test_runs_only_the_checks_that_are_asked_for(self):
        self.write("bad.yml", BROKEN.replace("for: 5m", "for: 0s"))
        self.assertEqual(self.ids("bad.yml", "--enable", "promql/*"), {"promql/syntax"})
        self.assertNotIn("promql/syntax", self.ids("bad.yml", "--disable", "promql/syntax"))

    def test_the_configuration_is_found_above_and_its_paths_begin_there(self):
        self.write(".promwarden-lint.yaml", "run: {paths: [rules]}\noverrides: [{match: {paths: ['rules/web/**']}, checks: {promql/syntax: hint}}]\n")
        self.write("rules/web/bad.yml", BROKEN)
        self.write("rules/db/bad.yml", BROKEN)
        def severities(*args, where="."):
            return sorted((f["file"], f["severity"]) for f in self.findings(*args, where=where)[1]["findings"] if f["id"] == "promql/syntax")
        self.assertEqual(severities(), [("rules/db/bad.yml", "error"), ("rules/web/bad.yml", "hint")])
        self.assertEqual(severities(where="rules/db"), [("../db/bad.yml", "error"), ("../web/bad.yml", "hint")])
        self.write("other/.git/HEAD", "")
        self.assertEqual(severities(where="other"), [], "a repository is a world of its own")

    def test_globs_of_the_configuration_begin_at_its_folder_wherever_it_runs(self):
        self.write(".promwarden-lint.yaml", "run: {exclude: ['rules/old/**'], schemas: [{paths: ['rules/k8s/*'], schema: auto}]}\n")
        self.write("rules/old/bad.yml", BROKEN)
        self.write("rules/new/bad.yml", BROKEN)
        self.write("rules/k8s/bad.rules", "kind: PrometheusRule\nspec:\n" + "".join("  " + line + "\n" for line in BROKEN.splitlines()))
        def files(*args, where):
            return {(f["file"], f["id"]) for f in self.findings(*args, where=where)[1]["findings"] if f["severity"] == "error"}
        syntax = "promql/syntax"
        self.assertEqual(files(".", "rules/k8s/bad.rules", where="."), {("rules/new/bad.yml", syntax), ("rules/k8s/bad.rules", syntax)})
        self.assertEqual(files(".", "k8s/bad.rules", where="rules"), {("new/bad.yml", syntax), ("k8s/bad.rules", syntax)})
        self.assertEqual(files("../new", "../old", where="rules/k8s"), {("../new/bad.yml", syntax)})

    def test_a_wrong_configuration_is_told_with_its_place(self):
        self.write("good.yml", GOOD)
        self.write("lint.yaml", "enviroment: {}\n")
        code, _, err = self.run_lint("check", "good.yml", "--config", "lint.yaml")
        self.assertEqual(code, 2)
        self.assertIn("lint.yaml:1:1: unknown key `enviroment` in `the file`; did you mean `environment`?", err)

    def test_the_number_of_threads_changes_nothing(self):
        for i in range(20):
            self.write(f"{i}.yml", BROKEN if i % 3 else GOOD)
        reports = [self.findings(".", "--threads", n)[1] for n in (1, 2, 7)]
        for report in reports:
            report["summary"]["elapsed_ms"] = 0
        self.assertEqual(reports[0], reports[1])
        self.assertEqual(reports[0], reports[2])


class Baseline(Case):
    def test_known_findings_are_not_told_until_they_change(self):
        self.write("bad.yml", BROKEN)
        self.assertEqual(self.run_lint("baseline", "create", "--baseline", "known.json")[0], 0)
        self.assertEqual(self.run_lint("baseline", "create", "--baseline", "known.json")[0], 2)
        code, report = self.findings("--baseline", "known.json")
        self.assertEqual((code, report["findings"]), (0, []))
        self.write("bad.yml", "# a line more\n" + BROKEN)
        self.assertEqual(self.findings("--baseline", "known.json")[0], 0)
        self.write("bad.yml", BROKEN.replace("Down", "Gone"))
        self.assertEqual(self.findings("--baseline", "known.json")[0], 1)
        self.assertEqual(self.run_lint("baseline", "update", "--baseline", "known.json")[0], 0)
        self.assertEqual(self.findings("--baseline", "known.json")[0], 0)
        self.write("bad.yml", GOOD)
        self.assertEqual(self.run_lint("baseline", "prune", "--baseline", "known.json")[0], 0)
        self.write("bad.yml", BROKEN)
        self.assertEqual(self.findings("--baseline", "known.json")[0], 1)

    def test_a_missing_baseline_is_a_mistake(self):
        self.write("good.yml", GOOD)
        code, _, err = self.run_lint("check", "--baseline", "none.json")
        self.assertEqual(code, 2)
        self.assertIn("baseline create", err)
        self.assertEqual(self.run_lint("baseline", "update")[0], 2)


    def test_writes_over_nothing_but_a_baseline(self):
        rules = self.write("bad.yml", BROKEN)
        for verb in ("update", "prune"):
            code, _, err = self.run_lint("baseline", verb, "--baseline", "bad.yml", "bad.yml")
            self.assertEqual((code, rules.read_text()), (2, BROKEN), err)


class Fix(Case):
    FIXABLE = GOOD.replace("for: 5m", "for: 0s # at once").replace("{severity: page}", "{severity: page, tier: 1}")

    def test_mends_files_once_and_for_all(self):
        path = self.write("a.yml", self.FIXABLE)
        path.chmod(0o640)
        code, diff, _ = self.run_lint("fix", "--diff")
        self.assertEqual(code, 1)
        self.assertIn('+    labels: {severity: page, tier: "1"}', diff)
        self.assertEqual(path.read_text(), self.FIXABLE)
        code, out, _ = self.run_lint("fix")
        self.assertEqual(code, 0)
        self.assertIn("in 1 file", out)
        self.assertEqual(path.stat().st_mode & 0o777, 0o640)
        mended = path.read_text()
        self.assertIn('tier: "1"', mended)
        self.assertEqual(self.run_lint("fix", "--diff")[:2], (0, ""))
        self.assertEqual(path.read_text(), mended)
        patched = self.write("b.yml", self.FIXABLE)
        subprocess.run(["patch", "--quiet", str(patched)], input=diff.encode(), check=True) if shutil.which("patch") else None
        if shutil.which("patch"):
            self.assertEqual(patched.read_text(), mended)

    def test_mends_resources_in_folders(self):
        self.write("resource.yaml", "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n" +
                   "".join("  " + line + "\n" for line in self.FIXABLE.splitlines()))
        self.assertEqual(self.run_lint("fix"), (0, "mended 1 finding in 1 file\n", ""))
        self.assertIn('tier: "1"', (self.folder / "resource.yaml").read_text())

    def test_follows_links_and_leaves_them(self):
        self.write("real/a.yml", self.FIXABLE)
        os.symlink("real/a.yml", self.folder / "link.yml")
        self.assertEqual(self.run_lint("fix", "link.yml")[0], 0)
        self.assertTrue((self.folder / "link.yml").is_symlink())
        self.assertIn('tier: "1"', (self.folder / "real/a.yml").read_text())

    def test_refuses_standard_input(self):
        self.assertEqual(self.run_lint("fix", "-")[0], 2)


class Ci(Case):
    def setUp(self):
        super().setUp()
        self.git("init", "-q", "-b", "main")
        self.write("rules/a.yml", BROKEN + BROKEN.replace("groups:\n", "").replace("web", "db"))
        self.write("rules/b.yml", GOOD)
        self.commit("base")
        self.git("checkout", "-q", "-b", "topic")

    def git(self, *args, where="."):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *args], cwd=self.folder / where, check=True,
                       capture_output=True, env=self.environment)

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def ci(self, *args, where=".", **environment):
        code, out, err = self.run_lint("ci", "--format", "json", "--enable", "promql/syntax", *args, where=where, **environment)
        return code, json.loads(out)["findings"] if out else None, err

    def test_tells_only_what_the_branch_changed(self):
        self.assertEqual(self.ci("--base", "main")[:2], (0, []))
        text = (self.folder / "rules/a.yml").read_text()
        self.write("rules/a.yml", "# moved down\n\n" + text.replace("for: 5m", "for: 6m", 1))
        self.commit("change")
        code, findings, err = self.ci("--base", "main")
        self.assertEqual((code, len(findings)), (1, 2), "a changed head concerns every rule")
        self.write("rules/a.yml", text.replace("for: 5m", "for: 6m", 1))
        code, findings, err = self.ci("--base", "main")
        self.assertEqual((code, [f["group"] for f in findings]), (1, ["web"]))
        self.assertIn("0 rules added, 1 modified", err)

    def test_nothing_that_hides_a_diff_hides_a_rule(self):
        text = (self.folder / "rules/a.yml").read_text().replace("for: 5m", "for: 6m", 1)
        self.write("rules/a.yml", text)
        self.git("config", "color.diff", "always")
        for attribute in ("-diff", "binary"):
            self.write(".gitattributes", f"*.yml {attribute}\n")
            self.assertEqual(self.ci("--base", "main")[0], 1, attribute)
        self.write("rules/a.yml", text + "# \0\n")
        self.assertEqual(self.run_lint("ci", "--base", "main")[0], 1, "bytes that git takes for no text")

    def test_lines_that_move_are_no_change(self):
        text = (self.folder / "rules/a.yml").read_text()
        first, second = text.split("- name: db")
        self.write("rules/a.yml", "groups:\n- name: db" + second + first.removeprefix("groups:\n"))
        self.assertEqual(self.ci("--base", "main")[:2], (0, []))

    def test_rules_that_change_places_are_no_change(self):
        rules = [f"  - alert: A{i}\n    expr: rate(up) == {i}\n" for i in range(3)]
        self.write("rules/c.yml", "groups:\n- name: c\n  rules:\n" + "".join(rules))
        self.commit("three")
        self.write("rules/c.yml", "groups:\n- name: c\n  rules:\n" + rules[2] + "  # new\n" + rules[1] + "\n" + rules[0])
        code, findings, _ = self.ci("--base", "HEAD")
        self.assertEqual((code, [f["rule"]["name"] for f in findings]), (1, ["A1"]))

    def test_rules_in_resources_are_compared_one_by_one_too(self):
        rule = "    - {{alert: {}, expr: rate(up) == 1, for: {}}}\n"
        def resource(duration):
            return ("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n  groups:\n  - name: g\n    rules:\n" +
                    rule.format("A", "5m") + rule.format("B", duration))
        self.write("rules/resource.yaml", resource("5m"))
        self.commit("resource")
        self.write("rules/resource.yaml", resource("6m"))
        code, findings, err = self.ci("--base", "HEAD")
        self.assertEqual((code, [f["rule"]["name"] for f in findings]), (1, ["B"]))
        self.assertIn("0 rules added, 1 modified", err)

    def test_new_files_count_before_git_knows_them(self):
        self.write("rules/new.yml", BROKEN)
        code, findings, _ = self.ci("--base", "main")
        self.assertEqual((code, [f["file"] for f in findings]), (1, ["rules/new.yml"]))
        code, findings, _ = self.ci("--base", "main", where="rules")
        self.assertEqual((code, [f["file"] for f in findings]), (1, ["new.yml"]))

    def test_renamed_files_are_no_change(self):
        self.git("mv", "rules/a.yml", "rules/odd name ü.yml")
        self.commit("rename")
        self.assertEqual(self.ci("--base", "main")[:2], (0, []))

    def test_what_main_did_meanwhile_is_not_told(self):
        self.git("checkout", "-q", "main")
        self.write("rules/b.yml", BROKEN)
        self.commit("main goes on")
        self.git("checkout", "-q", "topic")
        self.assertEqual(self.ci("--base", "main")[:2], (0, []))

    def test_changed_rules_are_held_against_those_that_did_not_change(self):
        self.write("rules/new.yml", GOOD)
        code, out, _ = self.run_lint("ci", "--format", "json", "--enable", "alert/duplicate", "--base", "main")
        self.assertEqual([f["file"] for f in json.loads(out)["findings"]], ["rules/new.yml"], out)

    def test_tells_who_reads_what_is_recorded_no_longer(self):
        self.git("checkout", "-q", "main")
        self.write("rules/records.yml", "groups:\n- name: r\n  rules:\n  - record: a:b:c\n    expr: sum(up)\n")
        self.write("rules/reads.yml", "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: a:b:c < 1\n")
        self.commit("both")
        self.git("checkout", "-q", "-b", "removes")
        (self.folder / "rules/records.yml").unlink()
        self.commit("remove")
        for add in ("", "groups:\n- name: r\n  rules:\n  - record: other\n    expr: sum(up)\n"):
            if add:
                self.write("rules/records.yml", add)
            code, out, _ = self.run_lint("ci", "--format", "json", "--enable", "graph/removed-dependency", "--base", "main")
            self.assertEqual((code, [f["file"] for f in json.loads(out)["findings"]]), (1, ["rules/reads.yml"]))

    def test_finds_the_base_from_the_server_and_from_origin(self):
        self.write("rules/b.yml", BROKEN)
        self.commit("break")
        self.assertEqual(self.ci(GITHUB_BASE_REF="main")[0], 1)
        self.assertEqual(self.ci(CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main")[0], 1)
        code, _, err = self.ci(GITHUB_BASE_REF="elsewhere")
        self.assertEqual(code, 3)
        self.assertIn("git fetch origin elsewhere", err)
        self.git("clone", "-q", ".", "clone")
        self.git("checkout", "-q", "-b", "new", "origin/main", where="clone")
        self.assertEqual(self.ci("--base", "origin/main", where="clone")[0], 0)

    def test_says_what_to_do_without_a_base_a_repository_or_history(self):
        code, _, err = self.ci()
        self.assertEqual(code, 3)
        self.assertIn("--base", err)
        self.write("rules/b.yml", BROKEN)
        self.commit("break")
        self.git("clone", "-q", "--depth", "1", "--no-single-branch", "file://" + str(self.folder), "shallow")
        code, _, err = self.ci("--base", "origin/main", where="shallow")
        self.assertEqual(code, 3)
        self.assertIn("fetch-depth: 0", err)
        outside = pathlib.Path(tempfile.mkdtemp(prefix="promwarden-outside-"))
        self.addCleanup(shutil.rmtree, outside)
        code, _, err = self.ci(where=outside)
        self.assertEqual(code, 3)
        self.assertIn("no git repository", err)

    def test_a_base_cannot_be_an_option(self):
        self.assertEqual(self.ci("--base=--output=x")[0], 3)
        self.assertFalse((self.folder / "x").exists())


class Telling(Case):
    def test_lists_and_explains_every_check(self):
        checks = json.loads(self.run_lint("list-checks", "--json")[1])
        self.assertGreater(len(checks), 40)
        self.assertEqual(len(self.run_lint("list-checks")[1].splitlines()), len(checks))
        for check in checks[:5]:
            code, out, _ = self.run_lint("explain", check["id"])
            self.assertEqual(code, 0)
            self.assertIn(check["summary"], out)
        self.assertIn("yaml/syntax:", self.run_lint("explain", "yaml/parse")[1])
        code, _, err = self.run_lint("explain", "promql/syntx")
        self.assertEqual(code, 2)
        self.assertIn("did you mean `promql/syntax`?", err)

    def test_validates_configurations_and_prints_schemas(self):
        self.write("good.yaml", "run: {paths: [rules]}\n")
        self.assertEqual(self.run_lint("config", "validate", "good.yaml")[0], 0)
        self.assertEqual(self.run_lint("config", "validate")[0], 2)
        for what in ("config", "findings"):
            self.assertIn("properties", json.loads(self.run_lint("config", "schema", what)[1]))

    def test_draws_who_reads_whom(self):
        self.write("a.yml", 'groups:\n- name: g\n  rules:\n  - {record: "a:b", expr: sum(x)}\n  - {alert: "A \\"q\\"", expr: "a:b > 1"}\n')
        self.assertIn("r0 -> r1;", self.run_lint("graph")[1])
        self.assertIn("r0 --> r1", self.run_lint("graph", "--format", "mermaid")[1])
        graph = json.loads(self.run_lint("graph", "--format", "json")[1])
        self.assertEqual(graph["reads"], [{"reader": 1, "producer": 0, "metric": "a:b"}])

    def test_counts_what_alerts_cover(self):
        self.write("a.yml", GOOD)
        self.write("t.yml", "rule_files: [a.yml]\ntests: [{alert_rule_test: [{alertname: Down}]}]\n")
        coverage = json.loads(self.run_lint("coverage", "a.yml", "--tests", "t.yml", "--format", "json")[1])
        self.assertEqual(coverage["summary"], {"alerts": 1, "with_runbook": 1, "tested_alerts": 1, "records": 0, "tested_records": 0})
        self.assertEqual(coverage["by_severity"], {"page": 1})
        self.assertEqual(coverage["by_metric"], {"up": 1})
        self.assertIn("| Down | page | – | yes | no |", self.run_lint("coverage", "a.yml")[1])


if __name__ == "__main__":
    BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
