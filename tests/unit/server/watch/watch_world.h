// SPDX-License-Identifier: Apache-2.0
// A Prometheus that answers range queries from functions of time, an intake on a store in memory,
// and a clock that stands still: what a watch needs to run without a network.
#pragma once

#include <chrono>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/watch/watch_task.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_http_client.h"
#include "tests/fakes/flaky_store.h"

namespace warden {

inline const Instant kMonday{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

struct AskedRange {
  std::string query;
  Instant start;
  Instant end;
};

// Answers query_range; NaN is no sample.
class FakePrometheus {
 public:
  using Values = std::function<double(Instant)>;

  FakePrometheus();
  // The series of queries, by the text of their labels: `job="a"`.
  std::map<std::string, std::map<std::string, Values>> series;
  int fails = 0;        // the next so many queries are refused
  std::string refused;  // this query is always

  [[nodiscard]] promapi::PrometheusClient client();
  [[nodiscard]] std::vector<AskedRange> asked() const { return asked_; }
  void ForgetAsked() { asked_.clear(); }

 private:
  [[nodiscard]] HttpResult Answer(const HttpRequest& request);
  fakes::FakeHttpClient http_;
  std::vector<AskedRange> asked_;
};

// Everything around a watch. The store outlives a Restart.
class WatchWorld {
 public:
  WatchWorld();
  ~WatchWorld();

  WatchConfig watch;  // named "w", query "q", every 5 minutes, a week back
  FakePrometheus prometheus;
  fakes::FakeClock clock{kMonday};

  std::vector<std::string> posted;  // to Alertmanager
  bool alertmanager_is_up = true;

  WatchTask& task() { return *task_; }
  fakes::FlakyStore& store() { return *store_; }
  StoreWriter& writer() { return *writer_; }
  // Moves the clock to `at`, a little after the step, and runs.
  void RunAt(Instant at);
  // A new process: `saves` says whether the old one had time to say good-bye.
  void Restart(bool saves = true);
  // What a process that is killed leaves: the states of now, whatever is written later.
  void KeepStates();
  void BringStatesBack();
  void StopIntake() { intake_->Stop(); }
  [[nodiscard]] std::vector<IncidentRow> Incidents();
  [[nodiscard]] std::size_t Alerts(AlertStatus status);

 private:
  void Start();
  std::unique_ptr<fakes::FlakyStore> store_;
  std::unique_ptr<StoreWriter> writer_;
  std::shared_ptr<const Config> config_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<WatchTask> task_;
  std::map<std::string, std::string> kept_;
};

// A day's load around 100 with noise, the same at each call for the same time.
[[nodiscard]] double Load(Instant at, unsigned seed = 1);

}  // namespace warden
