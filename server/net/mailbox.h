// SPDX-License-Identifier: Apache-2.0
// How a response gets from any thread to the listener's: a letter in its box. Internal to the
// listener. The box may outlive the listener, for those who respond too late.
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "server/net/response_text.h"

namespace warden::listener {

// Safe from any thread.
class Mailbox {
 public:
  struct Letter {
    std::uint64_t connection;
    std::uint64_t request;
    ServerResponse response;
  };

  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void Put(Letter letter) {
    const std::lock_guard lock(mutex_);
    if (!wake_) return;
    letters_.push_back(std::move(letter));
    if (letters_.size() == 1) wake_();
  }
  std::vector<Letter> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(letters_, {});
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    wake_ = nullptr;
    letters_.clear();
  }

 private:
  std::mutex mutex_;
  std::function<void()> wake_;  // posts to the loop; empty once that has ended
  std::vector<Letter> letters_;
};

// What one body counts in the total of all that somebody still holds; given back at its end.
class BodyCharge {
 public:
  using Total = std::shared_ptr<std::atomic<std::size_t>>;

  explicit BodyCharge(Total total) : total_(std::move(total)) {}
  BodyCharge(BodyCharge&& other) noexcept
      : total_(other.total_), bytes_(std::exchange(other.bytes_, 0)) {}
  BodyCharge& operator=(BodyCharge&&) = delete;
  ~BodyCharge() { Set(0); }

  // Returns the total with it.
  std::size_t Set(std::size_t bytes) {
    const std::size_t more = bytes - std::exchange(bytes_, bytes);
    return total_->fetch_add(more) + more;
  }

 private:
  Total total_;
  std::size_t bytes_ = 0;
};

// The Respond of one request: answers 500 when it is dropped unused. Its body counts until then,
// also when the peer has gone meanwhile.
class Reply {
 public:
  Reply(std::shared_ptr<Mailbox> mailbox, std::uint64_t connection, std::uint64_t request,
        BodyCharge charge)
      : mailbox_(std::move(mailbox)),
        connection_(connection),
        request_(request),
        charge_(std::move(charge)) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&&) = delete;
  ~Reply() {
    if (mailbox_) (*this)(PlainResponse(500));
  }
  void operator()(ServerResponse response) {
    assert(mailbox_);
    charge_.Set(0);
    std::exchange(mailbox_, nullptr)->Put({connection_, request_, std::move(response)});
  }

 private:
  std::shared_ptr<Mailbox> mailbox_;
  std::uint64_t connection_;
  std::uint64_t request_;
  BodyCharge charge_;
};

}  // namespace warden::listener
