// SPDX-License-Identifier: Apache-2.0
// Templates of labels and annotations: what fails when it runs, and what renders as nothing.
#include <algorithm>
#include <cctype>
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/edits.h"
#include "promql/lint/field_policy.h"
#include "promql/template/prometheus.h"

namespace promql::lint::checks {
namespace {

using analysis::Presence;

std::string FieldName(const TemplateText& text) {
  return std::string(text.is_label ? "label '" : "annotation '") +
         std::string(text.field->name.value) + "'";
}

// The action that a part stands in: the span of its braces.
const tmpl::Statement* ActionAround(tmpl::Block block, tmpl::Span part) {
  for (const tmpl::Statement& statement : block) {
    if (statement.kind != tmpl::StatementKind::kText && statement.span.start <= part.start &&
        part.end <= statement.span.end) {
      return &statement;
    }
    for (const tmpl::Block inner : {statement.body, statement.otherwise}) {
      if (const tmpl::Statement* found = ActionAround(inner, part)) return found;
    }
  }
  return nullptr;
}

// By another field than the text's own: `namespace: '{{ $labels.namespace }}'` only hands it on.
bool IsSetByRule(const RuleContext& rule, const TemplateText& text, std::string_view label) {
  if (label == "alertname") return true;
  if (text.is_label && text.field->name.value == label) return false;
  const auto fields = FieldsOf(rule, FieldKind::kLabel);
  return std::ranges::any_of(fields,
                             [&](const auto* field) { return field->name.value == label; });
}

// The value that the rule gives a label, when that is a plain text.
std::string_view StaticValue(const RuleContext& rule, std::string_view label) {
  if (label == "alertname") return rule.name();
  for (const rulefile::Label* field : FieldsOf(rule, FieldKind::kLabel)) {
    if (field->name.value == label && !IsTemplated(field->value.value)) return field->value.value;
  }
  return {};
}

template <class Visit>
void ForEachQueryLabel(const RuleContext& rule, const TemplateText& text, const Visit& visit) {
  if (rule.expr() == nullptr) return;
  const analysis::LabelFlow& flow = rule.expression_facts().labels.OfRoot();
  for (const tmpl::LabelUse& use : text.facts.labels) {
    if (use.field == "Labels") visit(use, flow);
  }
}

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
    if (rule.expression_facts().labels.OfRoot().Of(use.name) == Presence::kCannot) continue;
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

// Whether the value is printed, rather than only looked at by conditions.
bool PrintsValue(tmpl::Block block);

bool Reads(const tmpl::Pipeline& pipeline) {
  for (const tmpl::Command& command : pipeline.commands) {
    for (const tmpl::Operand& operand : command.operands) {
      if (operand.kind == tmpl::OperandKind::kVariable && operand.variable.name == "$value") {
        return true;
      }
      if (operand.kind == tmpl::OperandKind::kField && operand.fields.size() == 1 &&
          operand.fields.front() == "Value") {
        return true;
      }
      if (operand.kind == tmpl::OperandKind::kPipeline && Reads(*operand.pipeline)) return true;
    }
  }
  return false;
}

bool PrintsValue(tmpl::Block block) {
  for (const tmpl::Statement& statement : block) {
    const bool is_action =
        statement.kind == tmpl::StatementKind::kAction && statement.pipeline->variables.empty();
    if (is_action && Reads(*statement.pipeline)) return true;
    if (PrintsValue(statement.body) || PrintsValue(statement.otherwise)) return true;
  }
  return false;
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
  if (!text.facts.mistakes.empty() || text.facts.functions.empty()) return;
  // What fails with every answer and value fails because of itself: a pattern, a number.
  std::optional<tmpl::Problem> problem;
  for (const bool has_sample : {true, false}) {
    for (const double value : {1.5, 0.0}) {
      auto said = Run(rule, text, has_sample, value);
      if (said) return;
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

// A label that the expression cannot return, and that no rule sets.
void TemplateMissingLabel(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  ForEachQueryLabel(rule, text, [&](const tmpl::LabelUse& use, const analysis::LabelFlow& flow) {
    if (IsSetByRule(rule, text, use.name)) return;
    const analysis::LabelBranch* without = flow.BranchWithout(use.name);
    if (without == nullptr) return;
    const bool is_nowhere = flow.Of(use.name) == Presence::kCannot;
    const analysis::LabelFact fact = without->Of(use.name);
    const std::string name(use.name);
    Draft draft;
    draft.at = text.At(use.span);
    draft.message = is_nowhere ? FieldName(text) + " shows the label '" + name +
                                     "', which the result cannot have: nothing is printed"
                               : FieldName(text) + " shows the label '" + name +
                                     "', which one operand of 'or' cannot have";
    draft.details = "'" + name + "' " + std::string(Text(fact.reason.cause, Presence::kCannot));
    draft.advice = "keep the label in the expression, or take it out of the text";
    if (!is_nowhere) {
      draft.severity = Severity::kInfo;
      draft.related.push_back(
          {&rule.file(), rule.At(without->source), "the operand without the label"});
    } else if (fact.reason.span.end > fact.reason.span.start) {
      draft.related.push_back({&rule.file(), rule.At(fact.reason.span), "it is lost here"});
    }
    sink.Add(std::move(draft));
  });
}

// $labels holds what the query returned, not what the rule adds.
void TemplateOwnLabel(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  ForEachQueryLabel(rule, text, [&](const tmpl::LabelUse& use, const analysis::LabelFlow& flow) {
    if (!IsSetByRule(rule, text, use.name)) return;
    if (flow.Of(use.name) == Presence::kMust) return;
    const bool is_nowhere =
        flow.Of(use.name) == Presence::kCannot || use.name == "alertname";
    const bool is_alerts = flow.Of(use.name) != Presence::kCannot && use.name == "alertname" &&
                           flow.branches.front().Find("alertname") != nullptr;
    if (is_alerts) return;
    // The query may return it too, and then that is what is shown.
    if (!is_nowhere && IsTemplated(text.field->value.value) && text.is_label) return;
    const std::string name(use.name);
    Draft draft;
    draft.at = text.At(use.span);
    draft.message = FieldName(text) + " shows '" + name +
                    (is_nowhere ? "', which only the rule itself sets: nothing is printed"
                                : "' as the query returns it, not as the rule sets it");
    draft.details = "$labels holds the labels of the query's result; what the rule and its group "
                    "add comes later";
    draft.advice = "write the value itself";
    if (!is_nowhere) {
      draft.severity = Severity::kHint;
      draft.confidence = Confidence::kHeuristic;
    }
    const std::string_view value = StaticValue(rule, use.name);
    const tmpl::Statement* action = ActionAround(text.parsed->body(), use.span);
    // Only where the braces hold the label and nothing else.
    const bool is_alone = action != nullptr && action->kind == tmpl::StatementKind::kAction &&
                          action->pipeline != nullptr && action->pipeline->commands.size() == 1 &&
                          action->pipeline->commands.front().operands.size() == 1;
    if (is_nowhere && is_alone && !value.empty()) {
      if (auto edit = Replacement(text.field->value, action->span.start, action->span.end,
                                  std::string(value))) {
        draft.fixes.push_back(
            {"write '" + std::string(value) + "'", false, {std::move(*edit)}});
      }
    }
    sink.Add(std::move(draft));
  });
}

void TemplateValueInLabel(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  if (!text.is_label || !text.facts.uses_value || !PrintsValue(text.parsed->body())) return;
  if (text.is_of_group && &rule != &rule.group().rules().front()) return;
  sink.Add({.at = text.field->value.source,
            .message = "the value in a label makes another alert of it whenever it changes",
            .details = "labels are what an alert is known by: 'for' never ends, and every change is "
                       "a new notification",
            .advice = "put the value into an annotation"});
}

void TemplateValueCondition(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  if (!text.is_label || !text.facts.uses_value || PrintsValue(text.parsed->body())) return;
  if (text.is_of_group && &rule != &rule.group().rules().front()) return;
  sink.Add({.at = text.field->value.source,
            .message = "this label depends on the value: when it crosses the line, the alert ends "
                       "and another begins",
            .details = "'for' starts again for the other one",
            .advice = "write two rules with two thresholds"});
}

// {{ $value }} as it is: 0.30000000000000004.
void TemplateHumanize(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  if (text.is_label || rule.expr() == nullptr) return;
  const analysis::Interval interval =
      rule.expression_facts().values.OfRoot().proven.interval;
  if (interval.is_integer || interval.is_exact()) return;
  // Only results of calculations have endless digits.
  const Expr* observed = &analysis::Unwrapped(*rule.expr());
  while (const BinaryExpr* binary = observed->As<BinaryExpr>()) {
    if (!IsComparison(binary->op) && !IsSetOperator(binary->op)) break;
    observed = &analysis::Unwrapped(*binary->lhs);
  }
  const BinaryExpr* calculates = observed->As<BinaryExpr>();
  const Call* call = observed->As<Call>();
  const AggregateExpr* aggregate = observed->As<AggregateExpr>();
  const bool is_rough = (calculates != nullptr && calculates->op == BinaryOp::kDiv) ||
                        (call != nullptr && !call->args.empty()) ||
                        (aggregate != nullptr && aggregate->op == AggregateOp::kAvg);
  if (!is_rough) return;
  const auto look = [&](const auto& self, tmpl::Block block) -> void {
    for (const tmpl::Statement& statement : block) {
      self(self, statement.body);
      self(self, statement.otherwise);
      if (statement.kind != tmpl::StatementKind::kAction) continue;
      const tmpl::Pipeline& pipeline = *statement.pipeline;
      const bool is_bare = pipeline.variables.empty() && pipeline.commands.size() == 1 &&
                           pipeline.commands.front().operands.size() == 1 && Reads(pipeline);
      if (!is_bare) continue;
      const analysis::Unit unit = rule.units().Of(*observed);
      std::string_view function = "humanize";
      if (unit.dimension == analysis::Dimension::kBytes) function = "humanize1024";
      if (unit.dimension == analysis::Dimension::kTime && unit.scale == 1 && !unit.per_second) {
        function = "humanizeDuration";
      }
      if (unit.dimension == analysis::Dimension::kRatio && !unit.is_percent()) {
        function = "humanizePercentage";
      }
      // `{{ $value }}s` and `{{ $value }}%` name the unit already.
      const std::string_view behind = text.parsed->text().substr(statement.span.end);
      if (!behind.empty() && (std::isalpha(static_cast<unsigned char>(behind.front())) != 0 ||
                              behind.front() == '%')) {
        function = "humanize";
      }
      Draft draft;
      draft.at = text.At(statement.span);
      draft.message = FieldName(text) + " prints the value with all of its digits";
      draft.advice = "write {{ $value | " + std::string(function) + " }}";
      const tmpl::Span command = pipeline.span;
      if (auto edit = Replacement(text.field->value, command.start, command.end,
                                  std::string(text.parsed->text().substr(
                                      command.start, command.end - command.start)) +
                                      " | " + std::string(function))) {
        draft.fixes.push_back({"print it with " + std::string(function), false, {std::move(*edit)}});
      }
      sink.Add(std::move(draft));
    }
  };
  look(look, text.parsed->body());
}

// humanizePercentage of what is percent already, humanizeDuration of bytes.
void TemplateHumanizeUnit(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  if (rule.expr() == nullptr || !text.facts.uses_value) return;
  const analysis::Unit unit = rule.units().OfRoot();
  if (!unit.is_known() || unit.dimension == analysis::Dimension::kNumber) return;
  for (const tmpl::FunctionUse& use : text.facts.functions) {
    if (use.function == nullptr) continue;
    const std::string_view name = use.function->name;
    std::string wrong;
    if (name == "humanizePercentage" && unit.is_percent()) {
      wrong = "multiplies by 100 what is percent already";
    } else if (name == "humanizePercentage" && unit.dimension != analysis::Dimension::kRatio &&
               !(unit.dimension == analysis::Dimension::kTime && unit.per_second)) {
      // Seconds per second are a share of the time.
      wrong = "shows " + Text(unit) + " as a share of 100";
    } else if (name == "humanizeDuration" && unit.dimension != analysis::Dimension::kTime) {
      wrong = "shows " + Text(unit) + " as time";
    } else if (name == "humanizeDuration" && unit.scale != 1) {
      wrong = "takes " + Text(unit) + " for seconds";
    } else if (name == "humanizeTimestamp" && unit.dimension == analysis::Dimension::kTime) {
      wrong = "takes a length of time for a point in time";
    } else {
      continue;
    }
    // It may be fed with something else than the value.
    const tmpl::Statement* action = ActionAround(text.parsed->body(), use.span);
    if (action == nullptr || action->pipeline == nullptr || !Reads(*action->pipeline)) continue;
    sink.Add({.at = text.At(use.span),
              .message = std::string(name) + " " + wrong,
              .details = "the value of the expression is in " + Text(unit)});
  }
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

void TemplateExternalLabel(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  const auto& stated = rule.project().environment().external_labels;
  if (!stated) return;
  for (const tmpl::LabelUse& use : text.facts.labels) {
    if (use.field != "ExternalLabels" || stated->contains(use.name)) continue;
    sink.Add({.at = text.At(use.span),
              .message = "there is no external label '" + std::string(use.name) +
                         "' in the stated environment: nothing is printed",
              .advice = "state it under environment.external_labels, or use another one"});
  }
}

}  // namespace promql::lint::checks
