// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/check.h"

#include <array>
#include <string>
#include <unordered_map>
#include <utility>

#include "promql/lint/checks/checks.h"

namespace warden::embedded {
extern const std::string_view kChecksMd;
}  // namespace warden::embedded

namespace promql::lint {
namespace {

constexpr CheckInfo Info(CheckInfo info, void (*run)(const FileContext&, Sink&)) {
  info.run.file = run;
  return info;
}
constexpr CheckInfo Info(CheckInfo info, void (*run)(const GroupContext&, Sink&)) {
  info.run.group = run;
  return info;
}
constexpr CheckInfo Info(CheckInfo info, void (*run)(const RuleContext&, Sink&)) {
  info.run.rule = run;
  return info;
}
constexpr CheckInfo Info(CheckInfo info,
                         void (*run)(const RuleContext&, const TemplateText&, Sink&)) {
  info.run.templates = run;
  return info;
}
constexpr CheckInfo Info(CheckInfo info, void (*run)(const Project&, Sink&)) {
  info.run.project = run;
  return info;
}
constexpr CheckInfo Info(CheckInfo info, void (*run)(const FileContext&, const Directives&,
                                                     const LintOptions&, Sink&)) {
  info.run.comments = run;
  return info;
}

constexpr auto kChecks = std::to_array<CheckInfo>({
#define CHECK(scope, id, function, severity, confidence, fix, summary, aliases)            \
  Info(CheckInfo{id, CheckScope::k##scope, Severity::k##severity, Confidence::k##confidence, \
                 FixKind::k##fix, summary, aliases, {}},                                   \
       checks::function),
#include "promql/lint/checks.def"
#undef CHECK
});

}  // namespace

std::span<const CheckInfo> AllChecks() { return kChecks; }

const CheckInfo* FindCheck(std::string_view id) {
  static const auto* const by_id = [] {
    auto* const map = new std::unordered_map<std::string_view, const CheckInfo*>;
    for (const CheckInfo& check : kChecks) map->emplace(check.id, &check);
    return map;
  }();
  const auto found = by_id->find(id);
  return found == by_id->end() ? nullptr : found->second;
}

// CHECKS.md has one heading `### id` a check; its paragraph ends at the next heading.
std::string_view DocumentationOf(std::string_view id) {
  const std::string_view text = warden::embedded::kChecksMd;
  const std::string heading = "\n### " + std::string(id) + "\n";
  const std::size_t at = text.find(heading);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + heading.size());
  const std::size_t end = std::min(rest.find("\n### "), rest.find("\n## "));
  return rest.substr(0, end);
}

void Sink::Begin(const CheckInfo& check, const FileContext* file, const RuleContext* rule) {
  check_ = &check;
  file_ = file;
  rule_ = rule;
}

void Sink::Add(Draft draft) { entries_.push_back({check_, file_, rule_, std::move(draft)}); }

void Sink::Add(const RuleContext& rule, Draft draft) {
  entries_.push_back({check_, &rule.file(), &rule, std::move(draft)});
}

void Sink::Add(const FileContext& file, Draft draft) {
  entries_.push_back({check_, &file, nullptr, std::move(draft)});
}

}  // namespace promql::lint
