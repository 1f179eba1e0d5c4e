// SPDX-License-Identifier: Apache-2.0
// The way of one leased row: load, enrich, wait at the gate, compose, send, judge, settle.
#include <algorithm>
#include <iterator>
#include <utility>

#include "server/base/log.h"
#include "server/delivery/loop.h"
#include "server/delivery/tailor.h"

namespace warden {
namespace {

constexpr int kMaxExchanges = 6;

Attempt Failed(AttemptResult result, const Error& error) {
  return {.result = result, .reason = error.message};
}

}  // namespace

void Courier::Loop::Begin(Delivery row) {
  const DeliveryId id = row.id;
  Flight& flight =
      flights_.emplace(id, Flight{.delivery = std::move(row), .snapshot = snapshot_}).first->second;
  if (idle_) {
    End(id, {.result = AttemptResult::kNotSent});
    return;
  }
  if (auto ended = Load(flight)) {
    End(id, std::move(*ended));
    return;
  }
  const AnomalyConfig& anomaly = flight.snapshot->config().anomaly;
  if (!enrichment_ || !anomaly.is_enabled || flight.message.status != AlertStatus::kFiring) {
    Wait(id);
    return;
  }
  enrichment_->Ask(flight.message, parts_.clock.Now() + anomaly.budget,
                   [this, id](const std::optional<AnomalyVerdict>& verdict) {
                     const auto found = flights_.find(id);
                     if (found == flights_.end()) return;
                     Enrich(found->second.message, verdict);
                     Wait(id);
                   });
}

void Courier::Loop::Enrich(Message& message, const std::optional<AnomalyVerdict>& verdict) {
  message.anomaly = verdict;
  const bool has_place = parts_.charts != nullptr && !message.external_url.empty();
  if (!verdict || !verdict->chart || !has_place) return;
  const std::string name =
      parts_.charts->Put(message.notification, verdict->chart, parts_.clock.Now());
  message.chart_url = message.external_url + "/api/v1/charts/" + name + ".png";
}

// An attempt when it ends here already.
std::optional<Attempt> Courier::Loop::Load(Flight& flight) {
  const Delivery& row = flight.delivery;
  const auto channel = flight.snapshot->ChannelOf(row.destination);
  if (!channel) return Failed(AttemptResult::kGone, channel.error());
  flight.channel = *channel;
  auto message = parts_.store.LoadMessage(row);
  if (!message) return Failed(AttemptResult::kRetry, message.error());
  flight.message = std::move(*message);
  flight.message.external_url = parts_.external_url;
  const bool has_alerts =
      Tailor(flight.message, flight.snapshot->config(), flight.delivery.destination);
  if (!has_alerts || !flight.channel->Wants(flight.message)) {
    return Attempt{.result = AttemptResult::kNotWanted,
                   .reason = "not wanted here (send_resolved, matchers)"};
  }
  auto remote_id = parts_.store.RemoteId(row.incident, row.destination);
  if (!remote_id) return Failed(AttemptResult::kRetry, remote_id.error());
  flight.context.remote_id = std::move(*remote_id);
  flight.context.outcome_unknown = row.state == DeliveryState::kUnknown;
  return std::nullopt;
}

void Courier::Loop::Wait(DeliveryId id) {
  Flight& flight = flights_.at(id);
  flight.stage = Flight::Stage::kWaiting;
  QueueOf(flight.delivery.destination).waiting.push_back(id);
}

void Courier::Loop::StartWaiting(Instant now) {
  for (auto& [destination, queue] : queues_) {
    while (!queue.waiting.empty()) {
      if (queue.gate.is_shut(now)) {
        // In the store they can be superseded, expire, and survive us.
        End(queue.waiting.front(), {.result = AttemptResult::kNotSent});
        continue;
      }
      if (queue.gate.ReadyAt(now) > now) {
        queue.streak = 0;
        break;
      }
      Flight& flight = flights_.at(queue.waiting.front());
      queue.waiting.pop_front();
      queue.gate.Start(now);
      flight.stage = Flight::Stage::kSending;
      Send(flight);
    }
  }
}

void Courier::Loop::Send(Flight& flight) {
  if (auto ended = TrySend(flight)) End(flight.delivery.id, std::move(*ended));
}

// An attempt when nothing could be sent.
std::optional<Attempt> Courier::Loop::TrySend(Flight& flight) {
  flight.context.now = parts_.clock.Now();
  auto request = flight.channel->Compose(flight.message, flight.context);
  if (!request) {
    const bool is_hopeless = request.error().code == ErrorCode::kInvalid;
    return Failed(is_hopeless ? AttemptResult::kRefusedContent : AttemptResult::kRetry,
                  request.error());
  }
  auto prepared = Prepare(std::move(*request), pem_files_);
  if (!prepared) {
    const bool is_hopeless = prepared.error().code == ErrorCode::kInvalid;
    return Failed(is_hopeless ? AttemptResult::kRefusedDestination : AttemptResult::kRetry,
                  prepared.error());
  }
  ++flight.exchanges;
  flight.secrets = std::move(prepared->secrets);
  const auto hear = [this, inbox = inbox_, id = flight.delivery.id](auto result) {
    inbox->Post(
        [this, id, heard = Hear(std::move(result))]() mutable { OnHeard(id, std::move(heard)); });
  };
  if (std::holds_alternative<HttpRequest>(prepared->request)) {
    parts_.http.Send(std::get<HttpRequest>(std::move(prepared->request)), hear);
  } else {
    parts_.http.SendMail(std::get<MailRequest>(std::move(prepared->request)), hear);
  }
  return std::nullopt;
}

void Courier::Loop::OnHeard(DeliveryId id, Heard heard) {
  const auto found = flights_.find(id);
  if (found == flights_.end()) return;  // given up at shutdown
  Flight& flight = found->second;
  if (auto* attempt = std::get_if<Attempt>(&heard)) {
    End(id, std::move(*attempt));
    return;
  }
  auto& response = std::get<ChannelResponse>(heard);
  response.body = StrikeFromAnswer(std::move(response.body), flight.secrets);
  Verdict verdict = flight.channel->Judge(flight.message, flight.context, response);
  if (!verdict.remote_id.empty()) {
    flight.remote_id = verdict.remote_id;
    flight.context.remote_id = std::move(verdict.remote_id);
  }
  if (verdict.outcome != Outcome::kContinue) {
    End(id, FromVerdict(verdict));
  } else if (flight.exchanges >= kMaxExchanges) {
    End(id, {.result = AttemptResult::kRetry,
             .reason = "no end after " + std::to_string(kMaxExchanges) + " exchanges"});
  } else {
    flight.context.step = std::move(verdict.next_step);
    Send(flight);
  }
}

void Courier::Loop::End(DeliveryId id, Attempt attempt) {
  Flight& flight = flights_.at(id);
  const Instant now = parts_.clock.Now();
  attempt.reason = Strike(std::move(attempt.reason), flight.secrets);
  attempt.was_plain = flight.context.plain;
  const RetryPolicy policy = flight.snapshot->retry_policy();
  const Decision decision = Decide(policy, flight.delivery, attempt, now, parts_.chance());
  if (decision.is_plain_next) {
    flight.context.plain = true;
    flight.context.step.clear();
    flight.exchanges = 0;
    Send(flight);
    return;
  }
  EndGate(flight, attempt, now);
  Settlement settlement{.delivery = std::move(flight.delivery),
                        .remote_id = std::move(flight.remote_id)};
  flights_.erase(id);
  Delivery& row = settlement.delivery;
  row.state = decision.state;
  row.attempts = decision.attempts;
  row.not_before = decision.not_before;
  row.last_error = decision.last_error;
  row.lease_until.reset();
  if (IsSettled(row.state)) row.settled_at = now;
  settler_.Put(std::move(settlement));
}

void Courier::Loop::EndGate(const Flight& flight, const Attempt& attempt, Instant now) {
  const Destination& destination = flight.delivery.destination;
  observer_.OnAttempt(destination, attempt.result);
  if (flight.stage == Flight::Stage::kEnriching) return;
  Queue& queue = QueueOf(destination);
  if (flight.stage == Flight::Stage::kWaiting) {
    std::erase(queue.waiting, flight.delivery.id);
    return;
  }
  const CircuitState before = queue.gate.state();
  queue.gate.End(attempt, now);
  queue.streak = attempt.result == AttemptResult::kDelivered ? queue.streak + 1 : 0;
  const CircuitState after = queue.gate.state();
  if (before == after) return;
  observer_.OnCircuit(destination, after);
  if (after == CircuitState::kOpen && before == CircuitState::kClosed) {
    Log(LogLevel::kWarn, "a destination is not used for a while",
        {{"destination", Text(destination)}, {"err", attempt.reason}});
  } else if (after == CircuitState::kClosed) {
    Log(LogLevel::kInfo, "a destination works again", {{"destination", Text(destination)}});
  }
}

}  // namespace warden
