// SPDX-License-Identifier: Apache-2.0
#include "server/watch/alert_outbox.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <map>
#include <utility>

#include "server/base/log.h"
#include "server/watch/alertmanager_alerts.h"

namespace warden {
namespace {

WebhookMessage MessageOf(const std::string& watch, std::vector<Alert> alerts) {
  WebhookMessage message;
  message.source = kWatchSource;
  message.receiver = "promwarden";
  message.group_key = "watch/" + watch;
  message.external_url = "promwarden";
  message.alerts = std::move(alerts);
  return message;
}

}  // namespace

AlertOutbox::AlertOutbox(const WatchParts& parts, std::string watch)
    : parts_(parts), watch_(std::move(watch)) {}

void AlertOutbox::Add(std::vector<Alert> alerts) {
  untold_.insert(untold_.end(), std::make_move_iterator(alerts.begin()),
                 std::make_move_iterator(alerts.end()));
}

bool AlertOutbox::Tell(const std::shared_ptr<const Config>& config, const WatchConfig& watch) {
  KeepLastWords();
  if (untold_.empty()) return true;
  if (!(watch.raise_in == RaiseIn::kAlertmanager ? Post(config, watch) : Submit())) return false;
  for (const auto& alert : std::exchange(untold_, {})) {
    if (alert.status == AlertStatus::kFiring)
      known_.insert(alert.fingerprint);
    else
      known_.erase(alert.fingerprint);
  }
  return true;
}

void AlertOutbox::KeepLastWords() {
  std::map<std::uint64_t, Alert> last_words;
  for (auto& alert : untold_) last_words[alert.fingerprint] = std::move(alert);
  untold_.clear();
  for (auto& [fingerprint, alert] : last_words) {
    if (alert.status == AlertStatus::kFiring || known_.contains(fingerprint))
      untold_.push_back(std::move(alert));
  }
}

bool AlertOutbox::Submit() {
  std::promise<bool> kept;
  auto is_kept = kept.get_future();
  parts_.intake.Submit(MessageOf(watch_, untold_), [&kept](const Result<Receipt>& result) {
    kept.set_value(result.has_value());
  });
  return is_kept.get();
}

// Alertmanager takes what is not told again for four turns as over.
bool AlertOutbox::Post(const std::shared_ptr<const Config>& config, const WatchConfig& watch) {
  if (!parts_.to_alertmanager || !config) return false;
  const Duration turn = std::max(watch.interval, watch.step);
  const auto done =
      parts_.to_alertmanager(config, AlertmanagerAlerts(untold_, parts_.clock.Now() + 4 * turn));
  if (!done) {
    Log(LogLevel::kWarn, "alerts could not be raised in Alertmanager; tried again at the next turn",
        {{"watch", watch_}, {"err", done.error().message}});
  }
  return done.has_value();
}

}  // namespace warden
