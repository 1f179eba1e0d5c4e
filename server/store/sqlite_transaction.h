// SPDX-License-Identifier: Apache-2.0
// The write side of SqliteStore inside one BEGIN … COMMIT. Lives on the stack of Transact; borrows
// the connection. Private to this folder.
#pragma once

#include "server/store/sqlite.h"
#include "server/store/store.h"

namespace warden {

class SqliteTransaction final : public Transaction {
 public:
  explicit SqliteTransaction(sqlite::Connection& connection) : db_(connection) {}

  Result<void> PutAlert(const AlertRecord& alert) override;
  Result<void> PutGroup(const GroupRecord& group) override;
  Result<void> PutIncident(const Incident& incident) override;
  Result<void> PutMember(IncidentId incident, AlertId alert, const Member& member) override;
  Result<void> AddTimeline(const TimelineEntry& entry) override;
  Result<void> AddJournal(std::string_view entry) override;
  Result<void> ClearJournal() override;
  Result<void> AddNotification(const Notification& notification) override;
  Result<std::int64_t> AddDelivery(Delivery delivery) override;
  Result<void> AddQuarantine(const QuarantineRow& row) override;
  Result<std::vector<Delivery>> Lease(const LeaseRequest& request) override;
  Result<DeliveryState> PutDelivery(const Delivery& delivery) override;
  Result<Delivery> Replay(DeliveryId id) override;
  Result<void> PutRemoteId(IncidentId incident, const Destination& destination,
                           std::string_view remote_id) override;
  Result<std::vector<Delivery>> ExpireDue(Instant now) override;
  Result<void> Isolate(const std::function<Result<void>(Transaction&)>& work) override;
  Result<void> PutBlob(std::string_view name, std::string_view value) override;
  Result<void> RemoveBlob(std::string_view name) override;
  Result<std::int64_t> Prune(Instant before, std::int64_t limit) override;
  Result<void> PruneQuarantine(Instant before, std::uint64_t most_bytes) override;

  // What this transaction did to the balance, to be added once it is committed.
  [[nodiscard]] const DeliveryBalance& balance() const { return balance_; }

 private:
  Result<std::vector<Destination>> WaitingDestinations();
  Result<void> LeaseFrom(const Destination& destination, const LeaseRequest& request,
                         std::vector<Delivery>& leased);
  Result<void> Update(const Delivery& delivery);
  Result<DeliveryState> StateOf(DeliveryId id);
  Result<void> PruneOpen(Instant before, std::int64_t limit);
  void Settle(DeliveryState state);
  void Count(DeliveryState settled, std::int64_t by);

  sqlite::Connection& db_;
  DeliveryBalance balance_;
};

}  // namespace warden
