// SPDX-License-Identifier: Apache-2.0
// What watches stand on and who listens to them.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "server/base/clock.h"
#include "server/config/config.h"
#include "server/intake/intake.h"
#include "server/prometheus/prometheus_client.h"
#include "server/store/store.h"
#include "server/store/writer.h"
#include "server/watch/report.h"

namespace warden {

// Hears what happens, on a worker's thread; must not block.
class WatchObserver {
 public:
  virtual ~WatchObserver() = default;
  // After each run; the report of one that failed holds what was known before.
  virtual void OnRun(const WatchReport& /*report*/, std::chrono::duration<double> /*took*/) {}
  // The watch is no longer configured.
  virtual void OnGone(const std::string& /*watch*/) {}
};

struct WatchParts {
  Store& store;
  StoreWriter& writer;
  Intake& intake;
  const Clock& clock;
  // A client for the configuration's Prometheus; asked at every run, so rotated secrets and reloads
  // are seen.
  std::function<promapi::PrometheusClient(const std::shared_ptr<const Config>&)> client;
  WatchObserver* observer = nullptr;
  // Posts alerts, as JSON, to the configuration's Alertmanager; waits. For `raise_in`.
  std::function<Result<void>(const std::shared_ptr<const Config>&, std::string alerts)>
      to_alertmanager = nullptr;
};

}  // namespace warden
