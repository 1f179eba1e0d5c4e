// SPDX-License-Identifier: Apache-2.0
// Pages for people, rendered on the server: one look, no outside assets, no script.
#pragma once

#include <string>
#include <string_view>

#include "promql/model/labels.h"
#include "server/api/api.h"

namespace warden::api {

// At `/`: what this is, which incidents are open, and where the other parts are. Nothing from the
// configuration.
[[nodiscard]] ServerResponse LandingPage(const Parts& parts);

// The names of its alerts, three at most, in order; not escaped.
[[nodiscard]] std::string IncidentTitle(const IncidentRow& row);

// `2026-11-28 17:53:38`, in UTC, as the head of its column says.
[[nodiscard]] std::string PageTime(Instant at);

// `alertname=DiskFull, instance=a`; not escaped.
[[nodiscard]] std::string LabelText(const promql::LabelSet& labels);

// A cell that holds `text`, escaped.
[[nodiscard]] std::string Cell(std::string_view text);

// `body` is HTML; `title` is escaped here.
[[nodiscard]] ServerResponse HtmlPage(int status, std::string_view title, std::string_view body);

}  // namespace warden::api
