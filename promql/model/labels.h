// SPDX-License-Identifier: Apache-2.0
// A label set as Prometheus sees it: names and values, sorted by name bytes, each name once. A
// missing label and an empty one mean the same to matchers; both are kept apart here because
// payloads are echoed.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace promql {

class LabelSet {
 public:
  using Label = std::pair<std::string, std::string>;

  LabelSet() = default;
  // Later duplicates of a name win.
  LabelSet(std::initializer_list<Label> labels);
  // Sorts; of duplicate names the last wins.
  [[nodiscard]] static LabelSet FromUnsorted(std::vector<Label> labels);

  // The value, or an empty view when there is no such label. Valid until the set changes.
  [[nodiscard]] std::string_view Get(std::string_view name) const;
  [[nodiscard]] bool Has(std::string_view name) const;
  void Set(std::string_view name, std::string_view value);
  void Remove(std::string_view name);

  [[nodiscard]] bool empty() const { return labels_.empty(); }
  [[nodiscard]] std::size_t size() const { return labels_.size(); }
  [[nodiscard]] auto begin() const { return labels_.begin(); }
  [[nodiscard]] auto end() const { return labels_.end(); }

  // 64-bit FNV-1a over name, 0xff, value, 0xff in name order: the fingerprint that Alertmanager
  // computes (prometheus/common).
  [[nodiscard]] std::uint64_t Fingerprint() const;

  friend bool operator==(const LabelSet&, const LabelSet&) = default;
  friend auto operator<=>(const LabelSet&, const LabelSet&) = default;

 private:
  std::vector<Label> labels_;
};

// 16 lower-case hex digits.
[[nodiscard]] std::string FingerprintText(std::uint64_t fingerprint);

}  // namespace promql
