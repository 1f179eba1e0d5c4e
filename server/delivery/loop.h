// SPDX-License-Identifier: Apache-2.0
// What the courier's thread does. All of it runs on that thread; others reach it through the inbox.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/delivery/courier.h"
#include "server/delivery/enrichment.h"
#include "server/delivery/gate.h"
#include "server/delivery/inbox.h"
#include "server/delivery/request.h"
#include "server/delivery/settler.h"
#include "server/delivery/snapshot.h"
#include "server/delivery/transport.h"

namespace warden {

// One leased row on its way.
struct Flight {
  enum class Stage : std::uint8_t { kEnriching, kWaiting, kSending };

  Delivery delivery;
  std::shared_ptr<Snapshot> snapshot;
  const Channel* channel = nullptr;  // of the snapshot
  Message message = {};
  ChannelContext context = {};
  Stage stage = Stage::kEnriching;
  int exchanges = 0;
  std::string remote_id = {};
  std::vector<std::string> secrets = {};
};

class Courier::Loop {
 public:
  Loop(CourierParts parts, std::shared_ptr<Inbox> inbox, std::shared_ptr<const Config> config);

  // Until Stop.
  void Run();

  void Look() { look_now_ = true; }
  void SetConfig(std::shared_ptr<const Config> config);
  void Replay(DeliveryId id, ReplayDone done);
  // `idle` runs once, when nothing is under way any more.
  void BeginDrain(std::function<void()> idle);
  void Abandon();
  void Stop() { stopped_ = true; }

 private:
  struct Queue {  // where the messages of one destination wait
    Gate gate;
    std::deque<DeliveryId> waiting = {};
    int streak = 0;  // deliveries that arrived and waited for nothing, one after the other
  };
  struct Leased {
    std::vector<Delivery> rows;
    std::vector<Delivery> expired;
  };

  void Turn();
  [[nodiscard]] Duration Pause() const;
  void LeaseIfDue(Instant now);
  void Lease(Instant now);
  void OnLeased(Leased& leased, bool is_committed);
  void PlanNextLook(const Leased& leased);
  [[nodiscard]] std::vector<Destination> Blocked(Instant now) const;
  [[nodiscard]] std::vector<Destination> Swift() const;

  void Begin(Delivery row);
  void Enrich(Message& message, const std::optional<AnomalyVerdict>& verdict);
  [[nodiscard]] std::optional<Attempt> Load(Flight& flight);
  void Wait(DeliveryId id);
  void StartWaiting(Instant now);
  void Send(Flight& flight);
  [[nodiscard]] std::optional<Attempt> TrySend(Flight& flight);
  void OnHeard(DeliveryId id, Heard heard);
  void End(DeliveryId id, Attempt attempt);
  void EndGate(const Flight& flight, const Attempt& attempt, Instant now);
  void OnSettled(const Delivery& row);
  Queue& QueueOf(const Destination& destination);
  void TellIfIdle();

  CourierParts parts_;
  std::shared_ptr<Inbox> inbox_;
  CourierObserver silent_;
  CourierObserver& observer_;
  std::shared_ptr<Snapshot> snapshot_;
  PemFiles pem_files_;
  Settler settler_;
  std::optional<Enrichment> enrichment_;
  std::map<Destination, Queue> queues_;
  std::map<DeliveryId, Flight> flights_;
  bool look_now_ = true;
  Instant next_look_;
  bool is_leasing_ = false;
  std::function<void()> idle_;  // set: draining
  bool stopped_ = false;
};

}  // namespace warden
