// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/chart_shelf.h"

#include <algorithm>
#include <random>
#include <utility>

#include "server/channels/digest.h"
#include "server/net/auth.h"

namespace warden {
namespace {

constexpr std::size_t kSignatureLength = 32;  // hex digits: 128 bits

}  // namespace

std::string ChartShelf::NameOf(std::string_view notification, std::string_view expiry) const {
  const std::string stem = std::string(notification) + '-' + std::string(expiry);
  return stem + '-' + Hex(HmacSha256(key_, stem)).substr(0, kSignatureLength);
}

std::string ChartShelf::Put(NotificationId notification, Picture picture, Instant now) {
  const std::lock_guard lock(mutex_);
  while (!entries_.empty() && entries_.front().expires_at <= now) entries_.pop_front();
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.notification == notification && entry.picture == picture;
  });
  if (known != entries_.end()) return known->name;
  if (entries_.size() >= kMostPictures) entries_.pop_front();
  const Instant expires_at = now + kKept;
  const auto seconds =
      std::chrono::floor<std::chrono::seconds>(expires_at.time_since_epoch()).count();
  std::string name = NameOf(std::to_string(notification.value), std::to_string(seconds));
  entries_.push_back({notification, name, std::move(picture), expires_at});
  return name;
}

Result<Picture> ChartShelf::Get(std::string_view name, Instant now) const {
  const auto first = name.find('-');
  const auto second = first == std::string_view::npos ? first : name.find('-', first + 1);
  const bool is_whole = second != std::string_view::npos;
  if (!is_whole || !ConstantTimeEqual(name, NameOf(name.substr(0, first),
                                                   name.substr(first + 1, second - first - 1)))) {
    return Fail(ErrorCode::kInvalid, "there is no such chart");
  }
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.name == name; });
  if (found == entries_.end() || found->expires_at <= now)
    return Fail(ErrorCode::kUnavailable, "this chart is not kept any more");
  return found->picture;
}

std::string RandomKey() {
  std::random_device random;
  std::string key;
  while (key.size() < 32) key += static_cast<char>(random() & 0xFFU);
  return key;
}

}  // namespace warden
