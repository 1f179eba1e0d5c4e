# SPDX-License-Identifier: Apache-2.0
"""Holds what promql/analysis claims against what Prometheus answers: random expressions over series with few labels and
values, and every part of them. A claim that any answer contradicts is a defect.

    analysis_facts.py FACTS_PROGRAM [EXPRESSIONS [SEED]]
"""
import json
import math
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

NOW = 1_700_000_000
METRICS = ("a", "b", "c", "up", "d_total", "e_ratio", "f_bucket")
LABELS = ("x", "y", "z")
IMPOSSIBLE, DEAD_BRANCH, NEVER_EXCLUDES, ALWAYS_ADDS, NEVER_ADDS, KEY_ON_NEITHER, REPEATS, MISSING, IS_KEY = range(9)


def series(rng):
    """(metric, labels) → values, one a minute for two hours."""
    out = {}
    for metric in METRICS:
        for _ in range(7):
            labels = {name: rng.choice("123") for name in LABELS if rng.random() < 0.75}
            if metric == "f_bucket":
                labels["le"] = rng.choice(("1", "5", "+Inf"))
            value, values = rng.choice((-3, 0, 1, 7)), []
            for _ in range(120):
                if metric == "up":
                    value = rng.choice((0, 1))
                elif metric.endswith(("_total", "_bucket")):
                    value = 0 if rng.random() < 0.02 else max(value, 0) + rng.choice((0, 0, 1, 3))
                elif metric == "e_ratio":
                    value = rng.random()
                else:
                    value += rng.choice((-2, -0.5, 0, 0.5, 2))
                values.append(value)
            out[metric, tuple(sorted(labels.items()))] = values
    return out


def open_metrics(data):
    lines = []
    for metric in METRICS:
        for (name, labels), values in data.items():
            if name != metric:
                continue
            text = ",".join(f'{key}="{value}"' for key, value in labels)
            for i, value in enumerate(values):
                lines.append(f"{name}{{{text}}} {value} {NOW - 60 * (len(values) - 1 - i)}")
    return "\n".join(lines) + "\n# EOF\n"


class Generator:
    """Random expressions that Debian's Prometheus understands."""

    def __init__(self, rng):
        self.rng = rng

    def pick(self, *options):
        return self.rng.choice(options)

    def labels(self, at_most=2):
        return ", ".join(self.rng.sample(LABELS, self.rng.randint(0, at_most)))

    def selector(self, metrics=METRICS):
        matchers = []
        for _ in range(self.rng.choice((0, 0, 1, 1, 2))):
            value = self.pick("1", "2", "", "1|2", "2|3", ".*", ".+", "1|", "[12]", "3?")
            is_plain = value in ("1", "2", "")
            operator = self.pick("=", "!=") if is_plain and self.rng.random() < 0.7 else self.pick("=~", "!~")
            matchers.append(f'{self.rng.choice(LABELS)}{operator}"{value}"')
        return self.rng.choice(metrics) + ("{" + ",".join(matchers) + "}" if matchers else "")

    def number(self):
        return self.pick("0", "1", "2", "5", "-1", "0.5", "100", "0", "1")

    def scalar(self, depth):
        if depth <= 0 or self.rng.random() < 0.7:
            return self.number()
        return self.pick("time()", "pi()", f"scalar({self.vector(depth - 1)})",
                         f"({self.scalar(depth - 1)} {self.pick('+', '-', '*', '/', '%', '^')} {self.number()})",
                         f"({self.scalar(depth - 1)} {self.pick('<', '>', '==')} bool {self.number()})")

    def matrix(self, depth):
        if depth <= 0 or self.rng.random() < 0.7:
            return self.selector() + self.pick("[5m]", "[10m]", "[1h]")
        return f"({self.vector(depth - 1)})" + self.pick("[10m:1m]", "[5m:1m]")

    def matching(self):
        if self.rng.random() < 0.35:
            return ""
        on = self.rng.random() < 0.6
        names = self.rng.sample(LABELS, self.rng.randint(0, 3))
        text = f"{'on' if on else 'ignoring'} ({', '.join(names)}) "
        if self.rng.random() < 0.4:
            others = [name for name in LABELS if not on or name not in names]
            include = self.rng.sample(others, self.rng.randint(0, min(1, len(others))))
            text += f"{self.pick('group_left', 'group_right')} ({', '.join(include)}) "
        return text

    def call(self, depth):
        inner = self.vector(depth - 1)
        kind = self.rng.randrange(8)
        if kind == 0:
            name = self.pick("abs", "ceil", "floor", "round", "sgn", "sqrt", "exp", "ln", "absent", "sort", "timestamp",
                             "hour", "day_of_week", "minute", "month", "sin", "atan", "deg", "asinh", "tanh", "acos")
            return f"{name}({inner})"
        if kind == 1:
            low, high = sorted((self.number(), self.number()), key=float)
            return self.pick(f"clamp_min({inner}, {self.number()})", f"clamp_max({inner}, {self.number()})",
                             f"clamp({inner}, {low}, {high})", f"clamp({inner}, {high}, {low})")
        if kind in (2, 3):
            name = self.pick("delta", "changes", "resets", "max_over_time", "min_over_time", "avg_over_time",
                             "sum_over_time", "count_over_time", "last_over_time", "present_over_time",
                             "stddev_over_time", "absent_over_time", "deriv", "idelta")
            # Counters are never negative: that is taken for granted.
            of_counter = f"{self.pick('rate', 'increase', 'irate')}({self.selector(METRICS[3:])}[10m])"
            return self.pick(of_counter, f"{name}({self.matrix(depth - 1)})")
        if kind == 4:
            replacement = self.pick("1", "2", "", "$1", "v-$1", "$2", "${1}")
            source = self.pick("x", "y", "z", "")
            pattern = self.pick("(.*)", ".*", "(.+)", "1", "(1|2)", "([12])", "")
            return f'label_replace({inner}, "{self.rng.choice(LABELS)}", "{replacement}", "{source}", "{pattern}")'
        if kind == 5:
            sources = "".join(f', "{name}"' for name in self.rng.sample(LABELS, self.rng.randint(0, 3)))
            return f'label_join({inner}, "{self.rng.choice(LABELS)}", "{self.pick("", "-")}"{sources})'
        if kind == 6:
            return self.pick(f"quantile_over_time({self.pick('0.5', '2', '-1')}, {self.matrix(depth - 1)})",
                             f"histogram_quantile({self.pick('0.5', '2')}, {inner})", f"predict_linear({self.matrix(0)}, 60)")
        return f"vector({self.scalar(depth - 1)})"

    def aggregate(self, depth):
        grouping = self.pick("", f"by ({self.labels()}) ", f"without ({self.labels()}) ", f"by ({self.labels()}) ")
        name = self.pick("sum", "avg", "min", "max", "count", "group", "stddev", "stdvar", "quantile", "topk", "bottomk",
                         "count_values", "sum", "sum")
        first = {"quantile": self.pick("0.5, ", "95, ", "-1, "), "topk": self.pick("1, ", "2, ", "0, "),
                 "bottomk": "1, ", "count_values": self.pick('"x", ', '"w", ')}.get(name, "")
        return f"{name} {grouping}({first}{self.vector(depth - 1)})"

    def share(self):
        """A part of its whole, or nearly."""
        labels, of = self.labels(), self.pick("rate(d_total{}[10m])", "d_total{}", "up{}", "e_ratio{}")
        part = of.replace("{}", self.pick('{x="1"}', '{y!="2"}', "", '{x="1",z=~".+"}'))
        part += self.pick("", "", " > 0", " == 0")
        whole = of.replace("{}", self.pick("", "", '{x="1"}'))
        over = self.pick("sum", "sum", "count")
        by, join = self.pick((labels, ""), (labels + ", w", ""), (labels, f"on ({labels}) group_left "))
        by = self.pick(by, by, "x, y")
        return (f"{self.pick('sum', 'count')} by ({by}) ({part}) / {join}{over} by ({labels}) ({whole})"
                f"{self.pick('', ' > 1', ' < 0.5')}")

    def vector(self, depth):
        if self.rng.random() < 0.1:
            return self.share()
        if depth <= 0:
            return self.selector()
        kind = self.rng.randrange(12)
        if kind < 2:
            return self.selector()
        if kind < 4:
            return self.aggregate(depth)
        if kind < 6:
            return self.call(depth)
        if kind == 6:
            return f"{self.pick('-', '+')}({self.vector(depth - 1)})"
        operator = self.pick("+", "-", "*", "/", "%", "^", "atan2", "<", ">", "==", "!=", "<=", ">=", "> bool", "== bool")
        if kind < 9:
            left, right = self.vector(depth - 1), self.scalar(depth - 1)
            if self.rng.random() < 0.3:
                left, right = right, left
            return f"({left}) {operator} ({right})"
        left, right = self.vector(depth - 1), self.vector(depth - 1)
        if kind < 11:
            matching = re.sub(r"group_\w+ \(.*?\) ", "", self.matching())
            return f"({left}) {self.pick('and', 'or', 'unless', 'or')} {matching}({right})"
        return f"({left}) {operator} {self.matching()}({right})"


class Facts:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


class Prometheus:
    def __init__(self, folder, data):
        metrics = os.path.join(folder, "data.om")
        with open(metrics, "w", encoding="utf-8") as file:
            file.write(open_metrics(data))
        subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", metrics, folder + "/tsdb"],
                       check=True, stdout=subprocess.DEVNULL)
        with open(folder + "/prometheus.yml", "w", encoding="utf-8") as file:
            file.write("global: {}\n")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/api/v1/query"
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
             "--storage.tsdb.retention.time=100y", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.answers = {}
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=2).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("prometheus does not start")

    def query(self, text):
        """A list of (labels, value); None when the evaluation fails, as for many-to-many matches."""
        if text not in self.answers:
            form = urllib.parse.urlencode({"query": text, "time": NOW}).encode()
            try:
                with urllib.request.urlopen(self.url, form, timeout=30) as response:
                    data = json.load(response)["data"]
            except urllib.error.HTTPError:
                self.answers[text] = None
                return None
            if data["resultType"] == "scalar":
                self.answers[text] = [({}, float(data["result"][1]))]
            else:
                self.answers[text] = [(item["metric"], float(item["value"][1])) for item in data["result"]]
        return self.answers[text]

    def close(self):
        self.process.terminate()
        self.process.wait(20)


def satisfies(value, operator, wanted):
    if operator in ("=", "!="):
        return (value == wanted) == (operator == "=")
    return (re.fullmatch(wanted, value, re.DOTALL) is not None) == (operator == "=~")


def fits(labels, branch):
    for name, (presence, *constraints) in branch["labels"].items():
        value = labels.get(name, "")
        if (presence == 0 and value) or (presence == 2 and not value):
            return False
        if not all(satisfies(value, *constraint) for constraint in constraints):
            return False
    return branch["open"] or all(name in branch["labels"] for name in labels)


def is_inside(value, interval):
    low, high, low_open, high_open, is_integer, may_be_nan, _ = interval
    if math.isnan(value):
        return may_be_nan
    low, high = float(low), float(high)
    slack = 1e-9 * max(1, abs(value))
    if is_integer and math.isfinite(value) and value != math.floor(value):
        return False
    if value < low - slack or value > high + slack:
        return False
    return not ((low_open and value == low) or (high_open and value == high))


def contradictions(node, answer):
    for labels, value in answer:
        if not any(fits(labels, branch) for branch in node["branches"]):
            yield f"labels {labels} against {node['branches']}"
        if not is_inside(value, node["interval"]):
            yield f"value {value} against {node['interval']}"
    if node["interval"][6] and not answer:
        yield "empty, and said never to be"


class Check:
    def __init__(self, facts, prometheus):
        self.facts, self.prometheus = facts, prometheus
        self.claims, self.failures, self.narrowed = 0, [], 0

    def fail(self, text, what):
        self.failures.append(f"{text}\n    {what}")

    def expression(self, text):
        facts = self.facts.ask(text)
        if isinstance(facts, str):
            return
        nodes = facts["nodes"]
        for node in nodes:
            if node["type"] not in ("vector", "scalar"):
                continue
            answer = self.prometheus.query(node["text"])
            for what in contradictions(node, answer or []) if answer is not None else ():
                self.fail(node["text"], what)
            self.claims += 1
        for index, is_always, is_proven in facts["comparisons"]:
            answer = self.prometheus.query(nodes[index]["text"])
            if is_proven and not is_always and answer and any(value != 0 for _, value in answer):
                self.fail(nodes[index]["text"], f"never true, and is {answer[:2]}")
        for index, finding, is_proven in facts["joins"]:
            answer = self.prometheus.query(nodes[index]["text"])
            if finding == IMPOSSIBLE and is_proven and answer:
                self.fail(nodes[index]["text"], f"impossible, and is {answer[:2]}")
            elif finding == NEVER_EXCLUDES and is_proven and answer is not None:
                self.exclusion(nodes, index, answer)
        self.narrowing(text)

    def exclusion(self, nodes, index, answer):
        """`unless` that never excludes gives what its left side gives."""
        left = [node["text"] for node in nodes if nodes[index]["text"].startswith(node["text"] + " unless ")]
        before = self.prometheus.query(max(left, key=len)) if left else None
        if before is not None and len(before) != len(answer):
            self.fail(nodes[index]["text"], "never excludes, and does")

    def narrowing(self, text):
        answer = self.prometheus.query(text)
        for labels, value in (answer or [])[:3]:
            wanted = {name: text for name, text in labels.items() if name != "__name__"}
            narrowed = self.facts.ask([text, {**wanted, "severity": "page"}])
            again = self.prometheus.query(narrowed)
            same = [found for found in again or [] if found[0] == labels and
                    (math.isclose(found[1], value, rel_tol=1e-9) or (math.isnan(value) and math.isnan(found[1])))]
            self.narrowed += narrowed != text
            if not same:
                self.fail(text, f"{labels} {value} is lost in {narrowed}")


def main(program, count=1500, seed=1):
    if not shutil.which("prometheus") or not shutil.which("promtool"):
        print("no prometheus here")
        return 77
    rng = random.Random(int(seed))
    with tempfile.TemporaryDirectory() as folder:
        facts, prometheus = Facts(program), Prometheus(folder, series(rng))
        check, generator = Check(facts, prometheus), Generator(rng)
        try:
            for _ in range(int(count)):
                check.expression(generator.vector(3))
        finally:
            prometheus.close()
            facts.close()
    answered = sum(answer is not None for answer in prometheus.answers.values())
    print(f"{check.claims} nodes of {count} expressions, {answered} of {len(prometheus.answers)} queries answered, "
          f"{check.narrowed} narrowed, {len(check.failures)} contradictions")
    for failure in dict.fromkeys(check.failures[:40]):
        print(failure)
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
