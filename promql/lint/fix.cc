// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/fix.h"

#include <algorithm>
#include <map>

namespace promql::lint {
namespace {

const Fix* Chosen(const Finding& finding, FixChoice choice) {
  const auto fix = std::ranges::find_if(
      finding.fixes, [&](const Fix& one) { return one.is_safe || choice == FixChoice::kAll; });
  return fix == finding.fixes.end() ? nullptr : &*fix;
}

// Edits taken so far, by where they begin; none of them touches another.
class Taken {
 public:
  // Whether it is one of them, byte for byte.
  [[nodiscard]] bool Has(const Edit& edit) const {
    const auto found = edits_.find(edit.begin);
    return found != edits_.end() && found->second->end == edit.end &&
           found->second->text == edit.text;
  }

  // Edits that merely stand side by side are apart, unless one of them inserts.
  [[nodiscard]] bool Collides(const Edit& edit) const {
    const auto next = edits_.lower_bound(edit.begin);
    if (next != edits_.end() && (next->first < edit.end || next->first == edit.begin)) {
      return true;
    }
    if (next == edits_.begin()) return false;
    const Edit& before = *std::prev(next)->second;
    return before.end > edit.begin || (before.end == edit.begin && edit.begin == edit.end);
  }

  void Add(const Edit& edit) { edits_[edit.begin] = &edit; }

  [[nodiscard]] std::string Applied(std::string_view content) const {
    std::string text;
    std::size_t at = 0;
    for (const auto& [begin, edit] : edits_) {
      text.append(content.substr(at, begin - at)).append(edit->text);
      at = edit->end;
    }
    return text.append(content.substr(at));
  }

 private:
  std::map<std::uint32_t, const Edit*> edits_;
};

bool IsWithin(const Fix& fix, std::string_view content) {
  return !fix.edits.empty() && std::ranges::all_of(fix.edits, [&](const Edit& edit) {
    return edit.begin <= edit.end && edit.end <= content.size();
  });
}

}  // namespace

FixedText ApplyFixes(std::string_view content, std::span<const Finding> findings,
                     FixChoice choice) {
  Taken taken;
  FixedText fixed;
  for (const Finding& finding : findings) {
    const Fix* const fix = Chosen(finding, choice);
    if (fix == nullptr || !IsWithin(*fix, content)) continue;
    const bool fits = std::ranges::all_of(
        fix->edits, [&](const Edit& edit) { return taken.Has(edit) || !taken.Collides(edit); });
    if (!fits) {
      ++fixed.left;
      continue;
    }
    for (const Edit& edit : fix->edits) taken.Add(edit);
    ++fixed.applied;
  }
  fixed.text = taken.Applied(content);
  return fixed;
}

}  // namespace promql::lint
