// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/delivery/world.h"

#include <charconv>

namespace warden {

Result<ChannelRequest> PlainSpokenChannel::Compose(const Message& message,
                                                   const ChannelContext& context) const {
  if (destination_.kind == "speechless") return Fail(ErrorCode::kInvalid, "nothing to say");
  ChannelHttpRequest request;
  request.url = "https://" + destination_.receiver + ".example/" + destination_.kind +
                "/verysecrettoken123" + context.step;
  request.body = message.incident_uid + "#" + std::to_string(message.sequence) + " ";
  for (const Alert& alert : message.alerts) {
    if (request.body.back() != ' ') request.body += ",";
    request.body += alert.name();
  }
  if (context.plain) request.body += " plain";
  if (!context.step.empty()) request.body += " " + context.step;
  if (!context.remote_id.empty()) request.body += " id=" + context.remote_id;
  if (context.outcome_unknown && message.may_be_duplicate) request.body += " duplicate?";
  for (const auto& [name, value] : message.route_labels) request.body += " " + name + "=" + value;
  if (message.anomaly) request.body += " [" + message.anomaly->summary + "]";
  return request;
}

Verdict PlainSpokenChannel::Judge(const Message&, const ChannelContext& context,
                                  const ChannelResponse& response) const {
  Verdict verdict;
  verdict.reason = std::to_string(response.status) + " " + response.body.substr(0, 48);
  const std::string_view after = response.Header("retry-after");
  int seconds = 0;
  if (std::from_chars(after.data(), after.data() + after.size(), seconds).ec == std::errc{}) {
    verdict.retry_after = std::chrono::seconds{seconds};
  }
  switch (response.status) {
    case 200:
      verdict.remote_id = response.body;
      verdict.reason.clear();
      break;
    case 202:
      verdict.outcome = Outcome::kContinue;
      verdict.next_step = context.step + "+";
      break;
    case 400:
      verdict.outcome = Outcome::kRefusedContent;
      break;
    case 401:
      verdict.outcome = Outcome::kRefusedDestination;
      break;
    default:
      verdict.outcome = Outcome::kRetry;
  }
  return verdict;
}

World::World() { config->delivery.circuit_breaker.failures = 3; }

void World::Start() {
  const auto make_channel = [](const Config& from,
                               const Destination& to) -> Result<std::unique_ptr<Channel>> {
    if (to.receiver == from.source) return Fail(ErrorCode::kInvalid, "no receiver " + to.receiver);
    return std::make_unique<PlainSpokenChannel>(to);
  };
  courier = std::make_unique<Courier>(
      CourierParts{.store = store,
                   .writer = writer,
                   .http = wire,
                   .clock = clock,
                   .make_channel = make_channel,
                   .chance = [] { return 0.5; },
                   .new_delivery_id = [this] { return DeliveryId{++last_delivery_}; },
                   .enricher = with_enricher ? &enricher : nullptr,
                   .observer = this},
      config);
}

DeliveryId World::Add(std::int64_t incident, const std::string& receiver, const std::string& kind,
                      AlertStatus status) {
  last_incident_ = IncidentId{incident};
  const std::int64_t sequence = ++sequences_[incident];
  const std::string name = "alert" + std::to_string(incident) + "." + std::to_string(sequence);
  ++last_notification_.value;
  const auto written = writer.Run([&](Transaction& transaction) -> Result<void> {
    Incident row;
    row.id = last_incident_;
    row.uid = "i" + std::to_string(incident);
    row.receiver = receiver;
    AlertRecord alert;
    alert.id = AlertId{last_notification_.value};
    alert.alert.labels.Set("alertname", name);
    alert.alert.status = status;
    Notification notification;
    notification.id = last_notification_;
    notification.incident = last_incident_;
    notification.sequence = sequence;
    notification.status = status;
    notification.alerts = {{alert.id, status, {}, {}}};
    auto done = transaction.PutIncident(row);
    if (done) done = transaction.PutAlert(alert);
    if (done) done = transaction.AddNotification(notification);
    return done;
  });
  EXPECT_TRUE(written) << written.error().message;
  return AddCopy(receiver, kind);
}

DeliveryId World::AddCopy(const std::string& receiver, const std::string& kind) {
  Delivery row;
  row.id = DeliveryId{++last_delivery_};
  row.notification = last_notification_;
  row.incident = last_incident_;
  row.destination = {receiver, kind, 0};
  row.created_at = clock.Now();
  row.not_before = clock.Now();
  row.expires_at = clock.Now() + 24h;
  const auto written = writer.Run([&](Transaction& transaction) -> Result<void> {
    const auto added = transaction.AddDelivery(row);
    if (!added) return std::unexpected(added.error());
    return {};
  });
  EXPECT_TRUE(written) << written.error().message;
  if (courier) courier->Notify();
  return row.id;
}

}  // namespace warden
