// SPDX-License-Identifier: Apache-2.0
// What an alert's own expression says about the metric behind it: the query of its observed side,
// for this alert's series, and the threshold that it is compared with. Pure; may take some tens of
// milliseconds for hostile expressions.
#pragma once

#include <optional>
#include <string>

#include "promql/model/labels.h"
#include "server/alert/notification.h"

namespace warden {

struct AlertQuery {
  std::string query;
  std::string wide;  // the same for all series of the rule; empty when `query` is that already
  std::optional<AlertThreshold> threshold;  // when it is one number
};

// Nothing when the expression compares nothing, asks for an absence, or is none.
[[nodiscard]] std::optional<AlertQuery> AlertQueryOf(const std::string& expression,
                                                     const promql::LabelSet& alert);

// The threshold, when the expression compares just what `query` asks for.
[[nodiscard]] std::optional<AlertThreshold> ThresholdOf(const std::string& expression,
                                                        const std::string& query);

}  // namespace warden
