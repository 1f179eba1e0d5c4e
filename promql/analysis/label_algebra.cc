// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/label_algebra.h"

#include <algorithm>

namespace promql::analysis {
namespace {

constexpr ValueConstraint kNotEmpty[] = {{MatchOp::kNotEqual, {}}};

bool CanAgree(const LabelFact& a, const LabelFact& b, ValueLogic& logic) {
  if (a.presence == Presence::kCannot && b.presence == Presence::kCannot) return true;
  if (a.presence == Presence::kCannot) return b.presence != Presence::kMust;
  if (b.presence == Presence::kCannot) return a.presence != Presence::kMust;
  if (a.values.empty() || b.values.empty()) return true;
  if (a.presence == Presence::kMay && b.presence == Presence::kMay) {
    return logic.CanBeBoth(a.values, b.values) != Answer::kNo;
  }
  const ValueSet both = Intersection(a.values, b.values);
  if (both == a.values && both == b.values) return true;
  return logic.CanBeBoth(both, kNotEmpty) != Answer::kNo;
}

}  // namespace

std::vector<std::string_view> Sorted(std::span<const std::string_view> names) {
  std::vector<std::string_view> sorted(names.begin(), names.end());
  std::ranges::sort(sorted);
  const auto repeated = std::ranges::unique(sorted);
  sorted.erase(repeated.begin(), repeated.end());
  return sorted;
}

MatchKey::MatchKey(const VectorMatching* matching) {
  if (matching == nullptr) return;
  is_on_ = matching->on;
  listed_ = Sorted(matching->labels);
}

bool MatchKey::Has(std::string_view name) const {
  const bool is_listed = std::ranges::binary_search(listed_, name);
  return is_on_ ? is_listed : !is_listed && name != kName;
}

LabelFact Absent(std::string_view name, Reason reason) {
  return {.name = name, .presence = Presence::kCannot, .reason = reason, .values = {}};
}

const LabelFact* LabelBranch::Find(std::string_view name) const {
  const auto at = std::ranges::lower_bound(labels, name, {}, &LabelFact::name);
  return at != labels.end() && at->name == name ? &*at : nullptr;
}

LabelFact LabelBranch::Of(std::string_view name) const {
  if (const LabelFact* fact = Find(name)) return *fact;
  if (!is_open) return Absent(name, reason);
  return {.name = name, .presence = Presence::kMay, .reason = {}, .values = {}};
}

LabelFact Meet(const LabelFact& a, const LabelFact& b) {
  const bool is_of_a = a.presence != Presence::kMay || b.presence == Presence::kMay;
  LabelFact both{.name = a.name,
                 .presence = is_of_a ? a.presence : b.presence,
                 .reason = is_of_a ? a.reason : b.reason,
                 .values = {}};
  if (both.presence != Presence::kCannot) both.values = Intersection(a.values, b.values);
  return both;
}

LabelFact Join(const LabelFact& a, const LabelFact& b) {
  LabelFact either{.name = a.name, .presence = Presence::kMay, .reason = {}, .values = {}};
  if (a.presence == b.presence) {
    either.presence = a.presence;
    either.reason = a.reason;
  }
  // The constraints of a label that may be missing are those of its text when it is there, unless
  // they also speak of the missing one; only common ones survive.
  either.values = Union(a.values, b.values);
  return either;
}

LabelBranch Join(const LabelBranch& a, const LabelBranch& b) {
  LabelBranch either;
  either.is_open = a.is_open || b.is_open;
  either.reason = a.reason;
  either.source = {std::min(a.source.start, b.source.start), std::max(a.source.end, b.source.end)};
  for (const std::string_view name : Mentioned(a, b, {})) {
    either.labels.push_back(Join(a.Of(name), b.Of(name)));
  }
  return either;
}

void Set(LabelBranch& branch, LabelFact fact) {
  const auto at = std::ranges::lower_bound(branch.labels, fact.name, {}, &LabelFact::name);
  if (at != branch.labels.end() && at->name == fact.name) {
    *at = std::move(fact);
  } else {
    branch.labels.insert(at, std::move(fact));
  }
}

std::vector<std::string_view> Mentioned(const LabelBranch& a, const LabelBranch& b,
                                        std::span<const std::string_view> more) {
  std::vector<std::string_view> names(more.begin(), more.end());
  for (const LabelFact& fact : a.labels) names.push_back(fact.name);
  for (const LabelFact& fact : b.labels) names.push_back(fact.name);
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

void Normalise(LabelBranch& branch) {
  std::ranges::stable_sort(branch.labels, {}, &LabelFact::name);
  const auto repeated = std::ranges::unique(branch.labels, {}, &LabelFact::name);
  branch.labels.erase(repeated.begin(), repeated.end());
}

bool IsSameBranch(const LabelBranch& a, const LabelBranch& b) {
  return a.is_open == b.is_open &&
         std::ranges::equal(a.labels, b.labels, [](const LabelFact& x, const LabelFact& y) {
           return x.name == y.name && x.presence == y.presence && x.values == y.values;
         });
}

std::optional<LabelConflict> FindConflict(const LabelBranch& left, const LabelBranch& right,
                                          const MatchKey& key, ValueLogic& logic) {
  // Labels that neither side mentions agree: either both sides may have them, or one cannot and
  // the other may.
  for (const std::string_view name : Mentioned(left, right, {})) {
    if (!key.Has(name)) continue;
    LabelFact a = left.Of(name);
    LabelFact b = right.Of(name);
    if (!CanAgree(a, b, logic)) return LabelConflict{std::move(a), std::move(b)};
  }
  return std::nullopt;
}

}  // namespace promql::analysis
