// SPDX-License-Identifier: Apache-2.0
#include "server/watch/watch_task.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "promql/model/fnv.h"
#include "server/base/log.h"
#include "server/watch/forecast_check.h"
#include "server/watch/maintenance.h"
#include "server/watch/storm.h"

namespace warden {
namespace {

constexpr Duration kSettled = std::chrono::seconds{30};

// A misspelt metric looks like this.
constexpr std::string_view kNoSeries = "the query returns no series";

// A history is read in parts of so many samples.
constexpr std::size_t kSamplesAtOnce = 2'000'000;
// All states change at each step, and each is written twice (the log, then the database): seldom,
// as a process that is killed only has to read again what came since.
constexpr Duration kSaveEvery = std::chrono::minutes{15};
// Larger states are written less often, so that the disk is busy with them at most at this rate.
constexpr std::size_t kSavedBytesPerSecond = std::size_t{64} << 10;
constexpr std::size_t kFewestOfMaintenance = 20'000;
// A clock that is set back by more than so many steps: what was taken in lies in the future.
constexpr int kClockBack = 12;

std::uint64_t KeyOf(const WatchConfig& watch) {
  return promql::Fnv1a(watch.query + '\n' + std::to_string(watch.step.count()) + '\n' +
                       watch.calendar.time_zone);
}

StreamSettings SettingsOf(const WatchConfig& watch, std::size_t series) {
  Tolerance tolerance = watch.tolerance;
  if (watch.shares_budget)
    tolerance.alerts_per_day /= static_cast<double>(std::max<std::size_t>(1, series));
  return {ParametersOf(watch.detector, tolerance, watch.calendar), watch.step, watch.history,
          watch.max_series};
}

bool Streams(const WatchConfig& watch) {
  return watch.kind == WatchKind::kAnomaly && watch.detector.is_auto();
}

// The first step of a history that ends with `last`.
Instant FirstOfHistory(const WatchConfig& watch, Instant last) {
  return NewestStep(last - watch.history, watch.step, Duration{0}) + watch.step;
}

}  // namespace

Duration SettledAfter(const WatchConfig& watch) {
  return std::min<Duration>(kSettled, watch.step / 2);
}

WatchTask::WatchTask(const WatchParts& parts, std::string name)
    : parts_(parts),
      name_(std::move(name)),
      shelf_(parts.store, parts.writer, name_),
      outbox_(parts, name_) {
  auto report = std::make_shared<WatchReport>();
  report->watch.name = name_;
  report_ = std::move(report);
}

// Before anything is judged: alerts that are open and not known would never end.
Result<void> WatchTask::LoadBook() {
  if (is_book_loaded_) return {};
  auto book = shelf_.LoadEpisodes();
  if (!book) return Fail(book.error().code, "its open alerts: " + book.error().message);
  is_book_loaded_ = true;
  book_ = *std::move(book);
  stored_episodes_ = EncodeEpisodes(book_.episodes);
  for (const auto& [labels, episode] : book_.episodes) {
    if (episode.in_storm) continue;
    outbox_.SetKnown(episode.labels.Fingerprint());
    book_.storm.begun.push_back(episode.starts_at);
  }
  if (book_.storm.rages()) outbox_.SetKnown(book_.storm.labels.Fingerprint());
  return {};
}

void WatchTask::Run(const std::shared_ptr<const Config>& config, const WatchConfig& watch) {
  const Instant now = parts_.clock.Now();
  const auto began = std::chrono::steady_clock::now();
  config_ = config;
  watch_ = watch;
  warnings_.clear();
  checks_.reset();
  const auto done = RunOnce(parts_.client(config), now);
  if (!outbox_.is_empty()) Tell();
  if (Streams(watch_)) SaveNowAndThen(now);
  SaySoWhenItChanges(done);
  Publish(now, done);
  if (parts_.observer != nullptr)
    parts_.observer->OnRun(*report_, std::chrono::steady_clock::now() - began);
}

Result<void> WatchTask::RunOnce(const promapi::PrometheusClient& client, Instant now) {
  if (auto loaded = LoadBook(); !loaded) return loaded;
  if (const auto key = KeyOf(watch_); key != key_) {
    streams_.Forget();
    anomalies_ = {};
    key_ = key;
    is_loaded_ = false;
  }
  if (watch_.kind == WatchKind::kForecast) return RunForecast(client, now);
  return Streams(watch_) ? RunStream(client, now) : RunWhole(client, now);
}

Result<void> WatchTask::RunForecast(const promapi::PrometheusClient& client, Instant now) {
  const Instant last = NewestStep(now, watch_.step, SettledAfter(watch_));
  const Instant first = FirstOfHistory(watch_, last);
  const auto answer = Fetch(client, first, last, {watch_.max_series});
  if (!answer) return std::unexpected(answer.error());
  auto& checks = checks_.emplace();
  left_out_ = answer->left_out;
  for (const GridRow& row : answer->rows) {
    const auto found = book_.episodes.find(row.labels);
    ForecastLimit limit{watch_.threshold.value_or(0), watch_.horizon};
    limit.is_upper = watch_.tolerance.direction != Direction::kBelow;
    limit.is_open = found != book_.episodes.end() && found->second.fires;
    checks.push_back({row.labels, JudgeForecast(row.values, last, watch_.step, limit), {}});
  }
  Note(checks);
  Raise(watch_, checks, last);
  Tell();
  return {};
}

Result<void> WatchTask::RunWhole(const promapi::PrometheusClient& client, Instant now) {
  CheckRequest request{watch_.query,      now,
                       watch_.history,    watch_.step,
                       watch_.timeout,    watch_.detector,
                       watch_.tolerance,  watch_.calendar,
                       watch_.max_series, watch_.shares_budget};
  auto answer = Check(client, request);
  if (!answer) return std::unexpected(answer.error());
  warnings_ = std::move(answer->warnings);
  left_out_ = answer->left_out;
  auto& checks = checks_.emplace(std::move(answer->series));
  if (checks.empty()) warnings_.emplace_back(kNoSeries);
  std::ranges::sort(checks, {}, &SeriesCheck::labels);
  if (auto done = LeaveChecksAlone(client, now); !done) return done;
  Note(checks);
  Raise(watch_, checks, now);
  Tell();
  return {};
}

Result<void> WatchTask::LeaveChecksAlone(const promapi::PrometheusClient& client, Instant now) {
  if (watch_.maintenance.empty()) return {};
  const Instant step = NewestStep(now, watch_.step, Duration{0});
  const auto maintenance = Maintenance(client, step, step);
  if (!maintenance) return std::unexpected(maintenance.error());
  for (auto& check : *checks_) {
    const bool is_alone = std::ranges::any_of(maintenance->rows, [&](const GridRow& row) {
      return !std::isnan(row.values[0]) && row.values[0] != 0 && Agree(row.labels, check.labels);
    });
    if (!is_alone) continue;
    check.verdict.state = anomaly::State::kGap;
    check.verdict.reason = "in maintenance";
  }
  return {};
}

Result<void> WatchTask::RunStream(const promapi::PrometheusClient& client, Instant now) {
  streams_.SetSettings(SettingsOf(watch_, streams_.size()));
  if (!is_loaded_) Load();
  const Instant newest = NewestStep(now, watch_.step, SettledAfter(watch_));
  ForgetUnlessNear(newest);
  if (!streams_.last()) {
    if (auto done = LearnHistory(client, newest); !done || streams_.size() == 0) {
      if (done) warnings_.emplace_back(kNoSeries);
      streams_.Forget();
      return done;
    }
    streams_.SetSettings(SettingsOf(watch_, streams_.size()));
  }
  return JudgeTail(client, newest);
}

void WatchTask::Load() {
  is_loaded_ = true;
  const auto loaded = shelf_.LoadStates(key_, streams_, anomalies_);
  if (!loaded) {
    Log(LogLevel::kWarn, "the stored state of a watch is not used; its history is read again",
        {{"watch", name_}, {"err", loaded.error().message}});
  } else if (*loaded) {
    saved_at_ = parts_.clock.Now();
    saved_last_ = streams_.last();
    streams_.SetSettings(SettingsOf(watch_, streams_.size()));
  }
}

void WatchTask::ForgetUnlessNear(Instant newest) {
  if (book_.judged_until - newest > watch_.step * kClockBack)
    book_.judged_until = newest - watch_.step;
  const auto last = streams_.last();
  if (!last) return;
  const bool is_old = newest - *last > watch_.history;
  const bool is_ahead = *last - newest > watch_.step * kClockBack;
  if (!is_old && !is_ahead) return;
  Log(LogLevel::kWarn,
      is_old ? "a watch did not run for longer than its history, which is read again"
             : "the clock was set back; the history of a watch is read again",
      {{"watch", name_}});
  streams_.Forget();
}

// Those series that there are now, which decides about max_series too.
Result<void> WatchTask::LearnHistory(const promapi::PrometheusClient& client, Instant newest) {
  const auto now = Fetch(client, newest, newest, streams_.Wanted());
  if (!now) return std::unexpected(now.error());
  streams_.Admit(*now);
  if (streams_.size() == 0) return {};
  const Instant first = FirstOfHistory(watch_, newest);
  anomalies_.ForgetSince(first);
  const auto learned = InParts(
      client, first, newest - watch_.step, [this] { return streams_.Known(); },
      [this](const GridAnswer& part) {
        streams_.Learn(part,
                       [this](const promql::LabelSet& labels, const anomaly::Verdict& verdict) {
                         anomalies_.Note(labels, verdict);
                       });
      });
  if (!learned) return learned;
  // What goes on was found before anybody watched.
  for (const auto& record : anomalies_.NewestFirst()) {
    if (!record.ended_at) book_.episodes[record.series].worst = record.peak.severity;
  }
  return {};
}

// What was seen already before a restart is not judged twice.
Result<void> WatchTask::JudgeTail(const promapi::PrometheusClient& client, Instant newest) {
  const Instant first = streams_.last().value_or(newest - watch_.step) + watch_.step;
  const auto judge = [this](const GridAnswer& part) {
    streams_.Judge(part, [this](Instant at, std::vector<SeriesCheck>& checks) {
      Note(checks);
      if (at > book_.judged_until) Raise(watch_, checks, at);
      if (!checks_) checks_.emplace();
      checks_->swap(checks);
    });
    left_out_ = streams_.left_out();
    Tell();
  };
  return InParts(client, first, newest, [this] { return streams_.Wanted(); }, judge);
}

Result<void> WatchTask::InParts(const promapi::PrometheusClient& client, Instant first,
                                Instant last, const std::function<promapi::SeriesChoice()>& choose,
                                const std::function<void(const GridAnswer&)>& take) {
  while (first <= last) {
    const auto steps = static_cast<Duration::rep>(StepsAtOnce()) - 1;
    const Instant until = std::min(last, first + watch_.step * steps);
    const auto answer = Fetch(client, first, until, choose());
    if (!answer) return std::unexpected(answer.error());
    take(*answer);
    first = until + watch_.step;
  }
  return {};
}

std::size_t WatchTask::StepsAtOnce() const {
  // What is left out is in the answer, too.
  const std::size_t series = streams_.size() + streams_.left_out();
  return std::clamp<std::size_t>(kSamplesAtOnce / std::max<std::size_t>(1, series), 1,
                                 promapi::kMaxPointsPerQuery);
}

Result<GridAnswer> WatchTask::Fetch(const promapi::PrometheusClient& client, Instant first,
                                    Instant last, const promapi::SeriesChoice& choice) {
  auto answer = Ask(client, watch_.query, first, last, choice);
  if (!answer || watch_.maintenance.empty()) return answer;
  const auto maintenance = Maintenance(client, first, last);
  if (!maintenance) return std::unexpected(maintenance.error());
  LeaveAlone(*maintenance, *answer);
  return answer;
}

Result<GridAnswer> WatchTask::Maintenance(const promapi::PrometheusClient& client, Instant first,
                                          Instant last) {
  // Whoever would be left out here would be judged.
  const std::size_t most = std::max(kFewestOfMaintenance, watch_.max_series);
  auto answer = Ask(client, watch_.maintenance, first, last, {most});
  if (!answer) return Fail(answer.error().code, "maintenance: " + answer.error().message);
  if (answer->left_out > 0)
    return Fail(ErrorCode::kInvalid, "maintenance: more than " + std::to_string(most) + " series");
  return answer;
}

Result<GridAnswer> WatchTask::Ask(const promapi::PrometheusClient& client,
                                  const std::string& expression, Instant first, Instant last,
                                  const promapi::SeriesChoice& choice) {
  const StepGrid grid{first, watch_.step,
                      static_cast<std::size_t>((last - first) / watch_.step) + 1};
  promapi::RangeQuery query;
  query.expression = expression;
  query.start = first;
  query.end = last;
  query.step = watch_.step;
  auto answer = client.Query(query, watch_.timeout, &choice);
  if (!answer) return std::unexpected(answer.error());
  if (!answer->warnings.empty()) warnings_ = answer->warnings;
  return OntoSteps(*std::move(answer), grid);
}

void WatchTask::Note(const std::vector<SeriesCheck>& checks) {
  for (const auto& check : checks) anomalies_.Note(check.labels, check.verdict);
  if (anomalies_.open() == 0 || checks.empty()) return;
  anomalies_.EndOthers(checks.front().verdict.at, [&](const promql::LabelSet& labels) {
    return std::ranges::binary_search(checks, labels, {}, &SeriesCheck::labels);
  });
}

void WatchTask::Raise(const WatchConfig& watch, const std::vector<SeriesCheck>& checks,
                      Instant at) {
  auto alerts = Advance(watch, checks, at, book_.episodes);
  GatherStorm(watch, checks, at, book_.episodes, book_.storm, alerts);
  book_.judged_until = at;
  outbox_.Add(std::move(alerts));
}

void WatchTask::Tell() {
  if (!outbox_.Tell(config_, watch_)) return;
  std::string episodes = EncodeEpisodes(book_.episodes);
  if (episodes == stored_episodes_) return;
  if (shelf_.SaveEpisodes(book_)) stored_episodes_ = std::move(episodes);
}

bool WatchTask::End() {
  if (!LoadBook()) return false;
  WatchConfig at_once;
  at_once.resolve_after = 1;
  Raise(at_once, {}, parts_.clock.Now());
  Tell();
  return outbox_.is_empty() && shelf_.Remove().has_value();
}

void WatchTask::SaveNowAndThen(Instant now) {
  const std::size_t bytes = streams_.size() * sizeof(anomaly::AutoState);
  const Duration every = std::max<Duration>(
      kSaveEvery, std::chrono::seconds{static_cast<std::int64_t>(bytes / kSavedBytesPerSecond)});
  if (!saved_at_ || now - *saved_at_ >= every || now < *saved_at_) Save();
}

// Not while an alert waits to be told: what is read again after a restart would not raise it.
void WatchTask::Save() {
  if (!Streams(watch_) || !streams_.last() || streams_.last() == saved_last_ || !outbox_.is_empty())
    return;
  const auto saved = shelf_.SaveStates(key_, streams_, anomalies_, book_);
  if (!saved) {
    Log(LogLevel::kWarn, "the state of a watch could not be stored",
        {{"watch", name_}, {"err", saved.error().message}});
    return;
  }
  saved_at_ = parts_.clock.Now();
  saved_last_ = streams_.last();
}

void WatchTask::SaySoWhenItChanges(const Result<void>& done) {
  const bool failed = !done;
  if (failed == std::exchange(failed_, failed)) return;
  if (failed) {
    Log(LogLevel::kWarn, "watch cannot be checked; it is tried again at its next turn",
        {{"watch", name_}, {"err", done.error().message}});
  } else {
    Log(LogLevel::kInfo, "watch is checked again", {{"watch", name_}});
  }
}

void WatchTask::Publish(Instant began, const Result<void>& done) {
  auto report = std::make_shared<WatchReport>();
  report->watch = watch_;
  report->last_run = began;
  report->last_success = done ? std::optional(began) : report_->last_success;
  if (!done) report->error = done.error().message;
  report->warnings = warnings_;
  report->series = checks_ ? *std::exchange(checks_, std::nullopt) : report_->series;
  const bool is_learning = std::ranges::all_of(report->series, [](const SeriesCheck& check) {
    return check.verdict.state == anomaly::State::kLearning;
  });
  report->left_out = left_out_;
  report->points = streams_.points();
  report->skipped = streams_.skipped();
  report->open_alerts = static_cast<std::size_t>(
      std::ranges::count_if(book_.episodes, [](const auto& entry) { return entry.second.fires; }));
  if (Streams(watch_) && streams_.size() > 0) report->alerts_per_day = streams_.AlertsPerDay();
  report->anomalies = anomalies_.NewestFirst();
  report->state = !done                     ? WatchState::kFailing
                  : report->open_alerts > 0 ? WatchState::kFiring
                  : is_learning             ? WatchState::kLearning
                                            : WatchState::kOk;
  report_ = std::move(report);
}

}  // namespace warden
