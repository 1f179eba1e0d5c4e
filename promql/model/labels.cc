// SPDX-License-Identifier: Apache-2.0
#include "promql/model/labels.h"

#include <algorithm>

#include "promql/model/fnv.h"

namespace promql {
namespace {

auto Find(auto& labels, std::string_view name) {
  return std::ranges::lower_bound(labels, name, {},
                                  [](const auto& l) -> std::string_view { return l.first; });
}

}  // namespace

LabelSet::LabelSet(std::initializer_list<Label> labels)
    : LabelSet(FromUnsorted({labels.begin(), labels.end()})) {}

LabelSet LabelSet::FromUnsorted(std::vector<Label> labels) {
  std::stable_sort(labels.begin(), labels.end(),
                   [](const Label& a, const Label& b) { return a.first < b.first; });
  LabelSet set;
  set.labels_.reserve(labels.size());
  for (auto& label : labels) {
    if (!set.labels_.empty() && set.labels_.back().first == label.first) {
      set.labels_.back().second = std::move(label.second);
    } else {
      set.labels_.push_back(std::move(label));
    }
  }
  return set;
}

std::string_view LabelSet::Get(std::string_view name) const {
  const auto at = Find(labels_, name);
  return at != labels_.end() && at->first == name ? std::string_view{at->second}
                                                  : std::string_view{};
}

bool LabelSet::Has(std::string_view name) const {
  const auto at = Find(labels_, name);
  return at != labels_.end() && at->first == name;
}

void LabelSet::Set(std::string_view name, std::string_view value) {
  const auto at = Find(labels_, name);
  if (at != labels_.end() && at->first == name) {
    at->second = value;
  } else {
    labels_.emplace(at, name, value);
  }
}

void LabelSet::Remove(std::string_view name) {
  const auto at = Find(labels_, name);
  if (at != labels_.end() && at->first == name) labels_.erase(at);
}

std::uint64_t LabelSet::Fingerprint() const {
  std::uint64_t hash = kFnvOffset;
  for (const auto& [name, value] : labels_) {
    for (const std::string_view text : {std::string_view(name), std::string_view(value)})
      hash = Fnv1a("\xff", Fnv1a(text, hash));
  }
  return hash;
}

std::string FingerprintText(std::uint64_t fingerprint) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; fingerprint >>= 4U) text[i] = kHex[fingerprint & 0xfU];
  return text;
}

}  // namespace promql
