// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/prometheus_enricher.h"

#include <pthread.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "server/base/log.h"
#include "server/delivery/alert_query.h"
#include "server/delivery/circumstances.h"

namespace warden {
namespace {

constexpr std::size_t kMostWaiting = 256;
constexpr Duration kTimeToDraw = std::chrono::milliseconds(300);
constexpr std::chrono::hours kTellsHours(48);  // of history
constexpr std::chrono::milliseconds kTimeToAsk(200);
// Of siblings: the whole costs a server as much as so many of the rule's evaluations.
constexpr int kMostSteps = 36;
constexpr std::size_t kMostAround = 100;  // series of deployments or maintenance
constexpr std::size_t kMostSeries = 4;    // whose history is looked at for one alert

}  // namespace

PrometheusEnricher::PrometheusEnricher(EnricherParts parts, std::shared_ptr<const Config> config)
    : parts_(std::move(parts)),
      observer_(parts_.observer != nullptr ? *parts_.observer : silent_),
      config_(std::move(config)) {
  const std::size_t threads =
      std::clamp<std::size_t>(config_->prometheus.max_concurrent_queries, 1, 8);
  for (std::size_t i = 0; i < threads; ++i) {
    workers_.emplace_back([this] { Work(); });
    pthread_setname_np(workers_.back().native_handle(), "enrich");
  }
}

PrometheusEnricher::~PrometheusEnricher() {
  std::deque<Job> unasked;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    unasked.swap(jobs_);
  }
  wake_.notify_all();
  for (Job& job : unasked) job.done(std::nullopt);
  for (std::thread& worker : workers_) worker.join();
}

void PrometheusEnricher::SetConfig(std::shared_ptr<const Config> config) {
  const std::lock_guard lock(mutex_);
  config_ = std::move(config);
}

void PrometheusEnricher::Enrich(const Message& message, Instant deadline, Done done) {
  std::shared_ptr<const Config> config;
  {
    const std::lock_guard lock(mutex_);
    config = config_;
  }
  std::optional<Question> question;
  if (config->prometheus.is_set()) question = QuestionOf(message, config->anomaly, config->watches);
  if (question) {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && jobs_.size() < kMostWaiting) {
      jobs_.push_back({std::move(*question), deadline, std::move(config), std::move(done)});
      wake_.notify_one();
      return;
    }
  }
  done(std::nullopt);
}

void PrometheusEnricher::Work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.done(Answer(job));
  }
}

// Nobody named a query for the alert: what its rule compares is checked, or nothing.
std::optional<AnomalyVerdict> PrometheusEnricher::Answer(Job& job) {
  Question& question = job.question;
  const bool is_named = !question.query.empty();
  std::optional<AlertThreshold> threshold;
  if (is_named) {
    threshold = ThresholdOf(question.expression, question.query);
  } else {
    auto own = AlertQueryOf(question.expression, question.alert);
    if (!own) return std::nullopt;
    question.query = std::move(own->query);
    question.wide = std::move(own->wide);
    threshold = own->threshold;
  }
  std::optional<AnomalyVerdict> verdict = Check(job, is_named, threshold);
  if (verdict) verdict->threshold = std::move(threshold);
  return verdict;
}

std::optional<AnomalyVerdict> PrometheusEnricher::Check(
    const Job& job, bool is_named, const std::optional<AlertThreshold>& threshold) {
  const Question& question = job.question;
  const Instant now = parts_.clock.Now();
  // A clock that was set back makes no message wait longer.
  const auto budget = std::min(std::chrono::floor<std::chrono::milliseconds>(job.deadline - now),
                               job.config->anomaly.budget);
  if (budget <= std::chrono::milliseconds::zero()) return std::nullopt;
  const CheckRequest request{.query = question.query,
                             .now = now,
                             .history = question.history,
                             .step = question.step,
                             .budget = budget,
                             .detector = question.detector,
                             .tolerance = question.tolerance,
                             .calendar = question.calendar};
  const auto begun = std::chrono::steady_clock::now();
  const auto answer = AskHistory(parts_.client(job.config), request);
  Report(job, answer, std::chrono::steady_clock::now() - begun);
  if (!answer) return std::nullopt;
  std::vector<anomaly::Verdict> worst;
  std::size_t worst_place = 0;
  const auto course = static_cast<std::size_t>(kCircumstances / request.step) + 1;
  for (const std::size_t place : OwnSeries(question.alert, answer->series, kMostSeries)) {
    auto verdicts = JudgeSeries(answer->series[place], request, course);
    if (!worst.empty() && verdicts.back().score <= worst.back().score) continue;
    worst = std::move(verdicts);
    worst_place = place;
  }
  // Nobody asked for this check: without a result there is nothing to tell.
  const auto state = worst.empty() ? anomaly::State::kGap : worst.back().state;
  const bool says_something = !anomaly::IsUnjudged(state);
  if (!is_named && !says_something) return std::nullopt;
  if (worst.empty()) {
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    AnomalyVerdict nothing;
    nothing.query = question.query;
    nothing.observed = nothing.expected = nothing.lower = nothing.upper = kNone;
    nothing.summary = "the query returns no series of this alert";
    return nothing;
  }
  AnomalyVerdict verdict = Describe(question.query, worst.back());
  if (says_something) {
    const auto& samples = answer->series[worst_place].samples;
    verdict.knows_the_hour = worst.back().detector == anomaly::DetectorKind::kAuto &&
                             now - samples.front().at >= kTellsHours;
    verdict.course = CourseOf(worst);
    AddSiblings(job, answer->series[worst_place].labels, answer->series, verdict);
  }
  verdict.chart = Draw(job, threshold, now, answer->series[worst_place]);
  return verdict;
}

// In the answer at hand, or asked for where that was narrowed to the alert; while there is time.
void PrometheusEnricher::AddSiblings(const Job& job, const promql::LabelSet& own,
                                     std::span<const promapi::TimeSeries> at_hand,
                                     AnomalyVerdict& verdict) {
  const std::size_t most = job.config->anomaly.max_siblings;
  if (most == 0) return;
  const Instant now = parts_.clock.Now();
  Result<promapi::QueryAnswer> wide;
  std::span<const promapi::TimeSeries> all = at_hand;
  if (!job.question.wide.empty()) {
    const auto budget =
        std::chrono::floor<std::chrono::milliseconds>(job.deadline - now - kTimeToDraw);
    if (budget < kTimeToAsk) return;
    promapi::RangeQuery query;
    query.expression = job.question.wide;
    query.start = now - kCircumstances;
    query.end = now;
    query.step = std::max<Duration>(job.question.step, kCircumstances / kMostSteps);
    query.most_series = most + 1;  // with the alert's own
    const auto begun = std::chrono::steady_clock::now();
    wide = parts_.client(job.config).Query(query, budget);
    observer_.OnQuery(wide.has_value(), std::chrono::steady_clock::now() - begun);
    if (!wide) return;
    all = wide->series;
  }
  Siblings siblings = SiblingsOf(own, all.first(std::min(all.size(), most + 1)), now);
  verdict.siblings = siblings.looked_at;
  verdict.deviating = std::move(siblings.deviating);
}

// Deployments and maintenance beside the alert's series; while there is time.
Surroundings PrometheusEnricher::LookAround(const Job& job, Instant asked_at) {
  const auto spans = [&](const std::string& expression) -> std::vector<chart::TimeSpan> {
    const auto budget = std::chrono::floor<std::chrono::milliseconds>(
        job.deadline - parts_.clock.Now() - kTimeToDraw);
    if (expression.empty() || budget < kTimeToAsk) return {};
    auto query =
        promapi::AlignedRange(expression, asked_at, ShownOf(job.question), job.question.step);
    query.most_series = kMostAround;
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = parts_.client(job.config).Query(query, budget);
    observer_.OnQuery(answer.has_value(), std::chrono::steady_clock::now() - begun);
    if (!answer) return {};
    return SpansOf(answer->series, job.question.alert, job.question.step);
  };
  Surroundings around;
  for (const auto& span : spans(job.config->anomaly.deployments))
    around.deployments.push_back(span.start);
  around.maintenance = spans(job.question.maintenance);
  return around;
}

// Only while there is time: a message without a picture is better than a late one.
std::shared_ptr<const std::string> PrometheusEnricher::Draw(
    const Job& job, const std::optional<AlertThreshold>& threshold, Instant asked_at,
    const promapi::TimeSeries& series) {
  const ChartStyle style = job.config->anomaly.chart;
  if (style == ChartStyle::kNone || job.deadline - parts_.clock.Now() < kTimeToDraw) return nullptr;
  auto png = DrawAlert(job.question, threshold, asked_at, series, LookAround(job, asked_at), style);
  if (png) return std::make_shared<const std::string>(*std::move(png));
  Log(LogLevel::kWarn, "a message goes out without its chart", {{"err", png.error().message}});
  return nullptr;
}

void PrometheusEnricher::Report(const Job& job, const Result<promapi::QueryAnswer>& answer,
                                std::chrono::duration<double> took) {
  observer_.OnQuery(answer.has_value(), took);
  const bool is_failing = !answer.has_value();
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_failing_, is_failing) == is_failing) return;
  }
  if (is_failing) {
    Log(LogLevel::kWarn, "messages go out without a check of their metric",
        {{"query", job.question.query}, {"err", answer.error().message}});
  } else {
    Log(LogLevel::kInfo, "metrics of messages are checked again");
  }
}

}  // namespace warden
