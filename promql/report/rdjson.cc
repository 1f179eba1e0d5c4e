// SPDX-License-Identifier: Apache-2.0
// reviewdog's diagnostic format: rdjson and rdjsonl. Its columns count bytes of UTF-8, so that they
// are known only where the finding brought the line along; elsewhere the line stands alone, and a
// suggestion, which cannot do without, is left out.
#include <algorithm>
#include <optional>

#include "promql/model/go_text.h"
#include "promql/report/json_writer.h"
#include "promql/report/reporters.h"
#include "promql/report/text.h"

namespace promql::report {
namespace {

std::optional<std::uint32_t> ByteColumn(const Finding& finding, std::uint32_t line,
                                        std::uint32_t column) {
  const auto found = std::ranges::find(finding.source, line, &lint::SourceLine::number);
  if (found == finding.source.end() || column == 0) return std::nullopt;
  if (column <= found->cut_columns) return std::nullopt;
  std::string_view text = found->text;
  std::size_t bytes = found->cut_bytes;
  for (std::uint32_t i = found->cut_columns + 1; i < column; ++i) {
    if (text.empty()) return std::nullopt;
    const std::size_t width = DecodeRune(text).width;
    bytes += width;
    text.remove_prefix(width);
  }
  return static_cast<std::uint32_t>(bytes + 1);
}

void WritePosition(JsonWriter& json, std::string_view key, std::uint32_t line,
                   std::optional<std::uint32_t> column) {
  json.StartObject(key);
  json.Field("line", line);
  if (column) json.Field("column", *column);
  json.EndObject();
}

void WriteRange(JsonWriter& json, const Finding& finding, const lint::Place& place) {
  json.StartObject("range");
  const auto start = ByteColumn(finding, place.line, place.column);
  const auto end = ByteColumn(finding, place.end_line, place.end_column);
  WritePosition(json, "start", place.line, start);
  if (start && end) WritePosition(json, "end", place.end_line, end);
  json.EndObject();
}

void WriteSuggestions(JsonWriter& json, const Finding& finding) {
  const auto is_known = [&](const lint::Edit& edit) {
    return ByteColumn(finding, edit.place.line, edit.place.column) &&
           ByteColumn(finding, edit.place.end_line, edit.place.end_column);
  };
  const auto usable = [&](const lint::Fix& fix) {
    return fix.edits.size() == 1 && is_known(fix.edits[0]);  // one suggestion is one edit
  };
  if (std::ranges::none_of(finding.fixes, usable)) return;
  json.StartArray("suggestions");
  for (const lint::Fix& fix : finding.fixes) {
    if (!usable(fix)) continue;
    json.StartObject();
    WriteRange(json, finding, fix.edits[0].place);
    json.Field("text", fix.edits[0].text);
    json.EndObject();
  }
  json.EndArray();
}

void WriteDiagnostic(JsonWriter& json, const Report& report, const Finding& finding) {
  json.StartObject();
  json.Field("message", FullText(finding));
  json.StartObject("location");
  json.Field("path", PlainPath(finding.file));
  if (finding.place.line > 0) WriteRange(json, finding, finding.place);
  json.EndObject();
  json.Field("severity", finding.severity == Severity::kError     ? "ERROR"
                         : finding.severity == Severity::kWarning ? "WARNING"
                                                                  : "INFO");
  json.StartObject("code");
  json.Field("value", finding.id);
  const std::string url = DocumentationUrl(report, finding.id);
  if (!url.empty()) json.Field("url", url);
  json.EndObject();
  WriteSuggestions(json, finding);
  json.EndObject();
}

}  // namespace

std::string WriteRdjson(const Report& report, const Style&) {
  JsonWriter json(JsonWriter::Shape::kPretty);
  json.StartObject();
  json.StartObject("source");
  json.Field("name", "promwarden-lint");
  if (!report.home.empty()) json.Field("url", report.home);
  json.EndObject();
  json.StartArray("diagnostics");
  for (const Finding& finding : report.findings) WriteDiagnostic(json, report, finding);
  json.EndArray();
  json.EndObject();
  return json.Take();
}

std::string WriteRdjsonl(const Report& report, const Style&) {
  JsonWriter json(JsonWriter::Shape::kLine);
  std::string out;
  for (const Finding& finding : report.findings) {
    WriteDiagnostic(json, report, finding);
    out += json.Take();
  }
  return out;
}

}  // namespace promql::report
