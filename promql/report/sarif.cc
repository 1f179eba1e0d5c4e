// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0, as code scanning wants it. GitHub keeps 5,000 results of a run: the worst are sent,
// and the report says how many were not.
#include <algorithm>
#include <map>

#include "promql/report/json_writer.h"
#include "promql/report/reporters.h"
#include "promql/report/text.h"

namespace promql::report {
namespace {

constexpr std::size_t kMostResults = 5000;
constexpr std::size_t kMostRelated = 100;

std::string_view Level(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kInfo:
    case Severity::kHint:
      return "note";
  }
  return "note";
}

std::string_view Precision(Confidence confidence) {
  switch (confidence) {
    case Confidence::kProven:
      return "very-high";
    case Confidence::kLikely:
      return "high";
    case Confidence::kHeuristic:
      return "medium";
  }
  return "medium";
}

void WriteText(JsonWriter& json, std::string_view key, std::string_view text) {
  json.StartObject(key);
  json.Field("text", text);
  json.EndObject();
}

// SARIF's messages are sentences.
std::string Sentence(std::string_view text) {
  std::string sentence(text);
  if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z') {
    sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
  }
  if (!sentence.empty() && !sentence.ends_with('.')) sentence += '.';
  return sentence;
}

std::string ResultText(const Finding& finding) {
  std::string text = Sentence(finding.message);
  for (const std::string* part : {&finding.details, &finding.advice}) {
    if (!part->empty()) text += "\n\n" + *part;
  }
  return text;
}

void WriteArtifact(JsonWriter& json, std::string_view file) {
  json.StartObject("artifactLocation");
  const std::string uri = PathUri(file);
  json.Field("uri", uri);
  if (!uri.starts_with("file://")) json.Field("uriBaseId", "%SRCROOT%");
  json.EndObject();
}

void WriteRegion(JsonWriter& json, std::string_view key, const lint::Place& place) {
  json.StartObject(key);
  json.Field("startLine", place.line);
  json.Field("startColumn", std::max(place.column, 1U));
  json.Field("endLine", std::max(place.end_line, place.line));
  json.Field("endColumn", std::max(place.end_column, 1U));
  json.EndObject();
}

void WriteLocation(JsonWriter& json, std::string_view file, const lint::Place& place) {
  json.StartObject("physicalLocation");
  WriteArtifact(json, file);
  if (place.line > 0) WriteRegion(json, "region", place);
  json.EndObject();
}

void WriteFixes(JsonWriter& json, const Finding& finding) {
  if (finding.fixes.empty()) return;
  json.StartArray("fixes");
  for (const lint::Fix& fix : finding.fixes) {
    json.StartObject();
    WriteText(json, "description", Sentence(fix.title));
    json.StartArray("artifactChanges");
    json.StartObject();
    WriteArtifact(json, finding.file);
    json.StartArray("replacements");
    for (const lint::Edit& edit : fix.edits) {
      json.StartObject();
      WriteRegion(json, "deletedRegion", edit.place);
      WriteText(json, "insertedContent", edit.text);
      json.EndObject();
    }
    json.EndArray();
    json.EndObject();
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
}

void WriteRelated(JsonWriter& json, const Finding& finding) {
  if (finding.related.empty()) return;
  json.StartArray("relatedLocations");
  for (std::size_t i = 0; i < std::min(finding.related.size(), kMostRelated); ++i) {
    const lint::Related& related = finding.related[i];
    json.StartObject();
    json.Field("id", std::uint64_t{i + 1});
    WriteLocation(json, related.file, related.place);
    WriteText(json, "message", Sentence(related.message));
    json.EndObject();
  }
  json.EndArray();
}

struct Result {
  const Finding* finding;
  std::string fingerprint;  // unique in the run
  const Suppressed* suppressed = nullptr;
};

void WriteResult(JsonWriter& json, const Result& result, std::size_t rule) {
  const Finding& finding = *result.finding;
  json.StartObject();
  json.Field("ruleId", finding.id);
  json.Field("ruleIndex", std::uint64_t{rule});
  json.Field("level", Level(finding.severity));
  WriteText(json, "message", ResultText(finding));
  json.StartArray("locations");
  json.StartObject();
  WriteLocation(json, finding.file, finding.place);
  json.EndObject();
  json.EndArray();
  WriteRelated(json, finding);
  json.StartObject("partialFingerprints");
  json.Field("primaryLocationLineHash", result.fingerprint);
  json.EndObject();
  WriteFixes(json, finding);
  if (result.suppressed != nullptr) {
    json.StartArray("suppressions");
    json.StartObject();
    json.Field("kind", "inSource");
    if (!result.suppressed->reason.empty()) json.Field("justification", result.suppressed->reason);
    json.EndObject();
    json.EndArray();
  }
  json.StartObject("properties");
  json.Field("severity", Text(finding.severity));
  json.Field("confidence", Text(finding.confidence));
  json.Field("group", finding.group);
  json.Field("rule", finding.rule);
  if (!finding.owner.empty()) json.Field("owner", finding.owner);
  json.EndObject();
  json.EndObject();
}

// "promql/never-true" → "PromqlNeverTrue"
std::string PascalCase(std::string_view id) {
  std::string name;
  bool is_start = true;
  for (const char c : id) {
    if (c == '/' || c == '-') {
      is_start = true;
      continue;
    }
    name += is_start && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    is_start = false;
  }
  return name;
}

void WriteRule(JsonWriter& json, const Report& report, const CheckText& check) {
  json.StartObject();
  json.Field("id", check.id);
  json.Field("name", PascalCase(check.id));
  const std::string summary = Sentence(check.summary.empty() ? check.id : check.summary);
  WriteText(json, "shortDescription", summary);
  WriteText(json, "fullDescription", summary);
  const std::string help(check.documentation.empty() ? std::string_view(summary)
                                                     : check.documentation);
  json.StartObject("help");
  json.Field("text", help);
  json.Field("markdown", help);
  json.EndObject();
  const std::string url = DocumentationUrl(report, check.id);
  if (!url.empty()) json.Field("helpUri", url);
  json.StartObject("defaultConfiguration");
  json.Field("level", Level(check.severity));
  json.EndObject();
  json.StartObject("properties");
  json.StartArray("tags");
  json.String("prometheus");
  json.String(check.id.substr(0, check.id.find('/')));
  json.EndArray();
  json.Field("precision", Precision(check.confidence));
  json.Field("problem.severity", check.severity == Severity::kError     ? "error"
                                 : check.severity == Severity::kWarning ? "warning"
                                                                        : "recommendation");
  json.EndObject();
  json.EndObject();
}

std::vector<Result> Results(const Report& report) {
  const std::vector<std::string> unique = UniqueFingerprints(report);
  std::vector<Result> results;
  for (const Finding* finding : WorstFirst(report)) {
    if (results.size() == kMostResults) return results;
    const auto index = static_cast<std::size_t>(finding - report.findings.data());
    results.push_back({finding, unique[index]});
  }
  for (const Suppressed& suppressed : report.suppressed) {
    if (results.size() == kMostResults) return results;
    results.push_back({&suppressed.finding, suppressed.finding.fingerprint + ":0", &suppressed});
  }
  return results;
}

// The checks of the results, by id.
std::map<std::string_view, CheckText> Rules(const Report& report,
                                            const std::vector<Result>& results) {
  std::map<std::string_view, CheckText> rules;
  for (const Result& result : results) {
    const Finding& finding = *result.finding;
    rules.try_emplace(finding.id,
                      CheckText{finding.id, finding.severity, finding.confidence, {}, {}});
  }
  for (const CheckText& check : report.checks) {
    if (const auto found = rules.find(check.id); found != rules.end()) found->second = check;
  }
  return rules;
}

void WriteInvocation(JsonWriter& json, const Report& report) {
  json.StartArray("invocations");
  json.StartObject();
  json.Field("executionSuccessful", report.unread.empty());
  json.StartArray("toolExecutionNotifications");
  for (const Unread& unread : report.unread) {
    json.StartObject();
    json.Field("level", "error");
    WriteText(json, "message", Sentence(unread.file + ": " + unread.message));
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  json.EndArray();
}

void WriteDriver(JsonWriter& json, const Report& report,
                 const std::map<std::string_view, CheckText>& rules) {
  json.StartObject("tool");
  json.StartObject("driver");
  json.Field("name", "promwarden-lint");
  json.Field("semanticVersion", report.version);
  if (!report.home.empty()) json.Field("informationUri", report.home);
  json.StartArray("rules");
  for (const auto& [id, check] : rules) WriteRule(json, report, check);
  json.EndArray();
  json.EndObject();
  json.EndObject();
}

}  // namespace

std::string WriteSarif(const Report& report, const Style&) {
  const std::vector<Result> results = Results(report);
  const std::map<std::string_view, CheckText> rules = Rules(report, results);
  JsonWriter json(JsonWriter::Shape::kPretty);
  json.StartObject();
  json.Field("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  json.Field("version", "2.1.0");
  json.StartArray("runs");
  json.StartObject();
  WriteDriver(json, report, rules);
  json.StartObject("automationDetails");
  json.Field("id", "promwarden-lint/rules/");
  json.EndObject();
  WriteInvocation(json, report);
  json.Field("columnKind", "unicodeCodePoints");
  json.StartObject("originalUriBaseIds");
  json.StartObject("%SRCROOT%");
  WriteText(json, "description", "The folder in which promwarden-lint ran.");
  json.EndObject();
  json.EndObject();
  json.StartArray("results");
  for (const Result& result : results) {
    const auto rule = std::distance(rules.begin(), rules.find(result.finding->id));
    WriteResult(json, result, static_cast<std::size_t>(rule));
  }
  json.EndArray();
  json.StartObject("properties");
  const std::size_t left = report.findings.size() + report.suppressed.size() - results.size();
  json.Field("truncated", left > 0);
  json.Field("leftOut", std::uint64_t{left});
  json.EndObject();
  json.EndObject();
  json.EndArray();
  json.EndObject();
  return json.Take();
}

}  // namespace promql::report
