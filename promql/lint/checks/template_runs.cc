// SPDX-License-Identifier: Apache-2.0
// Templates that cannot be parsed, or that fail or print nonsense when they run.
#include <algorithm>
#include <expected>
#include <optional>
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/template_parts.h"
#include "promql/syntax/parser.h"
#include "promql/template/prometheus.h"

namespace promql::lint::checks {
namespace {

// Runs a template against an answer that never comes, or comes with one sample.
class Answers final : public tmpl::QuerySource {
 public:
  explicit Answers(bool has_sample) : has_sample_(has_sample) {}
  std::expected<std::vector<tmpl::Sample>, std::string> Query(std::string_view) override {
    if (!has_sample_) return std::vector<tmpl::Sample>{};
    return std::vector<tmpl::Sample>{{LabelSet{{"job", "a"}, {"instance", "b:1"}}, 1.5}};
  }

 private:
  bool has_sample_;
};

std::expected<std::string, tmpl::Problem> Run(const RuleContext& rule, const TemplateText& text,
                                              bool has_sample, double value) {
  LabelSet labels;
  for (const tmpl::LabelUse& use : text.facts.labels) {
    // What cannot be on the result is not there when it runs either.
    if (use.field != "Labels" || rule.expr() == nullptr) continue;
    if (rule.expression_facts().labels.OfRoot().Of(use.name) == analysis::Presence::kCannot) continue;
    labels.Set(use.name, "10.0.0.1:9100");
  }
  Answers answers(has_sample);
  tmpl::Environment environment{.queries = &answers, .external_url = "http://prometheus:9090"};
  tmpl::Arena arena;
  tmpl::Limits limits{.output_bytes = std::size_t{1} << 16U,
                      .memory_bytes = std::size_t{4} << 20U,
                      .steps = 20'000,
                      .depth = 100};
  const tmpl::Value data = tmpl::PrometheusData(
      {.labels = &labels, .external_labels = nullptr, .external_url = {}, .value = value}, arena);
  return text.parsed->Execute(data, environment, limits);
}

}  // namespace

// Parse errors; those of a group's labels do not refuse the file, but fail all the same.
void TemplateSyntax(const RuleContext& rule, Sink& sink) {
  for (const TemplateText& text : rule.templates()) {
    if (!text.problem || (text.is_of_group && &rule != &rule.group().rules().front())) continue;
    sink.Add({.at = text.At(text.problem->span),
              .message = FieldName(text) + ": " + text.problem->message,
              .details = text.is_of_group
                             ? "Prometheus loads the file, and puts an error where the text belongs"
                             : "Prometheus refuses the whole file because of this",
              .severity = text.is_of_group ? std::optional(Severity::kWarning) : std::nullopt});
  }
}

// Calls that fail whenever they are reached: <error expanding template> is what people get to read.
void TemplateFails(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  for (const tmpl::Mistake& mistake : text.facts.mistakes) {
    sink.Add({.at = text.At(mistake.span),
              .message = FieldName(text) + " cannot be expanded: " + mistake.message,
              .details = "the alert fires with an error where the text belongs"});
  }
  if (!text.facts.mistakes.empty()) return;
  // Without a function only a text that calls itself can fail: one definition is the text's own.
  if (text.facts.functions.empty() && text.parsed->definitions().size() < 2) return;
  // What fails with every answer and value fails because of itself: a pattern, a number.
  std::optional<tmpl::Problem> problem;
  for (const bool has_sample : {true, false}) {
    for (const double value : {1.5, 0.0}) {
      auto said = Run(rule, text, has_sample, value);
      if (said || said.error().is_limit) return;  // others may have more patience
      problem = std::move(said.error());
    }
  }
  sink.Add({.at = text.At(problem->span),
            .message = FieldName(text) + " cannot be expanded: " + problem->message,
            .details = "it failed with every answer and value that was tried; the alert fires with "
                       "an error where the text belongs",
            .severity = Severity::kWarning,
            .confidence = Confidence::kLikely});
}

// printf "%d" of a float prints %!d(float64=1.5), without any error.
void TemplatePrintfVerb(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  const auto prints = std::ranges::find_if(text.facts.functions, [](const tmpl::FunctionUse& use) {
    return use.function != nullptr && use.function->name == "printf";
  });
  if (prints == text.facts.functions.end()) return;
  const auto said = Run(rule, text, true, 1.5);
  if (!said) return;
  const std::size_t at = said->find("%!");
  if (at == std::string::npos) return;
  // Which of several calls it is shows only when there is one.
  const bool is_one = std::ranges::count_if(text.facts.functions, [](const auto& use) {
                        return use.function != nullptr && use.function->name == "printf";
                      }) == 1;
  const std::size_t end = said->find(')', at);
  const std::string shown = said->substr(at, end == std::string::npos ? 24 : end + 1 - at);
  Draft draft;
  draft.at = is_one ? text.At(prints->span) : text.field->value.source;
  draft.message = FieldName(text) + ": printf prints " + shown + ", since its verb does not fit";
  draft.advice = "the value of a rule is a float: %.2f, %g or %.0f; labels are texts: %s";
  sink.Add(std::move(draft));
}

void TemplateQuery(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  ParseOptions options;
  options.features = rule.project().environment().features;
  options.target = rule.project().environment().target;
  for (const tmpl::QueryUse& use : text.facts.queries) {
    const auto parsed = ParseExpression(use.expression, options);
    if (parsed) continue;
    sink.Add({.at = text.At(use.span),
              .message = "the query in " + FieldName(text) + " cannot be parsed: " +
                         parsed.error().front().message,
              .details = "the alert fires with an error where the text belongs"});
  }
}

// `query "…" | first` fails when there is no answer.
void TemplateFirst(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  const auto first = std::ranges::find_if(text.facts.functions, [](const tmpl::FunctionUse& use) {
    return use.function != nullptr && use.function->name == "first";
  });
  if (first == text.facts.functions.end() || !text.facts.mistakes.empty()) return;
  if (!Run(rule, text, true, 1.5) || Run(rule, text, false, 1.5)) return;
  sink.Add({.at = text.At(first->span),
            .message = "'first' fails when the query returns nothing, and the whole " +
                       FieldName(text) + " with it",
            .advice = "write {{ with query \"…\" }}{{ . | first | value }}{{ end }}"});
}

}  // namespace promql::lint::checks
