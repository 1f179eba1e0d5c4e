// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "promql/analysis/alert.h"
#include "promql/analysis/label_algebra.h"
#include "promql/syntax/lexer.h"
#include "promql/syntax/parser.h"
#include "promql/syntax/printer.h"

namespace promql::analysis {
namespace {

struct Wanted {
  std::string_view name;
  std::string_view value;
  std::string value_or_none;  // a regular expression
};

// A bit for each wanted label.
using Mask = std::uint64_t;
constexpr std::size_t kMostWanted = 64;

std::string ValueOrNone(std::string_view value) {
  std::string pattern;
  for (const char c : value) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + "|";
}

std::vector<Wanted> WantedOf(const LabelSet& labels) {
  std::vector<Wanted> wanted;
  for (const auto& [name, value] : labels) {
    if (name == "alertname" || name == kName || value.empty()) continue;
    if (wanted.size() < kMostWanted) wanted.push_back({name, value, ValueOrNone(value)});
  }
  return wanted;
}

// Which wanted labels may be asked of an operand when they are asked of the node around it: those
// that arrive unchanged, where leaving out other series changes nothing about those that stay.
class Narrowing {
 public:
  explicit Narrowing(const std::vector<Wanted>& wanted) : wanted_(wanted) {}

  [[nodiscard]] Mask All() const {
    return wanted_.size() == kMostWanted ? ~Mask{0} : (Mask{1} << wanted_.size()) - 1;
  }

  [[nodiscard]] Mask Below(const Expr& parent, const Expr& child, Mask mask) const {
    if (child.type != ValueType::kVector && child.type != ValueType::kMatrix) return 0;
    if (const auto* aggregate = parent.As<AggregateExpr>()) return BelowAggregate(*aggregate, mask);
    if (const auto* call = parent.As<Call>()) return BelowCall(*call, child, mask);
    if (const auto* binary = parent.As<BinaryExpr>()) return BelowBinary(*binary, child, mask);
    return mask;
  }

 private:
  template <class Keep>
  [[nodiscard]] Mask Filtered(Mask mask, const Keep& keep) const {
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if ((mask >> i & 1) != 0 && !keep(wanted_[i].name)) mask &= ~(Mask{1} << i);
    }
    return mask;
  }
  [[nodiscard]] Mask Without(Mask mask, const Expr& label) const {
    const auto text = StringIn(label);
    return Filtered(mask, [&](std::string_view name) { return text && name != *text; });
  }

  [[nodiscard]] Mask BelowAggregate(const AggregateExpr& aggregate, Mask mask) const {
    if (mask == 0) return 0;
    if (aggregate.op == AggregateOp::kCountValues) mask = Without(mask, *aggregate.parameter);
    const std::vector<std::string_view> grouping = Sorted(aggregate.grouping);
    return Filtered(mask, [&](std::string_view name) {
      return std::ranges::binary_search(grouping, name) != aggregate.without;
    });
  }

  [[nodiscard]] Mask BelowCall(const Call& call, const Expr& child, Mask mask) const {
    const std::string_view name = call.function->name;
    if (name == "absent" || name == "absent_over_time" || name == "info" || name == "scalar")
      return 0;
    if (name == "label_replace" || name == "label_join") {
      return &child == call.args[0] ? Without(mask, *call.args[1]) : 0;
    }
    if (!name.starts_with("histogram_")) return mask;
    if (name == "histogram_quantiles") mask = Without(mask, *call.args[1]);
    return Filtered(mask, [](std::string_view label) { return label != "le"; });
  }

  [[nodiscard]] Mask BelowBinary(const BinaryExpr& binary, const Expr& child, Mask mask) const {
    if (mask == 0 || binary.lhs->type != binary.rhs->type) return mask;
    const VectorMatching* matching = binary.matching();
    if (matching != nullptr && matching->has_fill()) return 0;
    const MatchKey key(matching);
    const bool is_left = &child == binary.lhs;
    const auto cardinality = binary.cardinality();
    return Filtered(mask, [&](std::string_view name) {
      const bool is_included = matching != nullptr && std::ranges::find(matching->include, name) !=
                                                          matching->include.end();
      if (key.Has(name)) return true;
      switch (cardinality) {
        case MatchCardinality::kManyToMany:  // and, unless: the left side's; or: either's
          return binary.op != BinaryOp::kOr && is_left;
        case MatchCardinality::kManyToOne:
          return is_left != is_included;
        case MatchCardinality::kOneToMany:
          return is_left == is_included;
        case MatchCardinality::kOneToOne:
          return false;
      }
      return false;
    });
  }

  const std::vector<Wanted>& wanted_;
};

// The matchers for one selector, each followed by a comma.
std::string Additions(const VectorSelector& selector, const LabelBranch& known,
                      const std::vector<Wanted>& wanted, Mask mask, ValueLogic& logic) {
  std::string text;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if ((mask >> i & 1) == 0) continue;
    const Wanted& one = wanted[i];
    const bool is_exact = std::ranges::any_of(selector.matchers, [&](const LabelMatcher& matcher) {
      return matcher.name == one.name && matcher.op == MatchOp::kEqual;
    });
    const LabelFact fact = known.Of(one.name);
    // A value that cannot be this series' own was put there by the rule.
    if (is_exact || logic.Allows(fact.values, one.value) == Answer::kNo) continue;
    const bool must = fact.presence == Presence::kMust;
    AppendMatcher({.name = one.name,
                   .value = must ? one.value : std::string_view(one.value_or_none),
                   .op = must ? MatchOp::kEqual : MatchOp::kRegex,
                   .span = {}},
                  text);
    text += ",";
  }
  return text;
}

// Puts `matchers` into the braces of a selector.
std::string WithMatchers(std::string_view selector, std::string_view matchers) {
  const std::string text(selector);
  Lexer lexer(text);
  Token token = lexer.Next();
  std::size_t name_end = 0;
  if (token.type != TokenType::kLeftBrace) {
    name_end = token.span.end;
    token = lexer.Next();
  }
  if (token.type != TokenType::kLeftBrace) {
    return text.substr(0, name_end) + "{" + std::string(matchers) + "}" + text.substr(name_end);
  }
  return text.substr(0, token.span.end) + std::string(matchers) + text.substr(token.span.end);
}

}  // namespace

std::string Narrowed(const Expr& observed, std::string_view text, const LabelSet& alert_labels) {
  const std::vector<Wanted> wanted = WantedOf(alert_labels);
  const Narrowing narrowing(wanted);
  const Tree tree(observed);
  const Labels labels(tree);
  std::vector<Mask> masks(tree.size());
  masks[tree.root_id()] = narrowing.All();
  for (Tree::Id id = tree.root_id(); id-- > 0;) {  // parents come first this way
    const Tree::Id parent = tree.ParentOf(id);
    masks[id] = narrowing.Below(*tree.nodes()[parent], *tree.nodes()[id], masks[parent]);
  }
  ValueLogic logic;
  std::string narrowed;
  std::size_t done = observed.span.start;
  for (Tree::Id id = 0; id < tree.size(); ++id) {
    const Expr& expr = *tree.nodes()[id];
    const auto* selector = expr.As<VectorSelector>();
    if (selector == nullptr || masks[id] == 0) continue;
    const std::string matchers =
        Additions(*selector, labels.Of(id).branches.front(), wanted, masks[id], logic);
    if (matchers.empty()) continue;
    narrowed += text.substr(done, expr.span.start - done);
    narrowed +=
        WithMatchers(text.substr(expr.span.start, expr.span.end - expr.span.start), matchers);
    done = expr.span.end;
  }
  narrowed += text.substr(done, observed.span.end - done);
  ParseOptions options;
  options.features = Features::All();
  const auto parsed = ParseExpression(narrowed, options);
  return parsed ? Print(parsed->root()) : Print(observed);
}

}  // namespace promql::analysis
