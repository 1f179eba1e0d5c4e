// SPDX-License-Identifier: Apache-2.0
// Row numbers of the store as small types of their own, so that one kind is never passed for
// another. 0 is none.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace warden {

template <class Tag>
struct Id {
  std::int64_t value = 0;
  friend auto operator<=>(const Id&, const Id&) = default;
  [[nodiscard]] explicit operator bool() const { return value != 0; }
};

using AlertId = Id<struct AlertTag>;
using IncidentId = Id<struct IncidentTag>;
using NotificationId = Id<struct NotificationTag>;
using DeliveryId = Id<struct DeliveryTag>;

}  // namespace warden

template <class Tag>
struct std::hash<warden::Id<Tag>> {
  std::size_t operator()(const warden::Id<Tag>& id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};
