// SPDX-License-Identifier: Apache-2.0
// Writes how deliveries ended. What cannot be written (the disk is full) is kept and tried again
// every second, and until then nobody else may have the row. For the courier's thread; borrows the
// writer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/delivery/inbox.h"
#include "server/store/writer.h"

namespace warden {

struct Settlement {
  Delivery delivery;
  std::string remote_id = {};  // not empty: kept for the incident and destination
};

class Settler {
 public:
  // Runs on the courier's thread, once per settlement, after the commit; the delivery carries the
  // state that the store gave it.
  using Settled = std::function<void(const Delivery&)>;

  Settler(StoreWriter& writer, std::shared_ptr<Inbox> inbox, Settled settled);

  void Put(Settlement settlement);
  // Tries again what failed, when it is time to.
  void Retry(Instant now);
  // When Retry has something to do; max() when it has not.
  [[nodiscard]] Instant next() const;

  [[nodiscard]] bool Holds(DeliveryId id) const { return held_.contains(id); }
  [[nodiscard]] bool empty() const { return held_.empty(); }

 private:
  void Submit(std::vector<Settlement> settlements);
  struct Batch;
  void Written(Batch& batch, bool is_written);

  StoreWriter& writer_;
  std::shared_ptr<Inbox> inbox_;
  Settled settled_;
  std::set<DeliveryId> held_;
  std::vector<Settlement> failed_;
  std::optional<Instant> retry_at_;
};

}  // namespace warden
