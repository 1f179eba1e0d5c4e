// SPDX-License-Identifier: Apache-2.0
// The courier's rhythm: what to wait for, when to lease, what to do with the rows, how to stop.
// flight.cc has the way of a single row.
#include "server/delivery/loop.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/base/log.h"
#include "server/config/destinations.h"

namespace warden {
namespace {

constexpr std::int64_t kLeaseLimit = 1024;
constexpr std::int64_t kShare = 4;  // of one destination at the same time
// Of one that takes all it gets at once: what is sent while a commit is under way shares the next.
constexpr std::int64_t kSwiftShare = 16;
constexpr int kSwiftStreak = 16;  // no receiver's rate limit is met by chance so often
// Nothing of another process is ever taken over by time: SQLite's leases end with their process.
constexpr auto kLease = std::chrono::minutes{5};
constexpr auto kLongestPause = std::chrono::seconds{30};  // a jump of the clock is noticed by then
constexpr auto kShortPause = std::chrono::seconds{1};     // after what cannot be waited for

}  // namespace

Courier::Loop::Loop(CourierParts parts, std::shared_ptr<Inbox> inbox,
                    std::shared_ptr<const Config> config)
    : parts_(std::move(parts)),
      inbox_(std::move(inbox)),
      observer_(parts_.observer != nullptr ? *parts_.observer : silent_),
      snapshot_(std::make_shared<Snapshot>(std::move(config), parts_.make_channel)),
      settler_(parts_.writer, inbox_, [this](const Delivery& row) { OnSettled(row); }),
      next_look_(parts_.clock.Now()) {
  if (parts_.enricher == nullptr) return;
  enrichment_.emplace(*parts_.enricher, inbox_,
                      [this](EnrichmentResult result) { observer_.OnEnrichment(result); });
}

void Courier::Loop::Run() {
  while (!stopped_) {
    for (Inbox::Task& task : inbox_->Wait(Pause())) task();
    Turn();
  }
}

void Courier::Loop::Turn() {
  const Instant now = parts_.clock.Now();
  settler_.Retry(now);
  if (enrichment_) enrichment_->GiveUp(now);
  StartWaiting(now);
  LeaseIfDue(now);
  TellIfIdle();
}

Duration Courier::Loop::Pause() const {
  const Instant now = parts_.clock.Now();
  Instant next = now + kLongestPause;
  next = std::min(next, settler_.next());
  if (enrichment_) next = std::min(next, enrichment_->next());
  for (const auto& [destination, queue] : queues_) {
    if (!queue.waiting.empty()) next = std::min(next, queue.gate.ReadyAt(now));
  }
  if (!is_leasing_ && !idle_) next = std::min(next, look_now_ ? now : next_look_);
  return std::max(next, now) - now;
}

void Courier::Loop::LeaseIfDue(Instant now) {
  if (is_leasing_ || idle_) return;
  // A next look out of reach was moved there by a jump of the clock.
  if (!look_now_ && now < next_look_ && next_look_ - now <= kLongestPause) return;
  look_now_ = false;
  if (parts_.writer.healthy()) {
    Lease(now);
  } else {
    next_look_ = now + kShortPause;
  }
}

std::vector<Destination> Courier::Loop::Blocked(Instant now) const {
  std::vector<Destination> blocked;
  for (const auto& [destination, queue] : queues_) {
    if (!queue.waiting.empty() || queue.gate.ReadyAt(now) > now) blocked.push_back(destination);
  }
  return blocked;
}

std::vector<Destination> Courier::Loop::Swift() const {
  std::vector<Destination> swift;
  for (const auto& [destination, queue] : queues_) {
    if (queue.streak >= kSwiftStreak) swift.push_back(destination);
  }
  return swift;
}

namespace {

// Each destination's share, and more for those that are swift, as long as these are `most` rows.
Result<std::vector<Delivery>> LeaseShares(Transaction& transaction, LeaseRequest request,
                                          const std::vector<Destination>& all,
                                          const std::vector<Destination>& swift,
                                          std::int64_t most) {
  auto rows = transaction.Lease(request);
  if (!rows || swift.empty() || request.per_destination < kShare) return rows;
  const auto is_slow = [&swift](const Destination& each) {
    return std::ranges::find(swift, each) == swift.end();
  };
  std::ranges::copy_if(all, std::back_inserter(request.blocked), is_slow);
  for (const Delivery& row : *rows) {
    if (is_slow(row.destination)) request.blocked.push_back(row.destination);
  }
  request.per_destination = kSwiftShare;
  request.limit = std::min(request.limit, most) - std::ssize(*rows);
  if (request.limit <= 0) return rows;
  auto more = transaction.Lease(request);
  if (more) std::ranges::move(*more, std::back_inserter(*rows));
  return more ? std::move(rows) : std::move(more);
}

}  // namespace

void Courier::Loop::Lease(Instant now) {
  is_leasing_ = true;
  const auto most = static_cast<std::size_t>(snapshot_->config().delivery.max_concurrent);
  // Whatever hangs, a destination with nothing under way always gets one.
  const LeaseRequest request{.now = now,
                             .lease_until = now + kLease,
                             .limit = kLeaseLimit,
                             .per_destination = flights_.size() < most ? kShare : 1,
                             .blocked = Blocked(now),
                             .longest_wait = LongestWait(snapshot_->retry_policy())};
  std::vector<Destination> all;
  for (const auto& [destination, queue] : queues_) all.push_back(destination);
  for (const auto& [id, flight] : flights_) all.push_back(flight.delivery.destination);
  auto leased = std::make_shared<Leased>();
  parts_.writer.Submit(
      [request, leased, all = std::move(all), swift = Swift(),
       room = static_cast<std::int64_t>(most / 2) -
              std::ssize(flights_)](Transaction& transaction) -> Result<void> {
        auto expired = transaction.ExpireDue(request.now);
        if (!expired) return std::unexpected(expired.error());
        auto rows = LeaseShares(transaction, request, all, swift, room);
        if (!rows) return std::unexpected(rows.error());
        *leased = {std::move(*rows), std::move(*expired)};
        return {};
      },
      [this, inbox = inbox_, leased](const Result<void>& done) {
        inbox->Post(
            [this, leased, is_committed = done.has_value()] { OnLeased(*leased, is_committed); });
      });
}

void Courier::Loop::OnLeased(Leased& leased, bool is_committed) {
  is_leasing_ = false;
  if (!is_committed) {
    next_look_ = parts_.clock.Now() + kShortPause;
    return;
  }
  for (const Delivery& row : leased.expired) {
    observer_.OnSettled(row, parts_.clock.Now() - row.created_at);
  }
  for (Delivery& row : leased.rows) {
    // The store lost track of its lease (it was read back after a failure), we did not.
    if (flights_.contains(row.id) || settler_.Holds(row.id)) continue;
    Begin(std::move(row));
  }
  PlanNextLook(leased);
}

void Courier::Loop::PlanNextLook(const Leased& leased) {
  const Instant now = parts_.clock.Now();
  next_look_ = now + kLongestPause;
  if (std::ssize(leased.rows) >= kLeaseLimit) {
    look_now_ = true;
    return;
  }
  const auto blocked = Blocked(now);
  for (const Destination& destination : blocked) {
    const Queue& queue = queues_.at(destination);
    if (queue.waiting.empty()) next_look_ = std::min(next_look_, queue.gate.ReadyAt(now));
  }
  const auto due = parts_.store.NextDue(blocked);
  if (!due) {
    next_look_ = std::min(next_look_, now + kShortPause);
  } else if (*due) {
    // What is due and was not leased waits for the end of others: that is heard, not waited for.
    next_look_ = std::min(next_look_, **due > now ? **due : now + kShortPause);
  }
}

Courier::Loop::Queue& Courier::Loop::QueueOf(const Destination& destination) {
  auto found = queues_.find(destination);
  if (found == queues_.end()) {
    const Gate gate(snapshot_->gate_policy(destination), parts_.clock.Now());
    found = queues_.emplace(destination, Queue{.gate = gate}).first;
  }
  return found->second;
}

void Courier::Loop::OnSettled(const Delivery& row) {
  look_now_ = true;
  observer_.OnSettled(row, parts_.clock.Now() - row.created_at);
}

void Courier::Loop::SetConfig(std::shared_ptr<const Config> config) {
  snapshot_ = std::make_shared<Snapshot>(std::move(config), parts_.make_channel);
  const Instant now = parts_.clock.Now();
  for (auto& [destination, queue] : queues_) {
    if (queue.gate.state() != CircuitState::kClosed) {
      observer_.OnCircuit(destination, CircuitState::kClosed);
    }
    queue.gate.Reset(snapshot_->gate_policy(destination), now);
  }
  std::erase_if(queues_, [this](const auto& entry) {
    return entry.second.waiting.empty() && !snapshot_->ChannelOf(entry.first);
  });
  look_now_ = true;
}

// The check and the new row are one transaction: two who ask at once get one message.
void Courier::Loop::Replay(DeliveryId id, ReplayDone done) {
  auto new_id = std::make_shared<DeliveryId>();
  parts_.writer.Submit(
      [id, new_id, snapshot = snapshot_, now = parts_.clock.Now(),
       make_id = parts_.new_delivery_id](Transaction& transaction) -> Result<void> {
        auto row = transaction.Replay(id);
        if (!row) return std::unexpected(row.error());
        row->id = *new_id = make_id();
        row->created_at = row->not_before = now;
        row->expires_at = now + LifetimeOf(snapshot->config(), row->destination);
        const auto added = transaction.AddDelivery(std::move(*row));
        if (!added) return std::unexpected(added.error());
        return {};
      },
      [this, inbox = inbox_, new_id, done = std::move(done)](const Result<void>& written) mutable {
        if (!written) {
          done(std::unexpected(written.error()));
          return;
        }
        inbox->Post([this] { Look(); });
        done(*new_id);
      });
}

void Courier::Loop::BeginDrain(std::function<void()> idle) {
  idle_ = std::move(idle);
  std::vector<DeliveryId> unsent;
  for (const auto& [id, flight] : flights_) {
    if (flight.stage != Flight::Stage::kSending) unsent.push_back(id);
  }
  for (const DeliveryId id : unsent) End(id, {.result = AttemptResult::kNotSent});
}

void Courier::Loop::Abandon() {
  std::vector<DeliveryId> sending;
  for (const auto& [id, flight] : flights_) sending.push_back(id);
  for (const DeliveryId id : sending) {
    End(id, {.result = AttemptResult::kUnknown, .reason = "shut down before the answer came"});
  }
}

void Courier::Loop::TellIfIdle() {
  if (!idle_ || is_leasing_ || !flights_.empty() || !settler_.empty()) return;
  std::exchange(idle_, [] {})();
}

}  // namespace warden
