// SPDX-License-Identifier: Apache-2.0
// GitLab Code Quality: an array, empty when all is well; fingerprints are unique within a report.
#include <algorithm>

#include "promql/report/json_writer.h"
#include "promql/report/reporters.h"
#include "promql/report/text.h"

namespace promql::report {
namespace {

std::string_view SeverityText(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "critical";
    case Severity::kWarning:
      return "major";
    case Severity::kInfo:
      return "minor";
    case Severity::kHint:
      return "info";
  }
  return "info";
}

}  // namespace

std::string WriteGitlab(const Report& report, const Style&) {
  const std::vector<std::string> fingerprints = UniqueFingerprints(report);
  JsonWriter json(JsonWriter::Shape::kPretty);
  json.StartArray();
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    const Finding& finding = report.findings[i];
    json.StartObject();
    json.Field("description", finding.message);
    json.Field("check_name", "promwarden-lint/" + std::string(finding.id));
    json.Field("fingerprint", fingerprints[i]);
    json.Field("severity", SeverityText(finding.severity));
    json.StartObject("content");
    json.Field("body", FullText(finding));
    json.EndObject();
    json.StartObject("location");
    json.Field("path", PlainPath(finding.file));
    json.StartObject("lines");
    const std::uint32_t line = std::max(finding.place.line, 1U);
    json.Field("begin", line);
    json.Field("end", std::max(finding.place.end_line, line));
    json.EndObject();
    json.EndObject();
    json.EndObject();
  }
  json.EndArray();
  return json.Take();
}

}  // namespace promql::report
