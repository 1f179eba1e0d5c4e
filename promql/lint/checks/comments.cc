// SPDX-License-Identifier: Apache-2.0
// The comments that speak to the linter, looked at themselves.
#include "promql/lint/check.h"
#include "promql/lint/directives.h"
#include "promql/lint/linter.h"

namespace promql::lint::checks {

void CommentMalformed(const FileContext& /*file*/, const Directives& directives,
                      const LintOptions& /*options*/, Sink& sink) {
  for (const Directives::Mistake& mistake : directives.mistakes) {
    sink.Add({.at = mistake.comment,
              .message = "this comment does nothing: " + mistake.message,
              .advice = "write '# promwarden-lint: allow CHECK because REASON' above the rule"});
  }
}

void CommentExpired(const FileContext& /*file*/, const Directives& directives,
                    const LintOptions& options, Sink& sink) {
  for (const Suppression& suppression : directives.suppressions) {
    if (!suppression.until || *suppression.until > options.today) continue;
    sink.Add({.at = suppression.comment,
              .message = "this comment has expired and silences nothing any more",
              .advice = "mend what it silenced, or give it a new day"});
  }
}

// Only when every check had its say: a check that did not run could not have used it.
void CommentUnused(const FileContext& /*file*/, const Directives& directives,
                   const LintOptions& options, Sink& sink) {
  if (!options.only.empty() || !options.without.empty()) return;
  for (const Suppression& suppression : directives.suppressions) {
    if (!suppression.is_ours || suppression.was_used) continue;
    if (suppression.until && *suppression.until <= options.today) continue;
    sink.Add({.at = suppression.comment,
              .message = "this comment silences nothing: there is no such finding here",
              .advice = "remove it"});
  }
}

}  // namespace promql::lint::checks
