// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/names.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "promql/model/go_text.h"

namespace promql::rulefile {
namespace {

// Longer words are nobody's slip of the finger, and cost time.
constexpr std::size_t kMaxWord = 64;

bool IsLegacyName(std::string_view name, bool takes_colons) {
  const auto fits = [takes_colons](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9') ||
           (takes_colons && c == ':');
  };
  return !name.empty() && (name[0] < '0' || name[0] > '9') && std::ranges::all_of(name, fits);
}

bool IsUtf8Name(std::string_view name) { return !name.empty() && IsValidUtf8(name); }

// Neighbours that changed places count as one edit.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      const bool is_swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string Folded(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c != '_' && c != '-') out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  }
  return out;
}

}  // namespace

bool IsLabelName(std::string_view name, NameValidation names) {
  return names == NameValidation::kUtf8 ? IsUtf8Name(name) : IsLegacyName(name, false);
}

bool IsMetricName(std::string_view name, NameValidation names) {
  return names == NameValidation::kUtf8 ? IsUtf8Name(name) : IsLegacyName(name, true);
}

std::string_view Nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > kMaxWord) return {};
  const std::string folded = Folded(word);
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    // `expression` for `expr`: the one begins with the other.
    const bool is_longer = candidate.size() >= 4 && word.starts_with(candidate);
    const std::size_t distance = is_longer ? 1 : EditDistance(folded, Folded(candidate));
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

}  // namespace promql::rulefile
