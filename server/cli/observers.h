// SPDX-License-Identifier: Apache-2.0
// What happens in delivery and in watches, counted as metrics and noted in the log. Safe from any
// thread; borrow the metrics.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "server/delivery/courier.h"
#include "server/delivery/prometheus_enricher.h"
#include "server/telemetry/metrics.h"
#include "server/watch/watch.h"

namespace warden::cli {

class DeliveryMetrics final : public CourierObserver {
 public:
  explicit DeliveryMetrics(Metrics& metrics) : metrics_(metrics) {}
  void OnAttempt(const Destination& destination, AttemptResult result) override;
  void OnSettled(const Delivery& delivery, Duration age) override;
  void OnCircuit(const Destination& destination, CircuitState state) override;
  void OnEnrichment(EnrichmentResult result) override;

 private:
  Metrics& metrics_;
};

class WatchMetrics final : public WatchObserver {
 public:
  explicit WatchMetrics(Metrics& metrics) : metrics_(metrics) {}
  void OnRun(const WatchReport& report, std::chrono::duration<double> took) override;
  void OnGone(const std::string& watch) override;

 private:
  void Count(const WatchReport& report);
  void ExportBands(const WatchReport& report);
  Metrics& metrics_;
};

class EnrichmentMetrics final : public EnricherObserver {
 public:
  explicit EnrichmentMetrics(Metrics& metrics) : metrics_(metrics) {}
  void OnQuery(bool worked, std::chrono::duration<double> took) override;

 private:
  Metrics& metrics_;
};

}  // namespace warden::cli
