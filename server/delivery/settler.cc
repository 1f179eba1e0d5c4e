// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/settler.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/base/log.h"

namespace warden {
namespace {

constexpr auto kPause = std::chrono::seconds{1};

}  // namespace

Settler::Settler(StoreWriter& writer, std::shared_ptr<Inbox> inbox, Settled settled)
    : writer_(writer), inbox_(std::move(inbox)), settled_(std::move(settled)) {}

void Settler::Put(Settlement settlement) {
  held_.insert(settlement.delivery.id);
  std::vector<Settlement> one;
  one.push_back(std::move(settlement));
  Submit(std::move(one));
}

struct Settler::Batch {
  std::vector<Settlement> settlements;
  std::vector<DeliveryState> states;  // as the store gave them in the last transaction
};

void Settler::Submit(std::vector<Settlement> settlements) {
  auto batch = std::make_shared<Batch>(std::move(settlements));
  writer_.Submit(
      [batch](Transaction& transaction) -> Result<void> {
        batch->states.clear();
        for (const Settlement& settlement : batch->settlements) {
          const Delivery& row = settlement.delivery;
          if (!settlement.remote_id.empty()) {
            auto put = transaction.PutRemoteId(row.incident, row.destination, settlement.remote_id);
            if (!put) return put;
          }
          const auto state = transaction.PutDelivery(row);
          if (!state) return std::unexpected(state.error());
          batch->states.push_back(*state);
        }
        return {};
      },
      [this, inbox = inbox_, batch](const Result<void>& done) {
        inbox->Post([this, batch, is_written = done.has_value()] { Written(*batch, is_written); });
      });
}

void Settler::Written(Batch& batch, bool is_written) {
  if (!is_written) {
    if (failed_.empty()) {
      Log(LogLevel::kWarn, "outcomes of deliveries wait until the store can be written");
    }
    std::ranges::move(batch.settlements, std::back_inserter(failed_));
    return;
  }
  for (std::size_t i = 0; i < batch.settlements.size(); ++i) {
    Delivery& row = batch.settlements[i].delivery;
    row.state = batch.states[i];
    held_.erase(row.id);
    settled_(row);
  }
}

void Settler::Retry(Instant now) {
  if (failed_.empty()) return;
  // A pause out of reach was moved there by a jump of the clock.
  if (!retry_at_ || *retry_at_ - now > kPause) retry_at_ = now + kPause;
  if (now < *retry_at_) return;
  retry_at_.reset();
  if (writer_.healthy()) {
    Submit(std::exchange(failed_, {}));
  } else {
    retry_at_ = now + kPause;
  }
}

Instant Settler::next() const {
  return failed_.empty() ? Instant::max() : retry_at_.value_or(Instant::min());
}

}  // namespace warden
