// SPDX-License-Identifier: Apache-2.0
#include "server/store/journal.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace warden {
namespace {

constexpr char kVersion = 1;

enum class Kind : std::uint8_t { kAlert = 1, kGroup, kIncident, kMember, kTimeline };

// --- writing ---

void Put(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7U;
  }
  out += static_cast<char>(value);
}

void Put(std::string& out, std::int64_t value) {
  Put(out, (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U));
}

void Put(std::string& out, bool value) { out += value ? '\1' : '\0'; }
void Put(std::string& out, Kind kind) { out += static_cast<char>(kind); }
void Put(std::string& out, Instant at) { Put(out, std::int64_t{at.time_since_epoch().count()}); }

void Put(std::string& out, const std::optional<Instant>& at) {
  Put(out, at.has_value());
  if (at) Put(out, *at);
}

void Put(std::string& out, std::string_view text) {
  Put(out, std::uint64_t{text.size()});
  out += text;
}
void Put(std::string& out, const std::string& text) { Put(out, std::string_view{text}); }

void Put(std::string& out, const promql::LabelSet& labels) {
  Put(out, std::uint64_t{labels.size()});
  for (const auto& [name, value] : labels) {
    Put(out, name);
    Put(out, value);
  }
}

template <class Tag>
void Put(std::string& out, Id<Tag> id) {
  Put(out, id.value);
}

template <class... Fields>
void PutAll(std::string& out, const Fields&... fields) {
  (Put(out, fields), ...);
}

// --- reading ---

// Takes fields off the front; once something was not there, `ok` stays false and all is empty.
class Taker {
 public:
  explicit Taker(std::string_view rest) : rest_(rest) {}
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  std::uint8_t Byte() {
    if (rest_.empty()) return Fault();
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  void Take(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = Byte();
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return;
    }
    Fault();
  }
  void Take(std::int64_t& value) {
    std::uint64_t raw = 0;
    Take(raw);
    value = static_cast<std::int64_t>(raw >> 1U) ^ -static_cast<std::int64_t>(raw & 1U);
  }
  void Take(bool& value) { value = Byte() != 0; }
  void Take(Instant& at) {
    std::int64_t micros = 0;
    Take(micros);
    at = Instant{Duration{micros}};
  }
  void Take(std::optional<Instant>& at) {
    bool is_set = false;
    Take(is_set);
    if (is_set) Take(at.emplace());
  }
  void Take(std::string& text) {
    std::uint64_t size = 0;
    Take(size);
    if (size > rest_.size()) {
      Fault();
      return;
    }
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  void Take(promql::LabelSet& labels) {
    std::uint64_t count = 0;
    Take(count);
    std::vector<promql::LabelSet::Label> pairs;
    while (ok_ && pairs.size() < count) {
      auto& [name, value] = pairs.emplace_back();
      Take(name);
      Take(value);
    }
    labels = promql::LabelSet::FromUnsorted(std::move(pairs));
  }
  template <class Tag>
  void Take(Id<Tag>& id) {
    Take(id.value);
  }
  template <class Enum>
  void TakeEnum(Enum& value) {
    value = static_cast<Enum>(Byte());
  }
  template <class... Fields>
  void TakeAll(Fields&... fields) {
    (Take(fields), ...);
  }

 private:
  std::uint8_t Fault() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

Result<void> ReplayAlert(Taker& from, RecordSink& sink) {
  AlertRecord record;
  auto& alert = record.alert;
  from.TakeAll(record.id, record.source, record.peer, record.changed_at, record.seen_at);
  from.TakeEnum(alert.status);
  from.TakeAll(alert.labels, alert.annotations, alert.starts_at, alert.ends_at, alert.generator_url,
               alert.fingerprint);
  return from.ok() ? sink.PutAlert(record) : Result<void>{};
}

Result<void> ReplayGroup(Taker& from, RecordSink& sink) {
  GroupRecord group;
  from.TakeAll(group.key, group.state_hash, group.peer, group.seen_at, group.duplicates);
  return from.ok() ? sink.PutGroup(group) : Result<void>{};
}

Result<void> ReplayIncident(Taker& from, RecordSink& sink) {
  Incident incident;
  from.TakeAll(incident.id, incident.uid, incident.route_id, incident.group_key, incident.receiver,
               incident.group_labels, incident.annotates, incident.opened_at, incident.closed_at,
               incident.flush_at, incident.flushed_at, incident.announced_at,
               incident.notifications, incident.timeline_entries, incident.left_out);
  return from.ok() ? sink.PutIncident(incident) : Result<void>{};
}

Result<void> ReplayMember(Taker& from, RecordSink& sink) {
  IncidentId incident;
  AlertId alert;
  Member member;
  from.TakeAll(incident, alert, member.muted);
  from.TakeEnum(member.announced);
  return from.ok() ? sink.PutMember(incident, alert, member) : Result<void>{};
}

Result<void> ReplayTimeline(Taker& from, RecordSink& sink) {
  TimelineEntry entry;
  from.TakeAll(entry.incident, entry.sequence, entry.at, entry.reason);
  from.TakeEnum(entry.kind);
  return from.ok() ? sink.AddTimeline(entry) : Result<void>{};
}

Result<void> ReplayRecord(Taker& from, RecordSink& sink) {
  switch (static_cast<Kind>(from.Byte())) {
    case Kind::kAlert:
      return ReplayAlert(from, sink);
    case Kind::kGroup:
      return ReplayGroup(from, sink);
    case Kind::kIncident:
      return ReplayIncident(from, sink);
    case Kind::kMember:
      return ReplayMember(from, sink);
    case Kind::kTimeline:
      return ReplayTimeline(from, sink);
  }
  return Fail(ErrorCode::kCorrupt, "a journal entry holds a record of an unknown kind");
}

}  // namespace

void JournalEntry::Clear() { bytes_.assign(1, kVersion); }

Result<void> JournalEntry::PutAlert(const AlertRecord& record) {
  const auto& alert = record.alert;
  PutAll(bytes_, Kind::kAlert, record.id, record.source, record.peer, record.changed_at,
         record.seen_at);
  bytes_ += static_cast<char>(alert.status);
  PutAll(bytes_, alert.labels, alert.annotations, alert.starts_at, alert.ends_at,
         alert.generator_url, alert.fingerprint);
  return {};
}

Result<void> JournalEntry::PutGroup(const GroupRecord& group) {
  PutAll(bytes_, Kind::kGroup, group.key, group.state_hash, group.peer, group.seen_at,
         group.duplicates);
  return {};
}

Result<void> JournalEntry::PutIncident(const Incident& incident) {
  PutAll(bytes_, Kind::kIncident, incident.id, incident.uid, incident.route_id, incident.group_key,
         incident.receiver, incident.group_labels, incident.annotates, incident.opened_at,
         incident.closed_at, incident.flush_at, incident.flushed_at, incident.announced_at,
         incident.notifications, incident.timeline_entries, incident.left_out);
  return {};
}

Result<void> JournalEntry::PutMember(IncidentId incident, AlertId alert, const Member& member) {
  PutAll(bytes_, Kind::kMember, incident, alert, member.muted);
  bytes_ += static_cast<char>(member.announced);
  return {};
}

Result<void> JournalEntry::AddTimeline(const TimelineEntry& entry) {
  PutAll(bytes_, Kind::kTimeline, entry.incident, entry.sequence, entry.at, entry.reason);
  bytes_ += static_cast<char>(entry.kind);
  return {};
}

Result<void> ReplayEntry(std::string_view bytes, RecordSink& sink) {
  Taker from(bytes);
  if (from.Byte() != kVersion)
    return Fail(ErrorCode::kCorrupt, "a journal entry is of an unknown version");
  while (!from.at_end()) {
    if (auto put = ReplayRecord(from, sink); !put) return put;
  }
  if (!from.ok()) return Fail(ErrorCode::kCorrupt, "a journal entry is cut off");
  return {};
}

}  // namespace warden
