// SPDX-License-Identifier: Apache-2.0
#include "server/alert/alert.h"

namespace warden {
namespace {

constexpr std::size_t kBlock = 16;  // what the allocator adds to each piece

std::size_t Held(const std::string& text) {
  return text.capacity() > 15 ? text.capacity() + 1 + kBlock : 0;
}

std::size_t Held(const promql::LabelSet& labels) {
  std::size_t bytes = kBlock;
  for (const auto& [name, value] : labels)
    bytes += sizeof(promql::LabelSet::Label) + Held(name) + Held(value);
  return bytes;
}

}  // namespace

std::size_t Footprint(const WebhookMessage& message) {
  std::size_t bytes =
      sizeof message + Held(message.source) + Held(message.receiver) + Held(message.group_key) +
      Held(message.external_url) + Held(message.notification_reason) + Held(message.group_labels) +
      Held(message.common_labels) + Held(message.common_annotations) + Held(message.route_labels);
  for (const Alert& alert : message.alerts) {
    bytes +=
        sizeof alert + Held(alert.labels) + Held(alert.annotations) + Held(alert.generator_url);
  }
  return bytes;
}

}  // namespace warden
