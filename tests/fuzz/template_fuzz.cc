// SPDX-License-Identifier: Apache-2.0
// Any bytes as a template of all three dialects, and as HTML: no crash, no run without end, spans
// inside the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "promql/template/alertmanager.h"
#include "promql/template/check.h"
#include "promql/template/prometheus.h"
#include "promql/template/template.h"

namespace {

using namespace promql;
using namespace promql::tmpl;

void Require(bool holds, std::string_view claim) {
  if (holds) return;
  std::cerr << claim << '\n';
  std::abort();
}

void CheckSpan(Span span, std::string_view text) {
  Require(span.start <= span.end && span.end <= text.size(), "spans lie in the text");
}

class Answers final : public QuerySource {
 public:
  std::expected<std::vector<Sample>, std::string> Query(std::string_view expression) override {
    if (expression.size() > 20) return std::unexpected("too long");
    return std::vector<Sample>{{{{"job", std::string(expression)}}, 1.5}, {{{"job", "a"}}, -1}};
  }
};

void CheckProblem(const Problem& problem, std::string_view text) {
  if (problem.template_name.empty()) CheckSpan(problem.span, text);
  Require(!problem.message.empty(), "problems have messages");
}

void Run(const std::expected<Template, Problem>& parsed, std::string_view text, const Value& data,
         const Type& type) {
  if (!parsed) return CheckProblem(parsed.error(), text);
  for (const Mistake& mistake : CheckTemplate(*parsed, type).mistakes)
    CheckSpan(mistake.span, text);
  Answers answers;
  Environment environment;
  environment.queries = &answers;
  Limits limits;
  limits.steps = 20000;
  limits.output_bytes = 1U << 20U;
  limits.memory_bytes = 16U << 20U;
  limits.depth = 2000;
  const auto output = parsed->Execute(data, environment, limits);
  if (!output) CheckProblem(output.error(), text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Arena arena;
  const LabelSet labels{{"alertname", "Fuzz"}, {"instance", "a:1"}};
  RuleData rule;
  rule.labels = &labels;
  rule.value = 1e3;
  Run(Template::Parse(text, PrometheusDialect()), text, PrometheusData(rule, arena), kRuleDataType);
  Notification message;
  message.status = "firing";
  message.common_labels = labels;
  message.alerts.emplace_back();
  message.alerts[0].status = "firing";
  message.alerts[0].labels = labels;
  const Value notification = AlertmanagerValue(message, arena);
  for (const auto parse : {Template::Parse, Template::ParseHtml}) {
    Run(parse(text, AlertmanagerDialect(), &DefaultTemplates(), "fuzz"), text, notification,
        kNotificationPointerType);
  }
  const Value list[] = {Value::Int(1), Value::String("b"), Value::Nil(), Value::Float(2.5)};
  const MapEntry entries[] = {{"l", Value::Slice(kListType, list, arena)},
                              {"s", Value::String("text")},
                              {"i", Value::Int(7)}};
  Run(Template::Parse(text, GoDialect(), nullptr, "fuzz"), text,
      Value::Map(kMapType, entries, arena), kMapType);
  return 0;
}
