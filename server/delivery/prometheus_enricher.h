// SPDX-License-Identifier: Apache-2.0
// The enricher that asks Prometheus: the query behind the alert, its history in one range query, a
// detector's word on the last point, and a picture of both while there is time. Own threads named
// "enrich", one a query at a time; a message whose turn does not come in time goes on without.
// Failures make messages plainer, are told to the observer, and logged when they begin and end.
// Borrows its parts, which outlive it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "server/base/clock.h"
#include "server/delivery/alert_chart.h"
#include "server/delivery/enricher.h"
#include "server/delivery/question.h"
#include "server/prometheus/prometheus_client.h"

namespace warden {

// Hears what happens, on an enricher's thread; must not block.
class EnricherObserver {
 public:
  virtual ~EnricherObserver() = default;
  virtual void OnQuery(bool /*worked*/, std::chrono::duration<double> /*took*/) {}
};

struct EnricherParts {
  const Clock& clock;
  // A client for the configuration's Prometheus; asked at every query, so that rotated secrets and
  // reloads are seen.
  std::function<promapi::PrometheusClient(const std::shared_ptr<const Config>&)> client;
  EnricherObserver* observer = nullptr;
};

class PrometheusEnricher final : public Enricher {
 public:
  PrometheusEnricher(EnricherParts parts, std::shared_ptr<const Config> config);
  ~PrometheusEnricher() override;  // answers what waits with nothing, ends after the query at hand
  PrometheusEnricher(const PrometheusEnricher&) = delete;
  PrometheusEnricher& operator=(const PrometheusEnricher&) = delete;

  void Enrich(const Message& message, Instant deadline, Done done) override;
  void SetConfig(std::shared_ptr<const Config> config) override;

 private:
  struct Job {
    Question question;
    Instant deadline;
    std::shared_ptr<const Config> config;
    Done done;
  };
  void Work();
  [[nodiscard]] std::optional<AnomalyVerdict> Answer(Job& job);
  [[nodiscard]] std::optional<AnomalyVerdict> Check(const Job& job, bool is_named,
                                                    const std::optional<AlertThreshold>& threshold);
  void AddSiblings(const Job& job, const promql::LabelSet& own,
                   std::span<const promapi::TimeSeries> at_hand, AnomalyVerdict& verdict);
  [[nodiscard]] Surroundings LookAround(const Job& job, Instant asked_at);
  [[nodiscard]] std::shared_ptr<const std::string> Draw(
      const Job& job, const std::optional<AlertThreshold>& threshold, Instant asked_at,
      const promapi::TimeSeries& series);
  void Report(const Job& job, const Result<promapi::QueryAnswer>& answer,
              std::chrono::duration<double> took);

  EnricherParts parts_;
  EnricherObserver silent_;
  EnricherObserver& observer_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<const Config> config_;  // guarded by mutex_
  std::deque<Job> jobs_;                  // guarded by mutex_
  bool stopping_ = false;                 // guarded by mutex_
  bool is_failing_ = false;               // guarded by mutex_
  std::vector<std::thread> workers_;
};

}  // namespace warden
