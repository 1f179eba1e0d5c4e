// SPDX-License-Identifier: Apache-2.0
// Transfer rules of functions.
#include <algorithm>
#include <array>
#include <optional>

#include "promql/analysis/label_algebra.h"
#include "promql/analysis/label_rules.h"
#include "promql/model/go_regex.h"

namespace promql::analysis {
namespace {

// What a label is after a function has written a text into it.
LabelFact Written(std::string_view name, std::string_view text, Reason reason) {
  if (text.empty()) return Absent(name, reason);
  return {.name = name,
          .presence = Presence::kMust,
          .reason = reason,
          .values = {{MatchOp::kEqual, text}}};
}

// The text that the label has for certain.
std::optional<std::string_view> ExactText(const LabelFact& fact) {
  if (fact.presence == Presence::kCannot) return std::string_view();
  const auto exact =
      std::ranges::find_if(fact.values, [](const auto& c) { return c.op == MatchOp::kEqual; });
  if (exact == fact.values.end()) return std::nullopt;
  return exact->value;
}

// Whether the pattern matches every text that the label can have.
Answer MatchesAll(const GoRegex& regex, std::string_view pattern, const LabelFact& fact,
                  ValueLogic& logic) {
  if (const auto text = ExactText(fact)) return regex.Matches(*text) ? Answer::kYes : Answer::kNo;
  static constexpr auto kAnything = std::to_array<std::string_view>({".*", "(.*)", "^.*$"});
  static constexpr auto kSomething = std::to_array<std::string_view>({".+", "(.+)", "^.+$"});
  if (std::ranges::find(kAnything, pattern) != kAnything.end()) return Answer::kYes;
  if (fact.presence == Presence::kMust &&
      std::ranges::find(kSomething, pattern) != kSomething.end())
    return Answer::kYes;
  const ValueConstraint matching[] = {{MatchOp::kRegex, pattern}};
  if (logic.CanBeBoth(fact.values, matching) == Answer::kNo) return Answer::kNo;
  return Answer::kUnknown;
}

// A replacement: whether it is the text of one group alone, and whether some of it is always there.
struct Replacement {
  bool is_constant = true;
  bool is_first_group = false;
  bool has_text = false;
};

Replacement Read(std::string_view text) {
  Replacement read;
  read.is_first_group = text == "$1" || text == "${1}";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$') {
      read.has_text = true;
      continue;
    }
    read.is_constant = false;
    if (i + 1 < text.size() && text[i + 1] == '{') {
      i = std::min(text.find('}', i), text.size());
    } else {
      while (i + 1 < text.size() &&
             (std::isalnum(static_cast<unsigned char>(text[i + 1])) != 0 || text[i + 1] == '_'))
        ++i;
    }
  }
  return read;
}

LabelFact Replaced(std::string_view name, std::string_view replacement, std::string_view pattern,
                   const GoRegex& regex, const LabelFact& source, Reason reason,
                   const RuleContext& context) {
  const Replacement read = Read(replacement);
  if (read.is_constant) return Written(name, replacement, reason);
  // Not a text that many replacements around each other multiply.
  constexpr std::size_t kLongest = 65'536;
  const auto text = ExactText(source);
  if (text && replacement.size() * (text->size() + 1) <= kLongest) {
    if (const auto groups = regex.Find(*text)) {
      context.texts.push_back(regex.Expand(replacement, *groups));
      return Written(name, context.texts.back(), reason);
    }
  }
  LabelFact fact{.name = name, .presence = Presence::kMay, .reason = reason, .values = {}};
  if (read.is_first_group && (pattern == "(.*)" || pattern == "(.+)")) {
    fact.presence = pattern == "(.+)" ? Presence::kMust : source.presence;
    fact.values = source.values;
  } else if (read.has_text) {
    fact.presence = Presence::kMust;
  }
  return fact;
}

LabelFlow LabelReplace(const Expr& expr, const Call& call, LabelFlow flow,
                       const RuleContext& context) {
  std::array<std::string_view, 4> texts;  // destination, replacement, source, pattern
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto text = StringIn(*call.args[i + 1]);
    if (!text) return flow;
    texts[i] = *text;
  }
  const auto& [destination, replacement, source_name, pattern] = texts;
  const auto regex = GoRegex::CompileAnchored(pattern);
  if (!regex) return flow;
  const Reason reason{Cause::kFunction, expr.span};
  for (LabelBranch& branch : flow.branches) {
    const LabelFact before = branch.Of(destination);
    const LabelFact source = source_name.empty() ? Absent({}, reason) : branch.Of(source_name);
    const Answer matches = MatchesAll(*regex, pattern, source, context.logic);
    if (matches == Answer::kNo) continue;
    LabelFact after = Replaced(destination, replacement, pattern, *regex, source, reason, context);
    if (matches == Answer::kUnknown) {
      after = Join(before, after);
      if (after.reason.cause == Cause::kNothing) after.reason = reason;
    }
    Set(branch, std::move(after));
  }
  return flow;
}

LabelFlow LabelJoin(const Expr& expr, const Call& call, LabelFlow flow) {
  const auto destination = StringIn(*call.args[1]);
  const auto separator = StringIn(*call.args[2]);
  if (!destination || !separator) return flow;
  const Reason reason{Cause::kFunction, expr.span};
  const std::span sources = call.args.subspan(3);
  for (LabelBranch& branch : flow.branches) {
    LabelFact joined = Absent(*destination, reason);
    if (sources.size() > 1 && !separator->empty()) joined.presence = Presence::kMust;
    for (const Expr* argument : sources) {
      const auto name = StringIn(*argument);
      const LabelFact source = name ? branch.Of(*name) : LabelFact{};
      joined.presence = std::max(joined.presence, source.presence);
      if (sources.size() == 1) joined.values = source.values;
    }
    Set(branch, std::move(joined));
  }
  return flow;
}

// The equality matchers of a bare selector; a label that two matchers name is left out.
LabelFlow Absence(const Expr& expr, const Call& call) {
  const Expr* argument = &Unwrapped(*call.args[0]);
  if (const auto* range = argument->As<MatrixSelector>()) argument = range->selector;
  LabelFlow flow = NoLabels(expr);
  const auto* selector = argument->As<VectorSelector>();
  if (selector == nullptr) return flow;
  LabelBranch& branch = flow.branches.front();
  std::vector<LabelFact> facts;
  for (const LabelMatcher& matcher : selector->matchers) {
    const Reason reason{Cause::kMatcher, matcher.span};
    if (matcher.name == kName) continue;
    facts.push_back(matcher.op == MatchOp::kEqual
                        ? Written(matcher.name, matcher.value, reason)
                        : Absent(matcher.name, {Cause::kNoLabels, expr.span}));
  }
  std::ranges::stable_sort(facts, {}, &LabelFact::name);
  for (LabelFact& fact : facts) {
    if (!branch.labels.empty() && branch.labels.back().name == fact.name) {
      branch.labels.back() = Absent(fact.name, {Cause::kNoLabels, expr.span});
    } else {
      branch.labels.push_back(std::move(fact));
    }
  }
  return flow;
}

// Labels of info metrics are added where the series has none of that name.
LabelFlow Info(const Expr& expr, const Call& call, LabelFlow flow) {
  const Reason reason{Cause::kFunction, expr.span};
  const VectorSelector* wanted =
      call.args.size() > 1 ? Unwrapped(*call.args[1]).As<VectorSelector>() : nullptr;
  for (LabelBranch& branch : flow.branches) {
    std::vector<std::string_view> names;
    if (wanted == nullptr) {
      branch.is_open = true;
      for (const LabelFact& fact : branch.labels) names.push_back(fact.name);
    } else {
      for (const LabelMatcher& matcher : wanted->matchers) names.push_back(matcher.name);
    }
    for (const std::string_view name : names) {
      LabelFact fact = branch.Of(name);
      if (name == kName || fact.presence == Presence::kMust) continue;
      Set(branch, {.name = name, .presence = Presence::kMay, .reason = reason, .values = {}});
    }
  }
  return flow;
}

// Buckets become one series, and a label may be added.
LabelFlow OfBuckets(const Expr& expr, const Call& call, LabelFlow flow) {
  const Reason reason{Cause::kFunction, expr.span};
  for (LabelBranch& branch : flow.branches) {
    Set(branch, Absent("le", reason));
    if (call.function->name != "histogram_quantiles") continue;
    if (const auto label = StringIn(*call.args[1])) {
      Set(branch, {.name = *label, .presence = Presence::kMust, .reason = reason, .values = {}});
    }
  }
  return flow;
}

}  // namespace

LabelFlow CallLabels(const Expr& expr, const Call& call, const LabelFlow* operand,
                     const RuleContext& context) {
  const std::string_view name = call.function->name;
  if (operand == nullptr || expr.type != ValueType::kVector) return NoLabels(expr);
  if (name == "absent" || name == "absent_over_time") return Absence(expr, call);
  if (name == "label_replace") return LabelReplace(expr, call, *operand, context);
  if (name == "label_join") return LabelJoin(expr, call, *operand);
  if (name == "info") return Info(expr, call, *operand);
  LabelFlow flow = WithoutName(*operand, expr, context);
  if (name == "histogram_quantile" || name == "histogram_quantiles" ||
      name == "histogram_fraction") {
    return OfBuckets(expr, call, std::move(flow));
  }
  return flow;
}

}  // namespace promql::analysis
