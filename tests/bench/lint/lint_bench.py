#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long `promwarden-lint check` takes with every check, beside `promtool check rules` on the same files in the same run; how it
grows with the number of rules; and `promwarden-lint ci` on a branch that changes 20 rules of 10,000.

usage: lint_bench.py LINT_BINARY [--rules 1000,10000,100000] [--rounds 3]
The rules are real ones, put together by shared/check/make_rules.py ($PROMWARDEN_SHARED, default ../shared beside the repository).
Each figure is the best of the rounds, in which the programs take turns; every run is a new process.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
SHARED = pathlib.Path(os.environ.get("PROMWARDEN_SHARED", ROOT.parent / "shared"))


def measure(command, folder, stdout=subprocess.DEVNULL):
    """Seconds, and the peak of its memory in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=stdout, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 3):
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return elapsed, usage.ru_maxrss / 1024


def best(runs):
    return min(r[0] for r in runs), max(r[1] for r in runs)


def git(folder, *arguments):
    subprocess.run(["git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", *arguments], cwd=folder, check=True,
                   capture_output=True)


def change_rules(folder, count):
    """Changes the threshold of `count` rules, spread over the files."""
    changed = 0
    for path in sorted(folder.glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        edited, found = re.subn(r"^( +for: [^#\n]*)$", r"\1 # longer", text, count=1, flags=re.M)
        if found and changed < count:
            path.write_text(edited, encoding="utf-8")
            changed += 1
    return changed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--rules", default="1000,10000,100000")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    maker = SHARED / "check/make_rules.py"
    promtool = shutil.which("promtool")
    if not maker.exists() or promtool is None:
        print(f"skipped: {maker} or promtool is missing")
        return 77
    sizes = [int(n) for n in options.rules.split(",")]
    print(f"{'rules':>7}  {'lint':>8}  {'a rule':>8}  {'memory':>8}  {'promtool':>8}  {'memory':>8}  ratio")
    with tempfile.TemporaryDirectory() as top:
        for size in sizes:
            folder = pathlib.Path(top) / str(size)
            subprocess.run([sys.executable, maker, "--rules", str(size), "--files", str(max(10, size // 100)), "--seed", "1", folder],
                           check=True, capture_output=True)
            files = sorted(p.name for p in folder.iterdir())
            ours, theirs = [], []
            for _ in range(options.rounds):
                ours.append(measure([binary, "check", "--no-config", "--format", "json=/dev/null", "."], folder))
                theirs.append(measure([promtool, "check", "rules", *files], folder))
            (seconds, memory), (others, their_memory) = best(ours), best(theirs)
            print(f"{size:>7}  {seconds:>6.2f} s  {seconds / size * 1e6:>5.0f} µs  {memory:>4.0f} MiB  {others:>6.2f} s  "
                  f"{their_memory:>4.0f} MiB  1/{others / seconds:.1f}", flush=True)
        folder = pathlib.Path(top) / str(min(sizes, key=lambda n: abs(n - 10000)))
        git(folder, "init", "-q", "-b", "main")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "base")
        git(folder, "checkout", "-q", "-b", "topic")
        changed = change_rules(folder, 20)
        git(folder, "commit", "-q", "-a", "-m", "change")
        runs = [measure([binary, "ci", "--no-config", "--base", "main", "--format", "json=/dev/null"], folder)
                for _ in range(max(3, options.rounds))]
        seconds, memory = best(runs)
        print(f"ci, {changed} rules of {folder.name} changed: {seconds * 1000:.0f} ms, {memory:.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
