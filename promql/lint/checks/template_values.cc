// SPDX-License-Identifier: Apache-2.0
// The value of a rule in labels and texts.
#include <cctype>
#include <string>

#include "promql/analysis/facts.h"
#include "promql/analysis/units.h"
#include "promql/lint/check.h"
#include "promql/lint/edits.h"
#include "promql/lint/template_parts.h"

namespace promql::lint::checks {
namespace {

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

}  // namespace promql::lint::checks
