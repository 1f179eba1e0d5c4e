// SPDX-License-Identifier: Apache-2.0
// The linter's own JSON, described by findings.schema.json: json and ndjson.
#include "promql/report/json_writer.h"
#include "promql/report/reporters.h"

namespace promql::report {
namespace {

void WritePosition(JsonWriter& json, std::string_view key, std::uint32_t line,
                   std::uint32_t column) {
  json.StartObject(key);
  json.Field("line", line);
  json.Field("col", column);
  json.EndObject();
}

void WritePlace(JsonWriter& json, const lint::Place& place) {
  WritePosition(json, "start", place.line, place.column);
  WritePosition(json, "end", place.end_line, place.end_column);
}

void WriteFixes(JsonWriter& json, const Finding& finding) {
  json.StartArray("fixes");
  for (const lint::Fix& fix : finding.fixes) {
    json.StartObject();
    json.Field("title", fix.title);
    json.Field("safe", fix.is_safe);
    json.StartArray("edits");
    for (const lint::Edit& edit : fix.edits) {
      json.StartObject();
      WritePlace(json, edit.place);
      json.StartArray("bytes");
      json.Number(edit.begin);
      json.Number(edit.end);
      json.EndArray();
      json.Field("text", edit.text);
      json.EndObject();
    }
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
}

void WriteRelated(JsonWriter& json, const Finding& finding) {
  json.StartArray("related");
  for (const lint::Related& related : finding.related) {
    json.StartObject();
    json.Field("file", related.file);
    WritePlace(json, related.place);
    json.Field("message", related.message);
    json.EndObject();
  }
  json.EndArray();
}

void WriteFinding(JsonWriter& json, const Report& report, const Finding& finding) {
  json.Field("id", finding.id);
  json.Field("severity", Text(finding.severity));
  json.Field("confidence", Text(finding.confidence));
  json.Field("fails", report.gate.Fails(finding));
  json.Field("message", finding.message);
  json.Field("details", finding.details);
  json.Field("advice", finding.advice);
  json.Field("file", finding.file);
  WritePlace(json, finding.place);
  json.Field("group", finding.group);
  if (finding.kind == lint::RuleKind::kNone) {
    json.Null("rule");
  } else {
    json.StartObject("rule");
    json.Field("kind", Text(finding.kind));
    json.Field("name", finding.rule);
    json.EndObject();
  }
  json.Field("owner", finding.owner);
  WriteRelated(json, finding);
  WriteFixes(json, finding);
  json.Field("fingerprint", finding.fingerprint);
  json.Field("doc", DocumentationUrl(report, finding.id));
}

void WriteUnread(JsonWriter& json, const Unread& unread) {
  json.Field("file", unread.file);
  json.Field("message", unread.message);
}

void WriteSummary(JsonWriter& json, const Report& report) {
  const Counts counts = Count(report);
  json.Field("version", report.version);
  json.Field("files", report.files);
  json.Field("groups", report.groups.size());
  json.Field("alerts", report.alerts);
  json.Field("records", report.records);
  json.Field("errors", counts.errors);
  json.Field("warnings", counts.warnings);
  json.Field("infos", counts.infos);
  json.Field("hints", counts.hints);
  json.Field("failing", counts.failing);
  json.Field("fixable", counts.fixable);
  json.Field("suppressed", report.suppressed.size());
  json.Field("in_baseline", report.in_baseline);
  json.Field("elapsed_ms", static_cast<std::uint64_t>(report.elapsed.count()));
}

}  // namespace

std::string WriteJson(const Report& report, const Style&) {
  JsonWriter json(JsonWriter::Shape::kPretty);
  json.StartObject();
  json.StartArray("findings");
  for (const Finding& finding : report.findings) {
    json.StartObject();
    WriteFinding(json, report, finding);
    json.EndObject();
  }
  json.EndArray();
  json.StartArray("unread");
  for (const Unread& unread : report.unread) {
    json.StartObject();
    WriteUnread(json, unread);
    json.EndObject();
  }
  json.EndArray();
  json.StartObject("summary");
  WriteSummary(json, report);
  json.EndObject();
  json.EndObject();
  return json.Take();
}

std::string WriteNdjson(const Report& report, const Style&) {
  JsonWriter json(JsonWriter::Shape::kLine);
  std::string out;
  const auto line = [&](std::string_view type, auto write) {
    json.StartObject();
    json.Field("type", type);
    write();
    json.EndObject();
    out += json.Take();
  };
  for (const Finding& finding : report.findings) {
    line("finding", [&] { WriteFinding(json, report, finding); });
  }
  for (const Unread& unread : report.unread) {
    line("unread", [&] { WriteUnread(json, unread); });
  }
  line("summary", [&] { WriteSummary(json, report); });
  return out;
}

}  // namespace promql::report
