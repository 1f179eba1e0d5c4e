// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/promql/golden.h"

#include <map>

#include "promql/template/alertmanager.h"
#include "promql/template/check.h"
#include "promql/template/prometheus.h"
#include "promql/template/template.h"

namespace promql::tmpl {
namespace {

// Where and why, with the part of the text in brackets.
std::string Told(const Problem& problem, std::string_view text) {
  std::string told = problem.phase == Phase::kParse ? "parse" : "exec";
  if (!problem.template_name.empty()) told += " in " + problem.template_name;
  told += " " + std::to_string(problem.span.start) + "-" + std::to_string(problem.span.end);
  if (problem.template_name.empty()) {
    told += " [" +
            std::string(text.substr(problem.span.start, problem.span.end - problem.span.start)) +
            "]";
  }
  return told + " " + problem.message;
}

std::string Outcome(const std::expected<Template, Problem>& parsed, const Value& data,
                    const Environment& environment, std::string_view text) {
  if (!parsed) return Told(parsed.error(), text);
  const auto output = parsed->Execute(data, environment);
  return output ? *output : Told(output.error(), text);
}

Value GoData(Arena& arena) {
  const Value numbers[] = {Value::Int(3), Value::Int(-1), Value::Int(200)};
  const Value mixed[] = {Value::Int(4), Value::String("e"), Value::Float(2.5), Value::Bool(true),
                         Value::Nil()};
  const MapEntry inner[] = {
      {"a", Value::Int(1)}, {"b", Value::String("x")}, {"none", Value::Nil()}};
  const MapEntry entries[] = {{"text", Value::String("h\xc3\xa9llo")},
                              {"empty", Value::String("")},
                              {"int", Value::Int(42)},
                              {"float", Value::Float(-27.95)},
                              {"big", Value::Float(123456789)},
                              {"yes", Value::Bool(true)},
                              {"list", Value::Slice(kListType, numbers, arena)},
                              {"mixed", Value::Slice(kListType, mixed, arena)},
                              {"map", Value::Map(kMapType, inner, arena)},
                              {"nothing", Value::Nil()}};
  return Value::Map(kMapType, entries, arena);
}

std::string RunGo(const std::string& text) {
  Arena arena;
  return Outcome(Template::Parse(text, GoDialect(), nullptr, "main"), GoData(arena), {}, text);
}

class Answers final : public QuerySource {
 public:
  std::expected<std::vector<Sample>, std::string> Query(std::string_view expression) override {
    if (expression == "none") return std::vector<Sample>{};
    if (expression != "up") return std::unexpected("cannot parse " + std::string(expression));
    return std::vector<Sample>{{{{"__name__", "up"}, {"job", "node"}, {"instance", "b:2"}}, 1},
                               {{{"__name__", "up"}, {"job", "api"}, {"instance", "a:1"}}, 0}};
  }
};

std::string RunRule(const std::string& text) {
  const LabelSet labels{
      {"alertname", "HighLoad"}, {"instance", "web-01.example.org:9100"}, {"job", "node"}};
  const LabelSet external_labels{{"cluster", "eu-1"}};
  Answers answers;
  Arena arena;
  Environment environment;
  environment.queries = &answers;
  environment.now = std::chrono::sys_seconds(std::chrono::seconds(1700000000));
  environment.external_url = "http://prometheus.example.org:9090/prom";
  const Value data = PrometheusData({.labels = &labels,
                                     .external_labels = &external_labels,
                                     .external_url = environment.external_url,
                                     .value = 1234.5678},
                                    arena);
  return Outcome(Template::Parse(text, PrometheusDialect()), data, environment, text);
}

Notification Message() {
  Notification message;
  message.receiver = "ops/slack";
  message.status = "firing";
  message.reason = "new alerts in group";
  message.external_url = "http://alertmanager.example.org:9093";
  message.group_labels = {{"alertname", "DiskFull"}, {"cluster", "eu-1"}};
  message.common_labels = {
      {"alertname", "DiskFull"}, {"cluster", "eu-1"}, {"severity", "critical"}};
  message.common_annotations = {{"summary", "It's full"}};
  message.route_labels = {{"team", "storage"}};
  message.alerts.push_back(
      {.status = "firing",
       .labels = {{"alertname", "DiskFull"},
                  {"cluster", "eu-1"},
                  {"instance", "db-1"},
                  {"severity", "critical"}},
       .annotations = {{"summary", "It's full"}, {"description", "97 % of /var"}},
       .starts_at = *ParseJsonTime("2024-01-02T03:04:05.123Z"),
       .ends_at = {},
       .generator_url = "http://prometheus.example.org/graph?g0.expr=up",
       .fingerprint = "0f6ab1dbc493fc75"});
  message.alerts.push_back({.status = "resolved",
                            .labels = {{"alertname", "DiskFull"},
                                       {"cluster", "eu-1"},
                                       {"instance", "db-2"},
                                       {"severity", "critical"}},
                            .annotations = {{"summary", "It's full"}},
                            .starts_at = *ParseJsonTime("2024-01-02T05:00:00+02:00"),
                            .ends_at = *ParseJsonTime("2024-01-02T04:30:00Z"),
                            .generator_url = "http://prometheus.example.org/graph?g0.expr=up",
                            .fingerprint = "1b010d8eba46a3e2"});
  return message;
}

// What people who write labels could try.
Notification HostileMessage() {
  Notification message = Message();
  message.common_annotations = {{"summary", "<b>It's \"full\"</b> & +1"},
                                {"address", "http://a.example/x?q=1 2&r=\"<"},
                                {"code", "javascript:alert(1)"},
                                {"end", "</script><!-- --> */"},
                                {"style", "red; background: url(x)"},
                                {"colour", "#ff8800"},
                                {"lines", "a\nb\tc\\d`${e}"},
                                {"sources", "/a 1x, javascript:b 2x"}};
  return message;
}

enum class Content : std::uint8_t { kPlain, kHtml };

std::string RunMessage(const Notification& message, const std::string& text, Content content) {
  Arena arena;
  Environment environment;
  environment.now = std::chrono::sys_seconds(std::chrono::seconds(1704168245));
  Library library(AlertmanagerDialect(), &DefaultTemplates());
  const auto added = library.Add(
      "{{ define \"row\" }}{{ .Labels.instance }}: {{ .Status }}\n{{ end }}"
      "{{ define \"broken\" }}{{ .Nope }}{{ end }}file itself",
      "rows.tmpl");
  if (!added) return "library: " + added.error().message;
  const auto parse = content == Content::kHtml ? Template::ParseHtml : Template::Parse;
  return Outcome(parse(text, AlertmanagerDialect(), &library, ""),
                 AlertmanagerValue(message, arena), environment, text);
}

std::string RunNotification(const std::string& text) {
  return RunMessage(Message(), text, Content::kPlain);
}

std::string RunHtml(const std::string& text) {
  return RunMessage(HostileMessage(), text, Content::kHtml);
}

// What is known before a rule's text runs.
std::string Checked(const std::string& text) {
  const auto parsed = Template::Parse(text, PrometheusDialect());
  if (!parsed) return Told(parsed.error(), text);
  const TemplateFacts facts = CheckTemplate(*parsed, kRuleDataType);
  std::string told;
  for (const Mistake& mistake : facts.mistakes) {
    told += "mistake " + std::to_string(mistake.span.start) + "-" +
            std::to_string(mistake.span.end) + " [" +
            text.substr(mistake.span.start, mistake.span.end - mistake.span.start) + "] " +
            mistake.message + "\n";
  }
  for (const LabelUse& use : facts.labels)
    told += "label " + std::string(use.field) + "." + std::string(use.name) + "\n";
  for (const QueryUse& use : facts.queries) told += "query " + std::string(use.expression) + "\n";
  if (facts.uses_value) told += "value\n";
  if (facts.uses_all_labels) told += "all labels\n";
  if (!told.empty()) told.pop_back();
  return told;
}

void CheckFile(const std::string& name, const std::function<std::string(const std::string&)>& run) {
  CheckGolden("template/" + name, [&](const std::string& text) { return run(text) + "\n"; });
}

TEST(TemplateGolden, RunsTheLanguage) { CheckFile("language.txt", RunGo); }
TEST(TemplateGolden, FormatsValues) { CheckFile("format.txt", RunGo); }
TEST(TemplateGolden, SaysWhatIsWrongAndWhere) { CheckFile("errors.txt", RunGo); }
TEST(TemplateGolden, ExpandsAnnotations) { CheckFile("prometheus.txt", RunRule); }
TEST(TemplateGolden, ExpandsNotifications) { CheckFile("alertmanager.txt", RunNotification); }
TEST(TemplateGolden, EscapesValuesByTheirPlaceInHtml) { CheckFile("html.txt", RunHtml); }
TEST(TemplateGolden, KnowsWhatFailsBeforeItRuns) { CheckFile("check.txt", Checked); }

}  // namespace
}  // namespace promql::tmpl
