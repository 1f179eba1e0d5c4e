// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/enrichment.h"

#include <algorithm>
#include <utility>

namespace warden {
namespace {

constexpr std::size_t kRemembered = 1024;
constexpr std::size_t kPicturesRemembered = 256;  // tens of kilobytes each
// No message waits longer: a deadline further away was moved there by a jump of the clock.
constexpr std::chrono::seconds kLongestBudget{30};

}  // namespace

std::string_view Name(EnrichmentResult result) {
  switch (result) {
    case EnrichmentResult::kAnswered:
      return "answered";
    case EnrichmentResult::kNothing:
      return "nothing";
    case EnrichmentResult::kOverrun:
      return "overrun";
  }
  return "nothing";
}

Enrichment::Enrichment(Enricher& enricher, std::shared_ptr<Inbox> inbox, Report report)
    : enricher_(enricher), inbox_(std::move(inbox)), report_(std::move(report)) {}

void Enrichment::Ask(const Message& message, Instant deadline, Then then) {
  const NotificationId id = message.notification;
  auto [found, is_new] = entries_.try_emplace(id);
  Entry& entry = found->second;
  if (entry.is_known) {
    then(entry.verdict);
    return;
  }
  entry.waiting.push_back(std::move(then));
  if (!is_new) return;
  entry.deadline = deadline;
  open_.emplace(deadline, id);
  if (entries_.size() > kRemembered && entries_.begin()->second.is_known) {
    entries_.erase(entries_.begin());
  }
  enricher_.Enrich(
      message, deadline, [this, inbox = inbox_, id](std::optional<AnomalyVerdict> verdict) {
        inbox->Post(
            [this, id, verdict = std::move(verdict)]() mutable { Answer(id, std::move(verdict)); });
      });
}

void Enrichment::Answer(NotificationId id, std::optional<AnomalyVerdict> verdict) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second.is_known) return;
  const auto result = verdict ? EnrichmentResult::kAnswered : EnrichmentResult::kNothing;
  Settle(id, found->second, std::move(verdict), result);
}

void Enrichment::GiveUp(Instant now) {
  const auto give_up = [this](NotificationId id) {
    Settle(id, entries_.at(id), std::nullopt, EnrichmentResult::kOverrun);
  };
  while (!open_.empty() && open_.begin()->first <= now) give_up(open_.begin()->second);
  while (!open_.empty() && open_.rbegin()->first > now + kLongestBudget)
    give_up(open_.rbegin()->second);
}

void Enrichment::Settle(NotificationId id, Entry& entry, std::optional<AnomalyVerdict> verdict,
                        EnrichmentResult result) {
  open_.erase({entry.deadline, id});
  entry.is_known = true;
  entry.verdict = std::move(verdict);
  report_(result);
  if (entry.verdict && entry.verdict->chart) {
    pictured_.push_back(id);
    if (pictured_.size() > kPicturesRemembered) {
      const auto oldest = entries_.find(pictured_.front());
      pictured_.pop_front();
      if (oldest != entries_.end() && oldest->second.verdict)
        oldest->second.verdict->chart = nullptr;
    }
  }
  for (const Then& then : std::exchange(entry.waiting, {})) then(entry.verdict);
}

Instant Enrichment::next() const { return open_.empty() ? Instant::max() : open_.begin()->first; }

}  // namespace warden
