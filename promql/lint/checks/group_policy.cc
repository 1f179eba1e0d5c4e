// SPDX-License-Identifier: Apache-2.0
// What a policy says of groups.
#include <string>

#include "promql/lint/check.h"
#include "promql/model/duration.h"

namespace promql::lint::checks {
namespace {

const Policy& PolicyOf(const GroupContext& group) {
  return group.file().project().config().policy;
}

void Range(const std::optional<rulefile::Duration>& duration, const DurationPolicy& policy,
           std::string_view what, Sink& sink) {
  if (!duration || !duration->is_valid) return;
  const bool too_short = policy.min && duration->value < *policy.min;
  const bool too_long = policy.max && duration->value > *policy.max;
  if (!too_short && !too_long) return;
  sink.Add({.at = duration->text.source,
            .message = std::string(what) + " of " + std::string(duration->text.value) + " is " +
                       (too_short ? "less than " : "more than ") +
                       FormatDuration(too_short ? *policy.min : *policy.max) +
                       ", which the policy allows"});
}

}  // namespace

void GroupSize(const GroupContext& group, Sink& sink) {
  const auto most = PolicyOf(group).max_rules_per_group;
  const std::size_t size = group.rules().size();
  if (!most || size <= *most) return;
  sink.Add({.at = group.group().name.source,
            .message = "the group has " + std::to_string(size) + " rules, more than the " +
                       std::to_string(*most) + " that the policy allows",
            .advice = "rules of a group run one after another: split it"});
}

void GroupLimitMissing(const GroupContext& group, Sink& sink) {
  if (!PolicyOf(group).group_limit_required || group.group().limit.value_or(0) > 0) return;
  sink.Add({.at = group.group().name.source,
            .message = "the group has no limit on the series that a rule may return",
            .advice = "add 'limit:', well above what its rules return now"});
}

void GroupIntervalRange(const GroupContext& group, Sink& sink) {
  Range(group.group().interval, PolicyOf(group).group_interval, "an interval", sink);
}

void GroupQueryOffsetRange(const GroupContext& group, Sink& sink) {
  Range(group.group().query_offset, PolicyOf(group).query_offset, "a query offset", sink);
}

void GroupNamePolicy(const GroupContext& group, Sink& sink) {
  const auto& name = PolicyOf(group).group_name;
  if (!name || name->regex.Matches(group.group().name.value)) return;
  sink.Add({.at = group.group().name.source,
            .message = "the group's name does not match '" + name->text + "'"});
}

}  // namespace promql::lint::checks
