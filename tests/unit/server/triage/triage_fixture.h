// SPDX-License-Identifier: Apache-2.0
// Drives Triage with events and reads what it decided as lines of text.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/triage/triage.h"

namespace warden {

inline Instant At(int seconds) {
  return Instant{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}} +
         std::chrono::seconds{seconds};
}

inline Alert Firing(promql::LabelSet labels, int starts = 0) {
  Alert alert;
  alert.labels = std::move(labels);
  alert.fingerprint = alert.labels.Fingerprint();
  alert.starts_at = At(starts);
  return alert;
}

inline Alert Resolved(promql::LabelSet labels, int starts = 0, int ends = 1) {
  Alert alert = Firing(std::move(labels), starts);
  alert.status = AlertStatus::kResolved;
  alert.ends_at = At(ends);
  return alert;
}

inline WebhookMessage Webhook(std::vector<Alert> alerts, std::string peer = "http://am-a") {
  WebhookMessage message;
  message.source = "default";
  message.receiver = "promwarden";
  message.group_key = "{}:{}";
  message.external_url = std::move(peer);
  message.alerts = std::move(alerts);
  return message;
}

// One root route to receiver `team` with one webhook that wants resolves; group_wait 10 s, interval
// 60 s, repeat 1 h.
inline Config PlainConfig() {
  Config config;
  config.route.receiver = "team";
  config.route.route_key = config.route.route_id = "{}";
  config.route.group_by.labels = {"alertname"};
  config.route.group_wait = std::chrono::seconds{10};
  config.route.group_interval = std::chrono::seconds{60};
  config.route.repeat_interval = std::chrono::hours{1};
  Receiver receiver;
  receiver.name = "team";
  receiver.webhook.emplace_back();
  config.receivers.push_back(std::move(receiver));
  return config;
}

// The same, and Down mutes what is Hot on its instance.
inline Config InhibitingConfig() {
  Config config = PlainConfig();
  InhibitRule rule;
  rule.name = "down";
  rule.source.push_back(*promql::Matcher::Make("alertname", promql::MatchOp::kEqual, "Down"));
  rule.target.push_back(*promql::Matcher::Make("alertname", promql::MatchOp::kEqual, "Hot"));
  rule.equal = {"instance"};
  config.inhibit_rules.push_back(std::move(rule));
  return config;
}

class Desk {
 public:
  explicit Desk(Config config = PlainConfig())
      : triage_(std::make_shared<const Config>(std::move(config)), {}) {}

  Receipt Send(int at, WebhookMessage message) {
    changes_ = {};
    const auto receipt = triage_.Receive(std::move(message), At(at), changes_);
    triage_.FlushDue(At(at), changes_);
    Keep(at);
    return receipt;
  }
  void Wait(int at) {
    changes_ = {};
    triage_.FlushDue(At(at), changes_);
    Keep(at);
  }
  void Expire(int at) {
    changes_ = {};
    [[maybe_unused]] const auto expired = triage_.ExpireDue(At(at), changes_);
    triage_.FlushDue(At(at), changes_);
    Keep(at);
  }
  // All notifications so far, a line each: `70 new alerts added: 2 firing, 1 resolved, 0 muted`.
  [[nodiscard]] const std::vector<std::string>& said() const { return said_; }
  [[nodiscard]] const std::vector<std::string>& timeline() const { return timeline_; }
  [[nodiscard]] const Changes& changes() const { return changes_; }
  [[nodiscard]] Triage& triage() { return triage_; }

 private:
  void Keep(int at) {
    for (const auto& notification : changes_.notifications) {
      std::size_t firing = 0;
      for (const auto& alert : notification.alerts)
        firing += alert.status == AlertStatus::kFiring ? 1 : 0;
      said_.push_back(std::to_string(at) + " " + std::string(Text(notification.reason)) + ": " +
                      std::to_string(firing) + " firing, " +
                      std::to_string(notification.alerts.size() - firing) + " resolved, " +
                      std::to_string(notification.muted) + " muted");
    }
    for (const auto& entry : changes_.timeline)
      timeline_.push_back(std::string(Name(entry.kind)) + ": " + entry.reason);
  }

  Triage triage_;
  Changes changes_;
  std::vector<std::string> said_;
  std::vector<std::string> timeline_;
};

}  // namespace warden
