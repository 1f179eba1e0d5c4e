// SPDX-License-Identifier: Apache-2.0
// What a turn of triage changed, as one run of bytes. Under load a turn writes this one row, at the
// end of its table, instead of a row here and there in five tables; many turns later the tables are
// brought up to date in one go. A crash in between costs nothing: Store::Load puts what stands in
// the journal into the tables first.
//
//   entry: a byte of version, then records, each a byte of kind and its fields: numbers as varints
//   (zigzag), texts with their length before them, label sets with their count
#pragma once

#include <string>
#include <string_view>

#include "server/base/result.h"
#include "server/store/store.h"

namespace warden {

class JournalEntry final : public RecordSink {
 public:
  JournalEntry() { Clear(); }

  Result<void> PutAlert(const AlertRecord& alert) override;
  Result<void> PutGroup(const GroupRecord& group) override;
  Result<void> PutIncident(const Incident& incident) override;
  Result<void> PutMember(IncidentId incident, AlertId alert, const Member& member) override;
  Result<void> AddTimeline(const TimelineEntry& entry) override;

  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  void Clear();

 private:
  std::string bytes_;
};

// Puts the records of an entry into `sink`, in their order. corrupt: these are not the bytes of
// one.
[[nodiscard]] Result<void> ReplayEntry(std::string_view bytes, RecordSink& sink);

}  // namespace warden
