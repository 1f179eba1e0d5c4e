// SPDX-License-Identifier: Apache-2.0
// Pictures that messages only point to (Slack fetches images itself). They lie in memory, the
// newest few hundred for a day: whoever shows them fetches them at once and keeps a copy, and after
// a restart there is nothing to show. A name is good for its picture alone and cannot be guessed:
// it carries an expiry and an HMAC of both under a key that this process drew. Safe from any
// thread.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "server/alert/ids.h"
#include "server/base/clock.h"
#include "server/base/result.h"

namespace warden {

using Picture = std::shared_ptr<const std::string>;  // the bytes of a PNG, immutable

class ChartShelf {
 public:
  static constexpr std::size_t kMostPictures = 512;
  static constexpr Duration kKept = std::chrono::hours(24);

  // `key`: secret, and new at every start.
  explicit ChartShelf(std::string key) : key_(std::move(key)) {}

  // The picture's name, `12-1795000000-0123…`; the same for the same notification while it is kept.
  [[nodiscard]] std::string Put(NotificationId notification, Picture picture, Instant now);
  // invalid: not a name that Put gave; unavailable: it was one, and the picture is gone.
  [[nodiscard]] Result<Picture> Get(std::string_view name, Instant now) const;

 private:
  struct Entry {
    NotificationId notification;
    std::string name;
    Picture picture;
    Instant expires_at;
  };
  [[nodiscard]] std::string NameOf(std::string_view notification, std::string_view expiry) const;

  const std::string key_;
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;  // guarded by mutex_; the oldest first
};

// 32 random bytes for a key.
[[nodiscard]] std::string RandomKey();

}  // namespace warden
