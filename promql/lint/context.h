// SPDX-License-Identifier: Apache-2.0
// What checks look at: the rules of all files with everything that is known of them. Facts are
// computed when first asked for and kept until Summarise; until then a rule's facts belong to the
// thread that checks its file, and afterwards there is only its summary. The rest is constant. A project owns its files; everything below borrows.
//
//   Project ──▶ FileContext ──▶ GroupContext ──▶ RuleContext ──▶ Facts (labels, values, templates)
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "promql/lint/config.h"
#include "promql/rulefile/rule_file.h"
#include "promql/syntax/parser.h"
#include "promql/template/check.h"
#include "promql/template/template.h"

namespace promql::analysis {
struct Facts;         // promql/analysis/facts.h
class LanguageCache;  // promql/analysis/language.h
class PatternStore;
class Units;          // promql/analysis/units.h
}  // namespace promql::analysis

namespace promql::lint {

class Project;
class FileContext;
class GroupContext;
struct RuleFacts;    // facts.h, which checks need not see
struct Directives;   // directives.h
struct RuleTests;    // rule_tests.h
struct Route;        // route.h
struct RuleSummary;  // summary.h

// A label's or annotation's template.
struct TemplateText {
  const rulefile::Label* field = nullptr;  // name and value
  bool is_label = false;                   // else an annotation
  bool is_of_group = false;                // a group's label, which alerts expand too
  std::optional<tmpl::Template> parsed;    // nothing: `problem` says why
  std::optional<tmpl::Problem> problem;
  tmpl::TemplateFacts facts;
  // The bytes of the file behind bytes of the value.
  [[nodiscard]] rulefile::Source At(tmpl::Span span) const;
};

class RuleContext {
 public:
  RuleContext(const GroupContext& group, const rulefile::Rule& rule);
  RuleContext(RuleContext&&) noexcept;
  RuleContext& operator=(RuleContext&&) = delete;
  ~RuleContext();

  [[nodiscard]] const GroupContext& group() const { return *group_; }
  [[nodiscard]] const FileContext& file() const;
  [[nodiscard]] const Project& project() const;
  [[nodiscard]] const rulefile::Rule& rule() const { return *rule_; }
  [[nodiscard]] bool is_alert() const;
  [[nodiscard]] std::string_view name() const;
  // As comments of the file say; empty when none does.
  [[nodiscard]] std::string_view owner() const;
  // Null when there is none that could be parsed.
  [[nodiscard]] const Expr* expr() const;
  // The bytes of the file behind a part of the expression.
  [[nodiscard]] rulefile::Source At(Span span) const;
  [[nodiscard]] rulefile::Source At(const Expr& expr) const { return At(expr.span); }
  // The part as it is written in the expression, YAML's quoting undone.
  [[nodiscard]] std::string_view Written(Span span) const;
  // Zero where there is none or it is not a duration.
  [[nodiscard]] Duration for_() const;
  [[nodiscard]] Duration keep_firing_for() const;
  // The rule's own, over those of its group: as Prometheus merges them. Texts are templates.
  [[nodiscard]] LabelSet MergedLabels() const;

  // Of an alert: its labels, annotations and its group's labels.
  [[nodiscard]] std::span<const TemplateText> templates() const;
  // Of the expression, which has to be there.
  [[nodiscard]] const analysis::Facts& expression_facts() const;
  [[nodiscard]] const analysis::Units& units() const;
  // Works out what the checks of the whole project need, once, and forgets the rest.
  void Summarise() const;
  // Null when the expression could not be parsed; not before Summarise().
  [[nodiscard]] const RuleSummary* summary() const { return summary_.get(); }

 private:
  [[nodiscard]] RuleFacts& facts() const;
  const GroupContext* group_;
  const rulefile::Rule* rule_;
  mutable std::unique_ptr<RuleFacts> facts_;
  mutable std::unique_ptr<const RuleSummary> summary_;
};

class GroupContext {
 public:
  GroupContext(const FileContext& file, const rulefile::Group& group);
  [[nodiscard]] const FileContext& file() const { return *file_; }
  [[nodiscard]] const rulefile::Group& group() const { return *group_; }
  [[nodiscard]] std::span<const RuleContext> rules() const { return rules_; }
  // The group's interval, or what the environment states, or Prometheus' default.
  [[nodiscard]] Duration interval() const;
  [[nodiscard]] bool has_own_interval() const;

 private:
  friend class FileContext;
  const FileContext* file_;
  const rulefile::Group* group_;
  std::vector<RuleContext> rules_;
};

class FileContext {
 public:
  FileContext(const Project& project, rulefile::RuleFile file);
  FileContext(const FileContext&) = delete;
  FileContext& operator=(const FileContext&) = delete;
  ~FileContext();

  [[nodiscard]] const Project& project() const { return *project_; }
  [[nodiscard]] const rulefile::RuleFile& file() const { return file_; }
  [[nodiscard]] const std::string& path() const { return file_.path; }
  [[nodiscard]] std::span<const GroupContext> groups() const { return groups_; }
  // What its comments say.
  [[nodiscard]] const Directives& directives() const { return *directives_; }
  // Of the matchers in it, most of which stand in several rules; of the thread that checks it.
  [[nodiscard]] analysis::LanguageCache& languages() const;
  // When all of its rules are summarised.
  void DropFacts() const;

 private:
  const Project* project_;
  rulefile::RuleFile file_;
  std::vector<GroupContext> groups_;
  std::unique_ptr<const Directives> directives_;
  mutable std::unique_ptr<analysis::LanguageCache> languages_;
};

// What a run knows besides the rules; each null when nothing was given.
struct Surroundings {
  std::shared_ptr<const RuleTests> tests;
  std::shared_ptr<const Route> route;  // the root of Alertmanager's tree
  // Metrics that rules recorded before the change that is looked at, and that none records now.
  std::set<std::string, std::less<>> no_longer_recorded;
};

// Every file of a run, and where things are in them.
class Project {
 public:
  explicit Project(const Config& config);
  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;
  ~Project();

  // In the order in which they are to be reported. Not after Index().
  void Add(rulefile::RuleFile file);
  void Add(Surroundings surroundings) { surroundings_ = std::move(surroundings); }
  // Once, when all files are there.
  void Index();

  [[nodiscard]] const Config& config() const { return *config_; }
  [[nodiscard]] const Environment& environment() const { return config_->environment; }
  [[nodiscard]] const Surroundings& surroundings() const { return surroundings_; }
  [[nodiscard]] std::span<const std::unique_ptr<FileContext>> files() const { return files_; }
  // Regular expressions of all files; safe from any thread.
  [[nodiscard]] analysis::PatternStore& patterns() const { return *patterns_; }
  // Rules by the name they record; alerts by name. In the order of files.
  [[nodiscard]] std::span<const RuleContext* const> Recording(std::string_view metric) const;
  [[nodiscard]] std::span<const RuleContext* const> Alerting(std::string_view alert) const;

 private:
  using ByName = std::unordered_map<std::string_view, std::vector<const RuleContext*>>;
  const Config* config_;
  Surroundings surroundings_;
  std::unique_ptr<analysis::PatternStore> patterns_;
  std::vector<std::unique_ptr<FileContext>> files_;
  ByName records_;
  ByName alerts_;
};

}  // namespace promql::lint
