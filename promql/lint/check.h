// SPDX-License-Identifier: Apache-2.0
// A check: one decision a team may want to make. Each is a pure function in a file of its own under
// checks/, a line in checks.def, a golden file and a paragraph of CHECKS.md. Checks get facts
// (context.h) and add drafts to a sink; ids, severities, suppressions, places and fingerprints are
// not their business. They run on several threads, each rule on one of them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promql/lint/context.h"
#include "promql/lint/finding.h"

namespace promql::lint {

using Source = rulefile::Source;

struct DraftEdit {
  Source at{};
  std::string text{};
};

struct DraftFix {
  std::string title{};
  bool is_safe = false;
  std::vector<DraftEdit> edits{};  // of the file the finding is in
};

struct DraftRelated {
  const FileContext* file = nullptr;
  Source at{};
  std::string message{};
};

// A finding before it knows its name. See Finding for what the texts are.
struct Draft {
  Source at{};
  std::string message{};
  std::string details{};
  std::string advice{};
  std::optional<Severity> severity{};      // where it differs from the check's own
  std::optional<Confidence> confidence{};  // the same
  std::vector<DraftRelated> related{};
  std::vector<DraftFix> fixes{};
};

struct CheckInfo;
struct Directives;   // directives.h
struct LintOptions;  // linter.h

// Where drafts go. One per thread; not shared.
class Sink {
 public:
  struct Entry {
    const CheckInfo* check = nullptr;
    const FileContext* file = nullptr;
    const RuleContext* rule = nullptr;  // null: of the file or group as a whole
    Draft draft;
  };

  // Of the rule, file, that the check was called for.
  void Add(Draft draft);
  // Of any, for checks of the whole project.
  void Add(const RuleContext& rule, Draft draft);
  void Add(const FileContext& file, Draft draft);

  // The runner's.
  void Begin(const CheckInfo& check, const FileContext* file, const RuleContext* rule);
  [[nodiscard]] std::vector<Entry>& entries() { return entries_; }

 private:
  const CheckInfo* check_ = nullptr;
  const FileContext* file_ = nullptr;
  const RuleContext* rule_ = nullptr;
  std::vector<Entry> entries_;
};

enum class CheckScope : std::uint8_t {
  kFile,       // once a file
  kGroup,      // once a group
  kRule,       // every rule, however broken
  kExpr,       // rules whose expression could be parsed
  kTemplates,  // alerts' labels and annotations, each value that could be parsed
  kProject,    // once, with every file
  kComments,   // once a file, after all else was judged
};

enum class FixKind : std::uint8_t { kNone, kSuggestion, kSafe };

struct CheckInfo {
  std::string_view id;  // group/kebab-name; never changes
  CheckScope scope = CheckScope::kRule;
  Severity severity = Severity::kWarning;
  Confidence confidence = Confidence::kLikely;
  FixKind fix = FixKind::kNone;
  std::string_view summary;  // one line
  std::string_view aliases;  // pint's ids that stand for it, separated by spaces
  union {
    void (*file)(const FileContext&, Sink&);
    void (*group)(const GroupContext&, Sink&);
    void (*rule)(const RuleContext&, Sink&);
    void (*templates)(const RuleContext&, const TemplateText&, Sink&);
    void (*project)(const Project&, Sink&);
    void (*comments)(const FileContext&, const Directives&, const LintOptions&, Sink&);
  } run{};
};

[[nodiscard]] std::span<const CheckInfo> AllChecks();  // in the order of checks.def
[[nodiscard]] const CheckInfo* FindCheck(std::string_view id);
// The paragraph of CHECKS.md, Markdown; empty when there is none.
[[nodiscard]] std::string_view DocumentationOf(std::string_view id);

}  // namespace promql::lint
