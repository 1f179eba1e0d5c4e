// SPDX-License-Identifier: Apache-2.0
// The Store on SQLite: write-ahead log, synchronous=FULL, one connection that writes, one that
// reads for the courier, one that counts for metrics, and one for people's lists, however long
// those take. Thread rule as Store's: each connection has its mutex; ":memory:" uses one connection
// for all. Private to this folder.
#pragma once

#include "server/store/file_lock.h"
#include "server/store/sqlite.h"
#include "server/store/store.h"

namespace warden {

class SqliteStore final : public Store {
 public:
  SqliteStore(FileLock lock, std::shared_ptr<sqlite::Connection> writer,
              std::shared_ptr<sqlite::Connection> reader,
              std::shared_ptr<sqlite::Connection> counter,
              std::shared_ptr<sqlite::Connection> lister)
      : lock_(std::move(lock)),
        writer_(std::move(writer)),
        reader_(std::move(reader)),
        counter_(std::move(counter)),
        lister_(std::move(lister)) {}

  // Creates or migrates the schema and counts the deliveries. Once, before anything else.
  Result<void> Prepare();

  Result<void> Transact(const std::function<Result<void>(Transaction&)>& work) override;
  Result<StoredState> Load(Instant recent) override;
  Result<Page<IncidentRow>> ListIncidents(const IncidentFilter& filter) override;
  Result<std::optional<IncidentRow>> FindIncident(std::string_view uid,
                                                  const PageLimit& alerts) override;
  Result<Page<IncidentAlert>> ListAlerts(const AlertFilter& filter) override;
  Result<Page<TimelineEntry>> Timeline(const TimelineFilter& filter) override;
  Result<IncidentCounts> CountsOf(IncidentId incident) override;
  Result<Page<Delivery>> ListDeliveries(const DeliveryFilter& filter) override;
  Result<std::optional<Delivery>> FindDelivery(DeliveryId id) override;
  Result<Page<QuarantinePart>> ListQuarantine(const QuarantineFilter& filter) override;
  Result<Message> LoadMessage(const Delivery& delivery) override;
  Result<std::string> RemoteId(IncidentId incident, const Destination& destination) override;
  Result<std::optional<Instant>> NextDue(const std::vector<Destination>& blocked) override;
  Result<DeliveryBalance> Balance() override;
  Result<std::map<std::string, DestinationQueue>> Queues() override;
  Result<std::optional<std::string>> FindBlob(std::string_view name) override;
  Result<std::vector<std::string>> BlobNames(std::string_view prefix) override;

 private:
  Result<void> Migrate();
  Result<void> CountDeliveries();
  Result<void> ReplayJournal();
  Result<void> TakeBackLeases();

  FileLock lock_;  // first, so that it outlives the connections
  std::shared_ptr<sqlite::Connection> writer_;
  std::shared_ptr<sqlite::Connection> reader_;
  std::shared_ptr<sqlite::Connection> counter_;
  std::shared_ptr<sqlite::Connection> lister_;
  std::mutex balance_mutex_;
  DeliveryBalance balance_;  // guarded by balance_mutex_: of what is committed, and forgets nothing
                             // that was pruned
};

}  // namespace warden
