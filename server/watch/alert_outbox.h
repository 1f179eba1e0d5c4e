// SPDX-License-Identifier: Apache-2.0
// Alerts of one watch on their way to whoever keeps them: Intake, or Alertmanager (`raise_in`).
// Holds those that could not be told yet, and knows which firing ones were. Blocks until they are
// kept.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "server/alert/alert.h"
#include "server/watch/watch_parts.h"

namespace warden {

class AlertOutbox {
 public:
  AlertOutbox(const WatchParts& parts, std::string watch);

  // A firing alert that was told before a restart.
  void SetKnown(std::uint64_t fingerprint) { known_.insert(fingerprint); }
  void Add(std::vector<Alert> alerts);
  [[nodiscard]] bool is_empty() const { return untold_.empty(); }

  // The last word on each alert; nothing of one that began and ended before anybody heard of it.
  // False: nobody could keep them now, they stay.
  [[nodiscard]] bool Tell(const std::shared_ptr<const Config>& config, const WatchConfig& watch);

 private:
  void KeepLastWords();
  [[nodiscard]] bool Submit();
  [[nodiscard]] bool Post(const std::shared_ptr<const Config>& config, const WatchConfig& watch);

  const WatchParts parts_;
  const std::string watch_;
  std::vector<Alert> untold_;
  std::unordered_set<std::uint64_t> known_;  // fingerprints of firing alerts that were kept
};

}  // namespace warden
