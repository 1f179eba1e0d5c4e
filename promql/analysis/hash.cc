// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/hash.h"

#include <algorithm>
#include <bit>
#include <string_view>

#include "promql/analysis/interval.h"
#include "promql/analysis/label_algebra.h"

namespace promql::analysis {
namespace {

// Two lanes of multiply and rotate over 64-bit words.
class Mixer {
 public:
  explicit Mixer(std::uint64_t kind) { Add(kind); }

  Mixer& Add(std::uint64_t word) {
    hash_.high = std::rotl(hash_.high ^ word, 23) * 0x9FB21C651E98DF25U;
    hash_.low = std::rotl(hash_.low + word, 31) * 0xD6E8FEB86659FD93U ^ (hash_.high >> 29);
    return *this;
  }
  Mixer& Add(const Hash128& hash) { return Add(hash.high).Add(hash.low); }
  Mixer& Add(std::string_view text) {
    Add(text.size());
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      word = word << 8 | static_cast<unsigned char>(text[i]);
      if (i % 8 == 7) Add(std::exchange(word, 0));
    }
    return Add(word);
  }
  Mixer& Add(double value) {
    // Every NaN is the same, and so are both zeros only to those who compare, not to who divides.
    return Add(value != value ? 0x7FF8000000000001U : std::bit_cast<std::uint64_t>(value));
  }
  Mixer& Add(const std::vector<std::string_view>& sorted) {
    Add(sorted.size());
    for (const std::string_view text : sorted) Add(text);
    return *this;
  }
  Mixer& Add(const std::optional<double>& value) {
    Add(std::uint64_t{value.has_value()});
    return value ? Add(*value) : *this;
  }

  [[nodiscard]] Hash128 Done() const {
    Mixer last = *this;
    last.Add(std::uint64_t{0}).Add(std::uint64_t{0});
    return last.hash_;
  }

 private:
  Hash128 hash_{0x243F6A8885A308D3U, 0x13198A2E03707344U};
};

enum Kind : std::uint64_t {
  kNumber = 1,
  kString,
  kNegated,
  kBinary,
  kAggregate,
  kCall,
  kSelector,
  kMatrix,
  kSubquery,
  kMatcher,
  kDuration,
};

std::uint64_t Word(auto value) { return static_cast<std::uint64_t>(value); }

Hash128 OfDuration(const DurationExpr& duration) {
  Mixer mixer(kDuration);
  mixer.Add(Word(duration.op)).Add(duration.seconds);
  if (duration.lhs != nullptr) mixer.Add(OfDuration(*duration.lhs));
  if (duration.rhs != nullptr) mixer.Add(OfDuration(*duration.rhs));
  return mixer.Done();
}

void Add(Mixer& mixer, const DurationValue& duration) {
  mixer.Add(Word(duration.nanoseconds));
  if (duration.expr != nullptr) mixer.Add(OfDuration(*duration.expr));
}

void Add(Mixer& mixer, const TimeShift& shift) {
  Add(mixer, shift.offset);
  mixer.Add(Word(shift.at_bound)).Add(Word(shift.at_ms.has_value()));
  mixer.Add(Word(shift.at_ms.value_or(0)));
}

class NodeHash {
 public:
  // `numbers`: of the nodes that are but a number, with signs and parentheses.
  NodeHash(const Tree& tree, std::span<const Hash128> known,
           std::span<const std::optional<double>> numbers)
      : tree_(tree), known_(known), numbers_(numbers) {}

  [[nodiscard]] Hash128 Of(const Expr& expr) const {
    return std::visit([&](const auto& node) { return OfNode(node); }, expr.node);
  }
  [[nodiscard]] std::optional<double> NumberOf(const Expr& expr) const {
    if (const auto* number = expr.As<NumberLiteral>()) return number->value;
    if (const auto* paren = expr.As<ParenExpr>()) return numbers_[tree_.IdOf(*paren->inner)];
    const auto* unary = expr.As<UnaryExpr>();
    auto number = unary != nullptr ? numbers_[tree_.IdOf(*unary->operand)] : std::nullopt;
    if (number && unary->op == UnaryOp::kMinus) number = -*number;
    return number;
  }

 private:
  [[nodiscard]] Hash128 Below(const Expr& expr) const { return known_[tree_.IdOf(expr)]; }

  [[nodiscard]] Hash128 OfNode(const NumberLiteral& number) const {
    return Mixer(kNumber).Add(number.value).Done();
  }
  [[nodiscard]] Hash128 OfNode(const StringLiteral& string) const {
    return Mixer(kString).Add(string.value).Done();
  }
  [[nodiscard]] Hash128 OfNode(const ParenExpr& paren) const { return Below(*paren.inner); }
  [[nodiscard]] Hash128 OfNode(const UnaryExpr& unary) const {
    if (unary.op == UnaryOp::kPlus) return Below(*unary.operand);
    if (const auto number = numbers_[tree_.IdOf(*unary.operand)]) {
      return Mixer(kNumber).Add(-*number).Done();
    }
    return Mixer(kNegated).Add(Below(*unary.operand)).Done();
  }
  [[nodiscard]] Hash128 OfNode(const VectorSelector& selector) const {
    Mixer mixer(kSelector);
    std::vector<Hash128> matchers;
    for (const LabelMatcher& matcher : selector.matchers) {
      matchers.push_back(
          Mixer(kMatcher).Add(matcher.name).Add(Word(matcher.op)).Add(matcher.value).Done());
    }
    std::ranges::sort(matchers);
    const auto repeated = std::ranges::unique(matchers);
    matchers.erase(repeated.begin(), repeated.end());
    for (const Hash128& matcher : matchers) mixer.Add(matcher);
    Add(mixer, selector.shift);
    return mixer.Add(Word(selector.anchored)).Add(Word(selector.smoothed)).Done();
  }
  [[nodiscard]] Hash128 OfNode(const MatrixSelector& matrix) const {
    Mixer mixer(kMatrix);
    Add(mixer, matrix.range);
    return mixer.Add(Below(*matrix.selector)).Done();
  }
  [[nodiscard]] Hash128 OfNode(const Subquery& subquery) const {
    Mixer mixer(kSubquery);
    Add(mixer, subquery.range);
    Add(mixer, subquery.step);
    Add(mixer, subquery.shift);
    return mixer.Add(Below(*subquery.operand)).Done();
  }
  [[nodiscard]] Hash128 OfNode(const AggregateExpr& aggregate) const {
    Mixer mixer(kAggregate);
    mixer.Add(Word(aggregate.op)).Add(Word(aggregate.without)).Add(Sorted(aggregate.grouping));
    if (aggregate.parameter != nullptr) mixer.Add(Below(*aggregate.parameter));
    return mixer.Add(Below(*aggregate.operand)).Done();
  }
  [[nodiscard]] Hash128 OfNode(const Call& call) const {
    Mixer mixer(kCall);
    mixer.Add(call.function->name);
    for (const Expr* argument : call.args) mixer.Add(Below(*argument));
    return mixer.Done();
  }
  [[nodiscard]] Hash128 OfNode(const BinaryExpr& binary) const {
    const bool is_join =
        binary.lhs->type == ValueType::kVector && binary.rhs->type == ValueType::kVector;
    // The sides of a filter that joins decide whose values stay.
    const bool is_plain_comparison = IsComparison(binary.op) && (!is_join || binary.return_bool);
    const bool may_swap =
        binary.op == BinaryOp::kAdd || binary.op == BinaryOp::kMul || is_plain_comparison;
    Hash128 left = Below(*binary.lhs);
    Hash128 right = Below(*binary.rhs);
    BinaryOp op = binary.op;
    auto cardinality = binary.cardinality();
    std::optional<double> fill_left;
    std::optional<double> fill_right;
    if (const VectorMatching* matching = binary.matching()) {
      fill_left = matching->fill_left;
      fill_right = matching->fill_right;
    }
    if (may_swap && right < left) {
      std::swap(left, right);
      std::swap(fill_left, fill_right);
      op = Mirrored(op);
      cardinality = cardinality == MatchCardinality::kOneToMany   ? MatchCardinality::kManyToOne
                    : cardinality == MatchCardinality::kManyToOne ? MatchCardinality::kOneToMany
                                                                  : cardinality;
    }
    Mixer mixer(kBinary);
    mixer.Add(Word(op)).Add(Word(binary.return_bool)).Add(left).Add(right);
    // `ignoring ()` is what stands there when nothing does.
    const MatchKey key(binary.matching());
    mixer.Add(Word(key.is_on())).Add(key.listed()).Add(Word(cardinality));
    if (binary.matching() != nullptr && !binary.matching()->include.empty()) {
      mixer.Add(Sorted(binary.matching()->include));
    }
    if (fill_left || fill_right) mixer.Add(fill_left).Add(fill_right);
    return mixer.Done();
  }

  const Tree& tree_;
  std::span<const Hash128> known_;
  std::span<const std::optional<double>> numbers_;
};

}  // namespace

Hashes::Hashes(const Tree& tree) : tree_(&tree) {
  hashes_.reserve(tree.size());
  std::vector<std::optional<double>> numbers;
  numbers.reserve(tree.size());
  for (const Expr* expr : tree.nodes()) {
    const NodeHash node(tree, hashes_, numbers);
    hashes_.push_back(node.Of(*expr));
    numbers.push_back(node.NumberOf(*expr));
  }
}

bool IsEquivalent(const Expr& a, const Expr& b) {
  const Tree left(a);
  const Tree right(b);
  return Hashes(left).OfRoot() == Hashes(right).OfRoot();
}

}  // namespace promql::analysis
