// SPDX-License-Identifier: Apache-2.0
// Every check's function, declared from checks.def; each is defined in a file of its own here, which
// needs check.h only, so that a line of the table does not compile all of them anew.
#pragma once

#include "promql/lint/check.h"

namespace promql::lint::checks {

#define PROMQL_LINT_File(function) void function(const FileContext& file, Sink& sink);
#define PROMQL_LINT_Group(function) void function(const GroupContext& group, Sink& sink);
#define PROMQL_LINT_Rule(function) void function(const RuleContext& rule, Sink& sink);
#define PROMQL_LINT_Expr(function) void function(const RuleContext& rule, Sink& sink);
#define PROMQL_LINT_Templates(function) \
  void function(const RuleContext& rule, const TemplateText& text, Sink& sink);
#define PROMQL_LINT_Project(function) void function(const Project& project, Sink& sink);
#define PROMQL_LINT_Comments(function)                                                           \
  void function(const FileContext& file, const Directives& directives, const LintOptions& options, \
                Sink& sink);

#define CHECK(scope, id, function, severity, confidence, fix, summary, aliases) \
  PROMQL_LINT_##scope(function)
#include "promql/lint/checks.def"
#undef CHECK

#undef PROMQL_LINT_File
#undef PROMQL_LINT_Group
#undef PROMQL_LINT_Rule
#undef PROMQL_LINT_Expr
#undef PROMQL_LINT_Templates
#undef PROMQL_LINT_Project
#undef PROMQL_LINT_Comments

}  // namespace promql::lint::checks
