// SPDX-License-Identifier: Apache-2.0
// Triage decides what each alert deserves: (image of what is known, messages, now) → changed image
// + what must be written. No I/O, no clock, no threads: its one owner calls it and writes the
// Changes in one transaction; when that fails, the owner makes a new Triage from the store. Stages,
// each in its own file: dedup, route, mute (with the inhibition index), flush, expiry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/alert/alert.h"
#include "server/config/config.h"
#include "server/triage/changes.h"
#include "server/triage/dedup.h"
#include "server/triage/inhibit_index.h"
#include "server/triage/mute.h"
#include "server/triage/state.h"

namespace warden {

// What became of one message.
struct Receipt {
  bool is_duplicate = false;
  std::size_t firing = 0;  // new or again
  std::size_t resolved = 0;
  std::size_t refreshed = 0;
  std::size_t stale = 0;
  std::size_t unknown_resolved = 0;
};

class Triage {
 public:
  Triage(std::shared_ptr<const Config> config, StoredState stored);

  [[nodiscard]] Receipt Receive(WebhookMessage message, Instant now, Changes& changes);
  // Lets every incident whose time has come say what it has to say.
  void FlushDue(Instant now, Changes& changes);
  [[nodiscard]] std::optional<Instant> NextFlush() const { return state_.NextFlush(); }

  // Ends alerts that nobody has reported for too long; returns how many.
  std::size_t ExpireDue(Instant now, Changes& changes);
  // Until now nobody could report anything (a start, a recovery): nothing expires for a while.
  void ForgiveSilence(Instant now);
  // The wall clock left out this much time before `now`: it does not count as silence.
  void SkipTime(Duration by, Instant now, Changes& changes);
  [[nodiscard]] std::optional<Instant> NextExpiry() const { return next_expiry_; }

  // From now on decides by `config`; incidents with muted alerts look again at once.
  void SetConfig(std::shared_ptr<const Config> config, Instant now, Changes& changes);
  // Forgets what is remembered to recognise copies: message groups and ended alerts.
  void ClearMemory(Instant now);
  void Forget(Instant before) { state_.ForgetAlerts(before); }

  [[nodiscard]] DeliveryId NewDeliveryId() { return state_.NextDelivery(); }

  [[nodiscard]] const TriageState& state() const { return state_; }
  [[nodiscard]] const Config& config() const { return *config_; }

 private:
  // What one message did to one incident, told in one timeline entry a kind.
  struct Touch {
    bool opened = false;
    std::vector<AlertId> joined;
    std::vector<AlertId> reopened;
    std::vector<AlertId> resolved;
  };
  using Touched = std::map<IncidentId, Touch>;

  // A clock that was set back takes along what was planned, or it would come that much later.
  void LookAtClock(Instant now);
  void BuildIndexes();
  void DropIgnoredLabels(WebhookMessage& message) const;
  void Apply(std::string_view source, std::string_view peer, Alert alert, Instant now,
             Receipt& receipt, Touched& touched, Changes& changes);
  void Saw(AlertRecord& record, Instant now, Changes& changes);
  [[nodiscard]] std::optional<Duration> ExpireAfter(std::string_view source) const;
  [[nodiscard]] std::optional<Instant> ExpiryOf(const AlertRecord& record) const;
  void Fire(AlertRecord& record, AlertNews news, Instant now, Touched& touched, Changes& changes);
  void Join(AlertRecord& record, const Route& route, bool is_first_route, AlertNews news,
            Instant now, Touched& touched, Changes& changes);
  void Resolve(AlertRecord& record, Instant now, Touched& touched, Changes& changes);
  void NoteTouched(std::uint64_t truncated, const Touched& touched, Instant now, Changes& changes);
  void NoteDuplicate(const std::vector<AlertId>& alerts, std::string_view peer, Instant now,
                     Changes& changes);
  void LookAgain(Incident& incident, Instant at, Changes& changes);
  void LookAgainAtMuted(Instant now, Changes& changes);
  [[nodiscard]] std::optional<Mute> MuteOf(const AlertRecord& record,
                                           const std::optional<Mute>& by_time, Instant now) const;
  struct Members;  // of an incident that is flushed
  void Flush(Incident& incident, Instant now, Changes& changes);
  [[nodiscard]] Members SortMembers(const Incident& incident, const Route& route,
                                    Instant now) const;
  void NoteMembers(Incident& incident, const Members& members, Instant now, Changes& changes);
  void Say(Incident& incident, const Members& members, const Route& route, Instant now,
           Changes& changes);
  void Notify(Incident& incident, Notification notification, Instant now, Changes& changes);
  void Keep(Incident& incident, AlertId alert, Changes& changes);
  void Leave(Incident& incident, AlertId alert, Changes& changes);
  void Close(Incident& incident, Instant now, Changes& changes);
  void Note(Incident& incident, Instant at, TimelineKind kind, std::string reason,
            Changes& changes);
  [[nodiscard]] const Route* RouteOf(const Incident& incident) const;
  [[nodiscard]] std::string ReceiverOf(const Incident& incident) const;

  std::shared_ptr<const Config> config_;
  TriageState state_;
  InhibitIndex index_;
  bool source_ended_ = false;  // an alert that may have muted others, since the last FlushDue
  Instant last_now_;
  Instant silence_counts_from_;         // nothing expires before
  std::optional<Instant> next_expiry_;  // not later than the first; none: nothing can expire
  std::unordered_map<std::string, const Route*> routes_;  // by route_id, into config_
};

}  // namespace warden
