// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/context.h"

#include <algorithm>
#include <utility>

#include "promql/lint/directives.h"
#include "promql/lint/facts.h"
#include "promql/lint/summary.h"
#include "promql/template/prometheus.h"

namespace promql::lint {
namespace {

std::vector<TemplateText> ReadTemplates(const RuleContext& rule) {
  std::vector<TemplateText> texts;
  const auto read = [&](const std::vector<rulefile::Label>& fields, bool is_label, bool of_group) {
    for (const rulefile::Label& field : fields) {
      TemplateText& text = texts.emplace_back();
      text.field = &field;
      text.is_label = is_label;
      text.is_of_group = of_group;
      auto parsed = tmpl::Template::Parse(field.value.value, tmpl::PrometheusDialect());
      if (!parsed) {
        text.problem = std::move(parsed.error());
        continue;
      }
      text.parsed.emplace(std::move(*parsed));
      text.facts = tmpl::CheckTemplate(*text.parsed, tmpl::kRuleDataType);
    }
  };
  if (!rule.is_alert()) return texts;
  texts.reserve(rule.rule().labels.size() + rule.rule().annotations.size() +
                rule.group().group().labels.size());
  read(rule.rule().labels, true, false);
  read(rule.rule().annotations, false, false);
  read(rule.group().group().labels, true, true);
  return texts;
}

const std::vector<const RuleContext*> kNone;

}  // namespace

rulefile::Source TemplateText::At(tmpl::Span span) const {
  return field->value.SourceOf(span.start, span.end);
}

RuleContext::RuleContext(const GroupContext& group, const rulefile::Rule& rule)
    : group_(&group), rule_(&rule) {}
RuleContext::RuleContext(RuleContext&&) noexcept = default;
RuleContext::~RuleContext() = default;

const FileContext& RuleContext::file() const { return group_->file(); }
const Project& RuleContext::project() const { return group_->file().project(); }
bool RuleContext::is_alert() const { return rule_->kind == rulefile::RuleKind::kAlert; }
std::string_view RuleContext::name() const { return rule_->name.value; }

std::string_view RuleContext::owner() const { return file().directives().OwnerOf(this); }

const Expr* RuleContext::expr() const {
  return rule_->expression ? &rule_->expression->root() : nullptr;
}

rulefile::Source RuleContext::At(Span span) const { return rule_->expr.SourceOf(span); }

std::string_view RuleContext::Written(Span span) const {
  return rule_->expr.value.substr(span.start, span.end - span.start);
}

Duration RuleContext::for_() const { return rule_->for_ ? rule_->for_->value : Duration{0}; }
Duration RuleContext::keep_firing_for() const {
  return rule_->keep_firing_for ? rule_->keep_firing_for->value : Duration{0};
}

LabelSet RuleContext::MergedLabels() const {
  std::vector<LabelSet::Label> labels;
  for (const auto* fields : {&group_->group().labels, &rule_->labels}) {
    for (const rulefile::Label& label : *fields) {
      labels.emplace_back(label.name.value, label.value.value);
    }
  }
  return LabelSet::FromUnsorted(std::move(labels));
}

RuleFacts& RuleContext::facts() const {
  if (!facts_) facts_ = std::make_unique<RuleFacts>();
  return *facts_;
}

void RuleContext::Summarise() const {
  if (expr() != nullptr) {
    const bool has_facts = facts_ && facts_->expression;
    summary_ = std::make_unique<const RuleSummary>(
        has_facts ? Summarised(*expr(), *facts_->expression) : Summarised(*expr()));
  }
  facts_.reset();
}

const analysis::Facts& RuleContext::expression_facts() const {
  auto& known = facts().expression;
  if (!known) known.emplace(*expr(), analysis::LabelOptions{.languages = &file().languages()});
  return *known;
}

const analysis::Units& RuleContext::units() const {
  auto& known = facts().units;
  if (!known) known.emplace(expression_facts().tree);
  return *known;
}

std::span<const TemplateText> RuleContext::templates() const {
  auto& texts = facts().templates;
  if (!texts) texts = ReadTemplates(*this);
  return *texts;
}

GroupContext::GroupContext(const FileContext& file, const rulefile::Group& group)
    : file_(&file), group_(&group) {
  rules_.reserve(group.rules.size());
  for (const rulefile::Rule& rule : group.rules) rules_.emplace_back(*this, rule);
}

bool GroupContext::has_own_interval() const {
  return group_->interval && group_->interval->value > Duration{0};
}

Duration GroupContext::interval() const {
  return has_own_interval() ? group_->interval->value
                            : file_->project().environment().EvaluationInterval();
}

FileContext::FileContext(const Project& project, rulefile::RuleFile file)
    : project_(&project), file_(std::move(file)) {
  groups_.reserve(file_.groups.size());
  for (const rulefile::Group& group : file_.groups) groups_.emplace_back(*this, group);
  directives_ = std::make_unique<const Directives>(ReadDirectives(*this));
}
FileContext::~FileContext() = default;

analysis::LanguageCache& FileContext::languages() const {
  if (!languages_) {
    const bool is_old = project_->environment().target < Version{3, 0};
    languages_ = std::make_unique<analysis::LanguageCache>(
        is_old ? analysis::Dot::kStopsAtNewline : analysis::Dot::kMatchesNewline,
        &project_->patterns());
  }
  return *languages_;
}

void FileContext::DropFacts() const { languages_.reset(); }

Project::Project(const Config& config)
    : config_(&config), patterns_(std::make_unique<analysis::PatternStore>()) {}
Project::~Project() = default;

void Project::Add(rulefile::RuleFile file) {
  files_.push_back(std::make_unique<FileContext>(*this, std::move(file)));
}

void Project::Index() {
  for (const auto& file : files_) {
    for (const GroupContext& group : file->groups()) {
      for (const RuleContext& rule : group.rules()) {
        (rule.is_alert() ? alerts_ : records_)[rule.name()].push_back(&rule);
      }
    }
  }
}

std::span<const RuleContext* const> Project::Recording(std::string_view metric) const {
  const auto found = records_.find(metric);
  return found == records_.end() ? std::span(kNone) : std::span(found->second);
}

std::span<const RuleContext* const> Project::Alerting(std::string_view alert) const {
  const auto found = alerts_.find(alert);
  return found == alerts_.end() ? std::span(kNone) : std::span(found->second);
}

}  // namespace promql::lint
