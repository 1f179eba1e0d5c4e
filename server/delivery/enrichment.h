// SPDX-License-Identifier: Apache-2.0
// Asks the enricher once per notification and gives its answer to every delivery of it, at the
// latest at the deadline. Remembers answers for a while, for deliveries that come later. For the
// courier's thread; borrows the enricher.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "server/delivery/enricher.h"
#include "server/delivery/inbox.h"

namespace warden {

enum class EnrichmentResult : std::uint8_t { kAnswered, kNothing, kOverrun };

[[nodiscard]] std::string_view Name(EnrichmentResult result);

class Enrichment {
 public:
  using Then = std::function<void(const std::optional<AnomalyVerdict>&)>;
  using Report = std::function<void(EnrichmentResult)>;

  Enrichment(Enricher& enricher, std::shared_ptr<Inbox> inbox, Report report);

  // `then` runs on the courier's thread; during this call when the answer is known.
  void Ask(const Message& message, Instant deadline, Then then);
  // Those whose time is up go on without.
  void GiveUp(Instant now);
  // The next deadline; max() without one.
  [[nodiscard]] Instant next() const;

 private:
  struct Entry {
    bool is_known = false;
    std::optional<AnomalyVerdict> verdict;
    std::vector<Then> waiting;
    Instant deadline;
  };
  void Answer(NotificationId id, std::optional<AnomalyVerdict> verdict);
  void Settle(NotificationId id, Entry& entry, std::optional<AnomalyVerdict> verdict,
              EnrichmentResult result);

  Enricher& enricher_;
  std::shared_ptr<Inbox> inbox_;
  Report report_;
  std::map<NotificationId, Entry> entries_;            // ids grow: the first is the oldest
  std::set<std::pair<Instant, NotificationId>> open_;  // those not known yet, by their deadline
  std::deque<NotificationId> pictured_;                // those with a chart, in the order they came
};

}  // namespace warden
