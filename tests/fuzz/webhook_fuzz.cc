// SPDX-License-Identifier: Apache-2.0
// Any bytes as a webhook body: parsed or refused, and what was parsed goes through triage and its
// label encoding.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "server/alert/webhook.h"
#include "server/triage/triage.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warden;
  const Instant now{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  auto message = ParseWebhook({reinterpret_cast<const char*>(data), size}, now);
  if (!message) return 0;
  for (const auto& alert : message->alerts) {
    assert(!alert.labels.empty());
    if (DecodeLabels(EncodeLabels(alert.labels)) != alert.labels) std::abort();
  }
  static const auto config = [] {
    Config made;
    made.route.receiver = "r";
    made.route.route_key = made.route.route_id = "{}";
    return std::make_shared<const Config>(std::move(made));
  }();
  Triage triage(config, {});
  Changes changes;
  const auto first = triage.Receive(*message, now, changes);
  const auto second = triage.Receive(*message, now, changes);
  assert(second.firing == 0 || first.firing > 0);
  triage.FlushDue(now + std::chrono::hours{1}, changes);
  return 0;
}
