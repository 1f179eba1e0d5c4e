// SPDX-License-Identifier: Apache-2.0
// Gets word out: leases deliveries that are due, asks the enricher, composes, sends, judges, and
// settles each row. One own thread, "courier", does all of it and waits for nothing but its inbox
// and the next due instant; every method is safe from any other thread. It borrows its parts and
// they outlive it.
//
//   Notify ─▶ lease ─▶ load ─▶ enrich ─▶ gate ─▶ compose ─▶ send ─▶ judge ─▶ settle
//     ▲      (commit)          2 s most   rate,     ▲── 6 exchanges ──┘      (commit)
//     │      4 to 16 a destination        circuit                               │
//     └───────────── the end of an attempt, the next due instant ◀──────────────┘
//
// One broken destination delays no other: each has its own gate and its own share of the leases.
// Messages of one incident to one destination go one after the other.
//
// Shutdown, in this order: listener, intake (nobody calls Notify any more) ─▶ Drain ─▶ ~Courier ─▶
// enricher, HTTP client ─▶ StoreWriter::Stop ─▶ store.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "server/delivery/chart_shelf.h"
#include "server/delivery/circuit.h"
#include "server/delivery/enrichment.h"
#include "server/delivery/retry.h"
#include "server/delivery/snapshot.h"
#include "server/net/http_client.h"
#include "server/store/writer.h"

namespace warden {

// Hears what happens, on the courier's thread; must not block. Everything stands for a metric.
class CourierObserver {
 public:
  virtual ~CourierObserver() = default;
  virtual void OnAttempt(const Destination&, AttemptResult) {}
  // After the commit; `delivery.state` is what the row is now, waiting states included. `age`:
  // since it was created.
  virtual void OnSettled(const Delivery& /*delivery*/, Duration /*age*/) {}
  virtual void OnCircuit(const Destination&, CircuitState) {}
  virtual void OnEnrichment(EnrichmentResult) {}
};

struct CourierParts {
  Store& store;
  StoreWriter& writer;
  HttpClient& http;
  const Clock& clock;
  ChannelFactory make_channel;     // MakeChannel
  std::function<double()> chance;  // evenly in [0, 1); called on the courier's thread
  // For Replay; called on the writer's thread, inside the transaction, like triage's own.
  std::function<DeliveryId()> new_delivery_id;
  Enricher* enricher = nullptr;
  CourierObserver* observer = nullptr;
  std::string external_url = {};  // of this daemon, for links in messages
  ChartShelf* charts = nullptr;   // for channels that want pictures by URL
};

class Courier {
 public:
  using ReplayDone = std::move_only_function<void(Result<DeliveryId>)>;

  // Starts working at once.
  Courier(CourierParts parts, std::shared_ptr<const Config> config);
  ~Courier();  // as Drain without patience, if it was not called
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // There may be new rows: after a commit of triage.
  void Notify();
  // From the next message on (the enricher has its own SetConfig). Circuits start afresh; rows of
  // destinations that are gone become dead.
  void SetConfig(std::shared_ptr<const Config> config);
  // A dead or expired row is sent again as a new row; `done` gets its id on the courier's or
  // writer's thread. invalid: no such row, not in such a state, or a newer message waits for its
  // place.
  void Replay(DeliveryId id, ReplayDone done);
  // Stops leasing, gives back what was not sent, waits at most `patience` for what is under way and
  // leaves the rest as unknown. True when nothing was left.
  bool Drain(std::chrono::milliseconds patience);

 private:
  class Loop;
  std::shared_ptr<Inbox> inbox_;
  std::unique_ptr<Loop> loop_;
  std::thread thread_;
};

}  // namespace warden
