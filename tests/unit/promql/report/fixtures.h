// SPDX-License-Identifier: Apache-2.0
// Reports to write: nothing found, an ordinary day, texts that mean harm, and very many findings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "promql/report/report.h"

namespace promql::report {

inline lint::Place PlaceAt(std::uint32_t line, std::uint32_t column, std::uint32_t end_line,
                           std::uint32_t end_column) {
  return {.line = line, .column = column, .end_line = end_line, .end_column = end_column};
}

inline Report Clean() {
  Report report;
  report.version = "1.2.3";
  report.home = "https://example.org/promwarden";
  report.files = 2;
  report.alerts = 3;
  report.records = 1;
  report.groups = {{"rules/disk.yml", "disk"}, {"rules/web.yml", "web"}};
  report.elapsed = std::chrono::milliseconds(1234);
  report.checks = {
      {"promql/never-true", Severity::kError, Confidence::kProven,
       "a condition that no sample can meet", "A condition that no sample can meet never fires."},
      {"alert/for-outlasts-event", Severity::kWarning, Confidence::kProven,
       "`for` is longer than the window of the event", ""}};
  return report;
}

inline Finding NeverTrue() {
  Finding finding;
  finding.id = "promql/never-true";
  finding.severity = Severity::kError;
  finding.confidence = Confidence::kProven;
  finding.message = "the condition is never true: a ratio above 1 is not below 0.5";
  finding.details = "`disk_used_ratio > 1` lies in (1, +Inf], `< 0.5` keeps nothing of it";
  finding.advice = "compare with one threshold, or write `and` between two";
  finding.file = "./rules/disk.yml";
  finding.place = PlaceAt(7, 15, 7, 40);
  finding.place.begin = 110;
  finding.place.end = 135;
  finding.group = "disk";
  finding.rule = "DiskFull";
  finding.kind = lint::RuleKind::kAlert;
  finding.owner = "storage";
  finding.source = {{7, "        expr: disk_used_ratio > 1 < 0.5"}};
  finding.fingerprint = "1f2e3d4c5b6a7988";
  return finding;
}

inline Report Ordinary() {
  Report report = Clean();
  Finding outlasts;
  outlasts.id = "alert/for-outlasts-event";
  outlasts.message =
      "one event cannot make this alert fire: it is seen for 1m, and `for` waits for 10m, which "
      "takes a steady stream of them";
  outlasts.confidence = Confidence::kProven;
  outlasts.advice = "make the window longer than `for`";
  outlasts.file = "rules/web.yml";
  outlasts.place = PlaceAt(12, 9, 14, 16);
  outlasts.group = "web";
  outlasts.rule = "Rejected";
  outlasts.kind = lint::RuleKind::kAlert;
  outlasts.source = {{12, "        increase("},
                     {13, "\t\t  http_requests_rejected_total{job=\"café\"}[1m]"},
                     {14, "        ) > 0"}};
  outlasts.related = {{"rules/web.yml", PlaceAt(15, 14, 15, 17), "`for` is here"}};
  outlasts.fixes = {{"use a window of 11m", false, {{300, 302, "11m", PlaceAt(13, 47, 13, 49)}}}};
  outlasts.fingerprint = "00aa11bb22cc33dd";
  Finding quoted = outlasts;
  quoted.id = "yaml/implicit-type";
  quoted.severity = Severity::kHint;
  quoted.confidence = Confidence::kHeuristic;
  quoted.message = "`no` is a boolean to other readers of YAML";
  quoted.advice.clear();
  quoted.kind = lint::RuleKind::kNone;
  quoted.rule.clear();
  quoted.place = PlaceAt(20, 7, 20, 9);
  quoted.source = {{20, "    x: no"}};
  quoted.related.clear();
  quoted.fixes = {{"quote the value", true, {{500, 502, "\"no\"", PlaceAt(20, 7, 20, 9)}}}};
  Finding whole = quoted;
  whole.id = "yaml/empty-file";
  whole.severity = Severity::kInfo;
  whole.message = "the file has no groups";
  whole.file = "rules/empty file.yml";
  whole.group.clear();
  whole.place = {};
  whole.source.clear();
  whole.fixes.clear();
  whole.fingerprint = "ee";
  report.findings = {NeverTrue(), whole, outlasts, quoted};
  report.suppressed = {{NeverTrue(), "known since March"}};
  report.in_baseline = 4;
  report.unread = {{"rules/secret.yml", "permission denied"}};
  report.files = 3;
  return report;
}

// Control characters, broken UTF-8, ends of every kind of quoting, commands of CI servers.
inline Report Hostile() {
  Report report = Clean();
  Finding finding = NeverTrue();
  finding.file = "rules/a,b:c%0A\x1b[31m|'\"<&>\xff.yml";
  finding.message =
      "]]> \x1b]0;title\x07 %0A::error::x\n::error file=x::y\r\n##teamcity[x name='y'] | `code` "
      "<img src=x onerror=alert(1)> @team \xc3\x28 \xe2\x80\xae \x7f \xef\xbf\xbf";
  finding.message.push_back('\0');
  finding.details = "::stop-commands::token\n::token::\n\t</script>\\ \xf0\x9f\x94\xa5";
  finding.group = "]]>|[x](y)\x01";
  finding.rule = "a|b'\xf8";
  finding.owner = "\"\\";
  finding.source = {{7, "\texpr: \x1b[2J\xff 漢字 e\xcc\x81 | disk_used_ratio > 1 < 0.5"}};
  finding.place = PlaceAt(7, 22, 7, 46);
  finding.fixes = {{"\"]]>", true, {{1, 2, "]]>\n\xff", PlaceAt(7, 22, 7, 23)}}}};
  finding.related = {{"\xff", PlaceAt(1, 1, 1, 1), "\x1b"}};
  report.findings = {finding, finding};
  report.unread = {{"\n::error::z", "\x1b|'\n<"}};
  report.groups.push_back({finding.file, "<\x02>"});
  report.suppressed = {{finding, "]]>\xff"}};
  return report;
}

// A line of 400 characters, with the place in its middle; and a place on the last column.
inline Report Wide() {
  Report report = Clean();
  Finding finding = NeverTrue();
  finding.source = {
      {7, std::string(200, 'a') + " disk_used_ratio > 1 < 0.5 " + std::string(173, 'b')}};
  finding.place = PlaceAt(7, 202, 7, 227);
  Finding at_end = finding;
  at_end.place = PlaceAt(7, 401, 7, 401);
  at_end.advice = "see https://example.org/" + std::string(90, 'x') + " for more about what to do";
  report.findings = {finding, at_end};
  return report;
}

inline Report Many(std::size_t count) {
  Report report = Clean();
  for (std::size_t i = 0; i < count; ++i) {
    Finding finding = NeverTrue();
    finding.severity = static_cast<Severity>(i % 4);
    finding.place =
        PlaceAt(static_cast<std::uint32_t>(i + 1), 1, static_cast<std::uint32_t>(i + 1), 5);
    finding.source = {{static_cast<std::uint32_t>(i + 1), "expr: x"}};
    finding.message = "finding | number " + std::to_string(i) + " " + std::string(200, 'x');
    report.findings.push_back(finding);
  }
  return report;
}

}  // namespace promql::report
