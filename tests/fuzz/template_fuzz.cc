// SPDX-License-Identifier: Apache-2.0
// Any bytes as a template of all three dialects: no crash, no run without end, spans inside the
// text.
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

void Run(std::string_view text, const Dialect& dialect, const Value& data, const Type& type,
         const Library* library) {
  const auto parsed = Template::Parse(text, dialect, library, "fuzz");
  if (!parsed) {
    CheckSpan(parsed.error().span, text);
    Require(!parsed.error().message.empty(), "problems have messages");
    return;
  }
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
  if (output) return;
  if (output.error().template_name.empty()) CheckSpan(output.error().span, text);
  Require(!output.error().message.empty(), "problems have messages");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Arena arena;
  const LabelSet labels{{"alertname", "Fuzz"}, {"instance", "a:1"}};
  RuleData rule;
  rule.labels = &labels;
  rule.value = 1e3;
  Run(text, PrometheusDialect(), PrometheusData(rule, arena), kRuleDataType, nullptr);
  Notification message;
  message.status = "firing";
  message.common_labels = labels;
  message.alerts.emplace_back();
  message.alerts[0].status = "firing";
  message.alerts[0].labels = labels;
  Run(text, AlertmanagerDialect(), AlertmanagerValue(message, arena), kNotificationPointerType,
      &DefaultTemplates());
  const Value list[] = {Value::Int(1), Value::String("b"), Value::Nil(), Value::Float(2.5)};
  const MapEntry entries[] = {{"l", Value::Slice(kListType, list, arena)},
                              {"s", Value::String("text")},
                              {"i", Value::Int(7)}};
  Run(text, GoDialect(), Value::Map(kMapType, entries, arena), kMapType, nullptr);
  return 0;
}
