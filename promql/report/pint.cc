// SPDX-License-Identifier: Apache-2.0
// The shape of pint's `--json`, for what reads it today; reporters are our ids.
#include <algorithm>

#include "promql/report/json_writer.h"
#include "promql/report/reporters.h"
#include "promql/report/text.h"

namespace promql::report {
namespace {

constexpr std::uint32_t kMostLines = 1000;

std::string_view SeverityText(const Finding& finding) {
  switch (finding.severity) {
    case Severity::kError:
      return finding.confidence == Confidence::kProven ? "Fatal" : "Bug";
    case Severity::kWarning:
      return "Warning";
    case Severity::kInfo:
    case Severity::kHint:
      return "Information";
  }
  return "Information";
}

}  // namespace

std::string WritePint(const Report& report, const Style&) {
  JsonWriter json(JsonWriter::Shape::kPretty);
  json.StartArray();
  for (const Finding& finding : report.findings) {
    json.StartObject();
    json.Field("path", PlainPath(finding.file));
    if (!finding.owner.empty()) json.Field("owner", finding.owner);
    json.Field("reporter", finding.id);
    json.Field("problem", finding.message);
    if (!finding.details.empty()) json.Field("details", finding.details);
    json.Field("severity", SeverityText(finding));
    json.StartArray("lines");
    const std::uint32_t first = std::max(finding.place.line, 1U);
    const std::uint32_t last = std::clamp(finding.place.end_line, first, first + kMostLines);
    for (std::uint32_t line = first; line <= last; ++line) json.Number(line);
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
  return json.Take();
}

}  // namespace promql::report
