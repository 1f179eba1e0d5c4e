// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/scraping.h"

#include <algorithm>

#include "promql/lint/selectors.h"

namespace promql::lint {

ScrapeInterval ScrapeIntervalOf(const RuleContext& rule, const VectorSelector& selector) {
  const auto recording = rule.project().Recording(MetricOf(selector));
  if (!recording.empty()) {
    const RuleContext* slowest = *std::ranges::max_element(
        recording, {}, [](const RuleContext* other) { return other->group().interval(); });
    return {slowest->group().interval(), true, slowest};
  }
  const Environment& environment = rule.project().environment();
  if (const auto job = EqualTo(selector, "job")) {
    const auto found = environment.scrape_interval_by_job.find(*job);
    if (found != environment.scrape_interval_by_job.end()) return {found->second, true, nullptr};
  }
  if (environment.scrape_interval) return {*environment.scrape_interval, true, nullptr};
  return {std::chrono::minutes(1), false, nullptr};
}

}  // namespace promql::lint
