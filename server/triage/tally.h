// SPDX-License-Identifier: Apache-2.0
// How many alerts and incidents there are, kept up to date by what each turn changed: never a walk
// over all of them. To be told every Changes that a state went through, before they are written.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>

#include "server/triage/changes.h"
#include "server/triage/state.h"

namespace warden {

struct AlertCounts {
  std::int64_t open_incidents = 0;
  std::int64_t firing_alerts = 0;
  std::int64_t muted_alerts = 0;     // in each incident that holds them
  std::int64_t muted_incidents = 0;  // with at least one muted alert
  friend bool operator==(const AlertCounts&, const AlertCounts&) = default;
};

class Tally {
 public:
  Tally() = default;
  explicit Tally(const TriageState& state);  // the one walk, at a start

  void Apply(const TriageState& state, const Changes& changes);
  [[nodiscard]] const AlertCounts& counts() const { return counts_; }

 private:
  void Look(const AlertRecord& record);
  void Look(IncidentId incident, AlertId alert, bool is_muted);
  void Close(IncidentId incident);

  std::unordered_set<AlertId> firing_;
  std::unordered_map<IncidentId, std::unordered_set<AlertId>> muted_;  // none of them empty
  AlertCounts counts_;
};

}  // namespace warden
