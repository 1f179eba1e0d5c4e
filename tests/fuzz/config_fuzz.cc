// SPDX-License-Identifier: Apache-2.0
// Any bytes as a configuration file: loaded, or refused with diagnostics that can be shown. What
// was loaded answers questions.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "promql/model/go_text.h"
#include "server/config/load.h"
#include "server/triage/route.h"

namespace {

void Ask(const warden::Config& config) {
  const auto at = warden::Instant(std::chrono::hours(24 * 365 * 56));
  const promql::LabelSet labels = {{"alertname", "a"}, {"severity", "critical"}};
  const auto routes = warden::MatchRoutes(config.route, labels);
  assert(!routes.empty());
  for (const warden::Route* route : routes) {
    assert(config.FindReceiver(route->receiver) != nullptr);
    assert(warden::GroupKey(*route, warden::GroupLabels(*route, labels)).starts_with("{}"));
  }
  for (const warden::TimeInterval& interval : config.time_intervals) {
    const auto change = interval.NextChange(at);
    assert(!change || interval.Contains(*change) != interval.Contains(at));
  }
  for (const warden::MaintenanceWindow& window : config.maintenance_windows) {
    const auto change = window.when.NextChange(at);
    assert(!change || window.when.Contains(*change) != window.when.Contains(at));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  const auto loaded = warden::LoadConfig(yaml, "fuzz.yml");
  if (loaded) {
    Ask(loaded->config);
    static_cast<void>(warden::Format(loaded->notices));
  } else {
    assert(!loaded.error().empty());
    static_cast<void>(warden::Format(loaded.error()));
  }
  return 0;
}
