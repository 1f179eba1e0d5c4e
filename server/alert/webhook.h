// SPDX-License-Identifier: Apache-2.0
// Webhook bytes → WebhookMessage, tolerant as a receiver of Alertmanager must be: unknown fields
// ignored, invalid UTF-8 replaced, year 1 read as unset, any UTC offset, missing fingerprints
// computed, the receiver's regex quoting undone. Two kinds of failure: invalid (not JSON at all,
// too deep: answer 4xx) and corrupt (JSON, but no webhook: keep it in quarantine and answer 200,
// because Alertmanager would hold its resolved alerts for ever otherwise).
#pragma once

#include <cstddef>
#include <string_view>

#include "server/alert/alert.h"
#include "server/base/result.h"

namespace warden {

struct WebhookLimits {
  std::size_t depth = 32;
  std::size_t alerts = 100'000;
  std::size_t labels_per_alert = 1'024;
  std::size_t text_bytes = std::size_t{1}
                           << 20U;  // one label value or annotation; longer is cut on a character
};

// `now` stands in for a missing or unreadable startsAt. An alert that is unusable is counted and
// left out; its neighbours stay. Of more than limits.alerts, the rest counts as cut away.
[[nodiscard]] Result<WebhookMessage> ParseWebhook(std::string_view body, Instant now,
                                                  const WebhookLimits& limits = {});

// {"a":"b"} both ways, for the store. Decoding what Encode wrote never fails; anything else gives
// an empty set.
[[nodiscard]] std::string EncodeLabels(const promql::LabelSet& labels);
[[nodiscard]] promql::LabelSet DecodeLabels(std::string_view json);

}  // namespace warden
