// SPDX-License-Identifier: Apache-2.0
// The PromQL expression in the link that an alert carries to its graph. Links are untrusted text of
// any form. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warden {

// Prometheus, Thanos, Mimir (`…/graph?g0.expr=…`), VictoriaMetrics (`…/vmui/#/?g0.expr=…`,
// `expr=…`) and Grafana's explore (`left={"queries":[{"expr":"…"}]}`, `panes=…`). Of several the
// first; nothing when there is none.
[[nodiscard]] std::optional<std::string> ExpressionOf(std::string_view generator_url);

}  // namespace warden
