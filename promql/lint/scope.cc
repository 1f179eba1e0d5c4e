// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/scope.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace promql::lint {
namespace {

// One character of the pattern at `at` against `c`; moves `at` behind it. Only for what stands for
// exactly one character.
bool MatchesOne(std::string_view pattern, std::size_t& at, char c) {
  if (pattern[at] == '?') {
    ++at;
    return c != '/';
  }
  const std::size_t close = pattern[at] == '[' ? pattern.find(']', at + 2) : std::string_view::npos;
  if (close == std::string_view::npos) return pattern[at++] == c;
  std::size_t i = at + 1;
  const bool negated = pattern[i] == '!' || pattern[i] == '^';
  if (negated) ++i;
  bool found = false;
  for (; i < close; ++i) {
    if (i + 2 < close && pattern[i + 1] == '-') {
      found = found || (pattern[i] <= c && c <= pattern[i + 2]);
      i += 2;
    } else {
      found = found || pattern[i] == c;
    }
  }
  at = close + 1;
  return found != negated && c != '/';
}

}  // namespace

// Row by row over the pattern: reached[i] says whether what was read of it can end before path[i].
bool MatchesGlob(std::string_view pattern, std::string_view path) {
  if (path.starts_with("./")) path.remove_prefix(2);
  if (pattern.starts_with("./")) pattern.remove_prefix(2);
  if (pattern.find('/') == std::string_view::npos) path = path.substr(path.rfind('/') + 1);
  std::vector<char> reached(path.size() + 1, 0);
  reached[0] = 1;
  std::size_t at = 0;
  while (at < pattern.size()) {
    std::vector<char> next(path.size() + 1, 0);
    if (pattern[at] == '*') {
      const bool crosses = pattern.substr(at).starts_with("**");
      at += crosses ? 2 : 1;
      // `**/` may also stand for nothing.
      const bool whole_folders = crosses && at < pattern.size() && pattern[at] == '/';
      if (whole_folders) ++at;
      bool open = false;
      for (std::size_t i = 0; i <= path.size(); ++i) {
        if (reached[i] != 0) open = true, next[i] = 1;
        if (open && (!whole_folders || path[i - (i > 0)] == '/')) next[i] = 1;
        if (!crosses && i < path.size() && path[i] == '/') open = false;
      }
    } else {
      std::size_t behind = at;
      for (std::size_t i = 0; i < path.size(); ++i) {
        if (reached[i] == 0) continue;
        std::size_t mine = at;
        if (MatchesOne(pattern, mine, path[i])) next[i + 1] = 1;
        behind = mine;
      }
      if (behind == at) {  // nothing was reached
        return false;
      }
      at = behind;
    }
    reached = std::move(next);
  }
  return reached[path.size()] != 0;
}

bool MatchesAny(const Config& config, const std::vector<std::string>& globs,
                std::string_view path) {
  std::string from_config;
  if (!config.here.empty()) {
    from_config = (std::filesystem::path(config.here) / path).lexically_normal().string();
    path = from_config;
  }
  return std::ranges::any_of(
      globs, [&](const std::string& glob) { return glob == "**" || MatchesGlob(glob, path); });
}

bool IsIn(const Scope& scope, const FileContext& file, const RuleContext* rule,
          std::string_view owner) {
  if (!scope.paths.empty() && !MatchesAny(file.project().config(), scope.paths, file.path())) {
    return false;
  }
  if (scope.owner && !scope.owner->regex.Matches(owner)) return false;
  const bool asks_for_rule =
      scope.kinds != RuleKinds::kBoth || scope.group || scope.name || !scope.labels.empty();
  if (rule == nullptr) return !asks_for_rule;
  if (scope.kinds != RuleKinds::kBoth && (scope.kinds == RuleKinds::kAlerts) != rule->is_alert()) {
    return false;
  }
  if (scope.group && !scope.group->regex.Matches(rule->group().group().name.value)) return false;
  if (scope.name && !scope.name->regex.Matches(rule->name())) return false;
  if (scope.labels.empty()) return true;
  const LabelSet labels = rule->MergedLabels();
  return std::ranges::all_of(scope.labels, [&](const auto& label) {
    return label.second.regex.Matches(labels.Get(label.first));
  });
}

}  // namespace promql::lint
