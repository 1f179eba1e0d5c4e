// SPDX-License-Identifier: Apache-2.0
#include "promql/cli/rule_changes.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "promql/cli/rule_loader.h"
#include "promql/lint/directives.h"

namespace promql::cli {
namespace {

// White space around a text says nothing.
std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string_view Between(const rulefile::RuleFile& file, std::size_t begin, std::size_t end) {
  return begin < end ? Trimmed(file.content.substr(begin, end - begin)) : std::string_view();
}

struct RuleText {
  const rulefile::Rule* rule = nullptr;
  std::string_view above;  // comments; those of a group's first rule belong to the group's head
  std::string_view text;
};

struct GroupText {
  std::string_view name;
  std::string_view head;  // up to its first rule
  std::vector<RuleText> rules;
};

struct FileText {
  std::string_view head;  // up to the first group
  std::vector<GroupText> groups;
};

FileText TextsOf(const rulefile::RuleFile& file) {
  FileText texts;
  std::size_t at = 0;
  for (const rulefile::Group& group : file.groups) {
    if (texts.groups.empty()) texts.head = Between(file, 0, group.source.begin);
    GroupText of_group{group.name.value, {}, {}};
    const std::size_t first = group.rules.empty() ? group.source.end : group.rules[0].source.begin;
    of_group.head = Between(file, group.source.begin, first);
    at = first;
    for (const rulefile::Rule& rule : group.rules) {
      std::string_view above = Between(file, at, rule.source.begin);
      if (above.ends_with('-')) above = Trimmed(above.substr(0, above.size() - 1));
      of_group.rules.push_back({&rule, above, Between(file, rule.source.begin, rule.source.end)});
      at = rule.source.end;
    }
    texts.groups.push_back(std::move(of_group));
  }
  return texts;
}

using RuleKey = std::pair<std::string_view, std::string_view>;  // group and rule

}  // namespace

rulefile::RuleFile RulesBefore(const std::string& path, const std::string& before,
                               const lint::Config& config) {
  return ReadRules(path, lint::WithoutIgnoredText(before).content, config, rulefile::Schema::kAuto);
}

RuleChanges::RuleChanges(const lint::Project& project,
                         const std::map<std::string, FileChange>& files,
                         const lint::Config& config) {
  for (const auto& file : project.files()) {
    const auto change = files.find(file->path());
    if (change == files.end()) continue;
    lines_[file->path()] = change->second.lines;
    Judge(*file, change->second, config);
  }
}

void RuleChanges::Judge(const lint::FileContext& file, const FileChange& change,
                        const lint::Config& config) {
  const rulefile::RuleFile before = RulesBefore(file.path(), change.before, config);
  const FileText old_texts = TextsOf(before);
  const FileText new_texts = TextsOf(file.file());
  std::multiset<std::tuple<std::string_view, std::string_view, std::string_view>> known;
  std::set<std::pair<std::string_view, std::string_view>> heads;
  std::set<RuleKey> names;
  for (const GroupText& group : old_texts.groups) {
    heads.emplace(group.name, group.head);
    for (const RuleText& rule : group.rules) {
      known.emplace(group.name, rule.above, rule.text);
      names.emplace(group.name, rule.rule->name.value);
    }
  }
  const bool same_head = old_texts.head == new_texts.head;
  for (const GroupText& group : new_texts.groups) {
    const bool same_group = same_head && heads.contains({group.name, group.head});
    for (const RuleText& rule : group.rules) {
      const auto same = known.find({group.name, rule.above, rule.text});
      if (same_group && same != known.end()) {
        known.erase(same);
        continue;
      }
      const bool was_there = names.contains({group.name, rule.rule->name.value});
      states_[rule.rule] = was_there ? RuleState::kModified : RuleState::kAdded;
      ++(was_there ? modified_ : added_);
      const rulefile::LineIndex& lines = file.file().lines;
      rules_[file.path()].push_back(
          {lines.LineAt(rule.rule->source.begin), lines.LineAt(rule.rule->source.end)});
    }
  }
}

RuleState RuleChanges::StateOf(const lint::RuleContext& rule) const {
  const auto found = states_.find(&rule.rule());
  return found == states_.end() ? RuleState::kUnmodified : found->second;
}

bool RuleChanges::IsChangedRule(std::string_view file, const lint::Place& place) const {
  const auto rules = rules_.find(file);
  return rules != rules_.end() && std::ranges::any_of(rules->second, [&](const Lines& lines) {
           return lines.first <= place.line && place.line <= lines.last;
         });
}

bool RuleChanges::IsChangedLine(std::string_view file, const lint::Place& place) const {
  const auto changed = lines_.find(file);
  if (changed == lines_.end()) return false;
  return place.line == 0 || std::ranges::any_of(changed->second, [&](const ChangedLines& lines) {
           return lines.count > 0 && lines.first <= place.end_line &&
                  (place.line < lines.first || place.line - lines.first < lines.count);
         });
}

bool RuleChanges::Concerns(const lint::Finding& finding) const {
  if (IsChangedRule(finding.file, finding.place)) return true;
  // Of a rule that is as it was, only what another rule that changed made of it.
  const bool refers = std::ranges::any_of(finding.related, [&](const lint::Related& related) {
    return IsChangedRule(related.file, related.place);
  });
  if (refers || finding.kind != lint::RuleKind::kNone) return refers;
  return IsChangedLine(finding.file, finding.place);
}

}  // namespace promql::cli
