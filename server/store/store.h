// SPDX-License-Identifier: Apache-2.0
// Where everything lives that must survive a kill -9. A Store is one database; its write side is
// used by one thread at a time (StoreWriter's), its read side (Find…, List…) from any thread,
// seeing only what was committed. Every change passes through Transact: when it returns without an
// error, the change is on disk (fsync done). Nothing above this folder knows which database it is.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/alert/incident.h"
#include "server/alert/notification.h"
#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/store/rows.h"

namespace warden {

// Where triage's records go: into their tables (Transaction), or into a journal entry. Put writes
// or replaces by id (groups: by key).
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual Result<void> PutAlert(const AlertRecord& alert) = 0;
  virtual Result<void> PutGroup(const GroupRecord& group) = 0;
  virtual Result<void> PutIncident(const Incident& incident) = 0;  // without its members
  virtual Result<void> PutMember(IncidentId incident, AlertId alert, const Member& member) = 0;
  virtual Result<void> AddTimeline(const TimelineEntry& entry) = 0;
};

// The write side, valid inside one Transact call. A failure of any call fails the whole
// transaction, but for what runs inside Isolate.
class Transaction : public RecordSink {
 public:
  // Keeps a journal entry (journal.h) whose records are to go into their tables later; the second
  // drops all entries, because they have. What stands there when the store is loaded goes first.
  virtual Result<void> AddJournal(std::string_view entry) = 0;
  virtual Result<void> ClearJournal() = 0;

  virtual Result<void> AddNotification(const Notification& notification) = 0;
  // Inserts; rows of the same incident and destination that are still waiting become superseded,
  // and the new row carries their notifications. Returns how many were superseded.
  virtual Result<std::int64_t> AddDelivery(Delivery delivery) = 0;
  virtual Result<void> AddQuarantine(const QuarantineRow& row) = 0;

  // Delivery. Leases up to `limit` due rows, oldest first, at most `per_destination` of one
  // destination counting those already leased, none of `blocked`, never two of one incident and
  // destination. A leased row's attempts count one more. A row that
  // would wait for longer than `longest_wait` is due: the wall clock was set back.
  virtual Result<std::vector<Delivery>> Lease(const LeaseRequest& request) = 0;
  // Writes state, attempts, not_before, last_error, settled_at of a leased row. A row that would
  // wait again although a newer one of its incident and destination waits becomes superseded
  // instead. Returns the state it is in now.
  virtual Result<DeliveryState> PutDelivery(const Delivery& delivery) = 0;
  // What a new row must say to send a dead or expired one again (its times are still to be set).
  // invalid: there is none, it is in another state, what it said is forgotten, or another row of
  // its incident and destination is not settled yet.
  virtual Result<Delivery> Replay(DeliveryId id) = 0;
  virtual Result<void> PutRemoteId(IncidentId incident, const Destination& destination,
                                   std::string_view remote_id) = 0;
  // Waiting rows whose expires_at has passed become expired; they are returned.
  virtual Result<std::vector<Delivery>> ExpireDue(Instant now) = 0;

  // Runs `work`, and takes back what it did when it fails, so that others of the same transaction
  // go on. After unavailable there is no transaction any more.
  virtual Result<void> Isolate(const std::function<Result<void>(Transaction&)>& work) = 0;

  // A small blob by name: model state of watches, anything that one owner keeps.
  virtual Result<void> PutBlob(std::string_view name, std::string_view value) = 0;
  virtual Result<void> RemoveBlob(std::string_view name) = 0;

  // Forgets what ended before `before`: closed incidents with all that belongs to them, settled
  // deliveries, groups not seen since. At most `limit` incidents a call; returns how
  // many went.
  virtual Result<std::int64_t> Prune(Instant before, std::int64_t limit) = 0;
  // Forgets quarantine from before `before`, and the oldest of what is more than a thousand rows or
  // `most_bytes`; the newest row stays.
  virtual Result<void> PruneQuarantine(Instant before, std::uint64_t most_bytes) = 0;
};

class Store {
 public:
  virtual ~Store() = default;

  // Runs `work` and commits. Blocks for the disk. unavailable: the disk is full, read-only or
  // failing; nothing was changed.
  virtual Result<void> Transact(const std::function<Result<void>(Transaction&)>& work) = 0;

  // What triage needs to carry on, after the journal is in its tables: open incidents with members,
  // their alerts, alerts changed since `recent`, groups, and the next free ids. Leased rows of a
  // dead process become unknown first.
  virtual Result<StoredState> Load(Instant recent) = 0;

  virtual Result<Page<IncidentRow>> ListIncidents(const IncidentFilter& filter) = 0;
  // With so many of its alerts.
  virtual Result<std::optional<IncidentRow>> FindIncident(std::string_view uid,
                                                          const PageLimit& alerts) = 0;
  virtual Result<Page<IncidentAlert>> ListAlerts(const AlertFilter& filter) = 0;
  virtual Result<Page<TimelineEntry>> Timeline(const TimelineFilter& filter) = 0;
  virtual Result<IncidentCounts> CountsOf(IncidentId incident) = 0;
  virtual Result<Page<Delivery>> ListDeliveries(const DeliveryFilter& filter) = 0;
  virtual Result<std::optional<Delivery>> FindDelivery(DeliveryId id) = 0;
  virtual Result<Page<QuarantinePart>> ListQuarantine(const QuarantineFilter& filter) = 0;
  // A notification (with those it carries merged in) and the texts of its alerts, the same for all
  // destinations.
  virtual Result<Message> LoadMessage(const Delivery& delivery) = 0;
  virtual Result<std::string> RemoteId(IncidentId incident, const Destination& destination) = 0;
  // The earliest not_before of a waiting row of a destination that is not blocked; none when
  // nothing waits.
  virtual Result<std::optional<Instant>> NextDue(const std::vector<Destination>& blocked) = 0;
  virtual Result<DeliveryBalance> Balance() = 0;
  // By Text(destination).
  virtual Result<std::map<std::string, DestinationQueue>> Queues() = 0;
  virtual Result<std::optional<std::string>> FindBlob(std::string_view name) = 0;
  virtual Result<std::vector<std::string>> BlobNames(std::string_view prefix) = 0;
};

// Opens or creates the SQLite database at `path` (":memory:" for tests) and brings its schema up to
// date. invalid: not a database of ours, of a newer version, cannot be opened, or another process
// has it open; unavailable: the disk is full, which may pass.
[[nodiscard]] Result<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path);

}  // namespace warden
