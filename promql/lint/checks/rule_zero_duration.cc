// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/check.h"
#include "promql/lint/edits.h"

namespace promql::lint::checks {

void RuleZeroDuration(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  const auto look = [&](const std::optional<rulefile::Duration>& duration, std::string_view key) {
    if (!duration || !duration->is_valid || duration->value != Duration{0}) return;
    Draft draft{.at = duration->text.source,
                .message = "'" + std::string(key) + "' of zero is what an alert has without it"};
    if (const auto edit = RemovalOf(rule, key)) {
      draft.fixes.push_back({"remove '" + std::string(key) + "'", true, {*edit}});
    }
    sink.Add(std::move(draft));
  };
  look(rule.rule().for_, "for");
  look(rule.rule().keep_firing_for, "keep_firing_for");
}

}  // namespace promql::lint::checks
