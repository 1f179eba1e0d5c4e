// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/question.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "server/alert/generator_url.h"
#include "server/anomaly/number_text.h"

namespace warden {
namespace {

using anomaly::Number;

constexpr std::string_view kAnnotation = "promwarden_query";
constexpr std::size_t kLongestQuery = 16'384;

std::string Band(const anomaly::Verdict& verdict) {
  const bool has_lower = std::isfinite(verdict.lower);
  const bool has_upper = std::isfinite(verdict.upper);
  if (has_lower && has_upper) return Number(verdict.lower) + " to " + Number(verdict.upper);
  if (has_lower) return "at least " + Number(verdict.lower);
  if (has_upper) return "at most " + Number(verdict.upper);
  return "anything";
}

std::string Sentence(const anomaly::Verdict& verdict) {
  // Of a limit in words, or why there is none to hold against.
  if (!verdict.check.empty() && !verdict.reason.empty()) return verdict.reason;
  const std::string expected = " (expected " + Number(verdict.expected) + ")";
  if (verdict.state == anomaly::State::kOk) {
    return Number(verdict.observed) + " is within the normal range of " + Band(verdict) + expected;
  }
  std::string text = Number(verdict.observed) + " is ";
  text += verdict.observed > verdict.expected ? "above" : "below";
  text += " the normal range of " + Band(verdict) + expected;
  if (std::isfinite(verdict.deviation)) {
    text += ", " + Number(std::round(std::fabs(verdict.deviation) * 10) / 10) + " deviations away";
  }
  return text + ", severity " + std::string(Name(verdict.severity));
}

// Nothing when a label of both has two values.
std::optional<std::size_t> Shared(const promql::LabelSet& alert, const promql::LabelSet& series) {
  std::size_t shared = 0;
  for (const auto& [name, value] : series) {
    if (name == "__name__" || !alert.Has(name)) continue;
    if (alert.Get(name) != value) return std::nullopt;
    ++shared;
  }
  return shared;
}

// `limits`: what says which deviations count; `how`: how far to look back, and so on.
Question Asked(const Alert& alert, std::string query, const auto& limits, const auto& how) {
  return {.alert = alert.labels,
          .query = std::move(query),
          .wide = "",
          .expression = ExpressionOf(alert.generator_url).value_or(""),
          .history = how.history,
          .step = how.step,
          .detector = how.detector,
          .tolerance = limits.tolerance,
          .calendar = limits.calendar,
          .began_at = alert.starts_at,
          .maintenance = {},
          .ahead = std::nullopt};
}

// A watch's history is asked for all at once here, while a message waits. A domain check needs its
// weeks, so of those fewer points.
void AskForLess(Question& question, std::chrono::milliseconds most) {
  if (question.history <= most) return;
  if (question.detector.domain == nullptr) {
    question.history = most;
    return;
  }
  const auto factor = (question.history + most - std::chrono::milliseconds(1)) / most;
  question.step *= factor;
  question.detector.min_points /= static_cast<std::size_t>(factor);
}

// The watch that raised the alert, unless it looks for something else by now.
const WatchConfig* WatchOf(const Alert& alert, std::string_view query,
                           const std::vector<WatchConfig>& watches) {
  const std::string_view name = alert.labels.Get("promwarden_watch");
  const auto found = std::ranges::find_if(watches, [&](const WatchConfig& watch) {
    return watch.name == name && watch.query == query;
  });
  return found == watches.end() ? nullptr : &*found;
}

}  // namespace

std::optional<Question> QuestionOf(const Message& message, const AnomalyConfig& config,
                                   const std::vector<WatchConfig>& watches) {
  for (const Alert& alert : message.alerts) {
    if (alert.status != AlertStatus::kFiring) continue;
    const std::string_view query = alert.annotations.Get(kAnnotation);
    if (!query.empty() && query.size() <= kLongestQuery) {
      if (const WatchConfig* watch = WatchOf(alert, query, watches)) {
        Question question = Asked(alert, std::string(query), *watch, *watch);
        AskForLess(question, std::max(config.history, 2 * watch->step));
        // Its own labels stand in the alert before those of the series.
        for (const auto& [name, value] : watch->labels) question.alert.Remove(name);
        question.maintenance = watch->maintenance;
        if (watch->kind == WatchKind::kForecast && watch->threshold)
          question.ahead = Ahead{*watch->threshold, watch->horizon};
        return question;
      }
      return Asked(alert, std::string(query), config, config);
    }
    const auto found = std::ranges::find_if(config.queries, [&](const AnomalyQuery& entry) {
      return promql::MatchesAll(entry.matchers, alert.labels);
    });
    if (found != config.queries.end()) return Asked(alert, found->query, config, *found);
  }
  for (const Alert& alert : message.alerts) {
    if (alert.status != AlertStatus::kFiring || !config.uses_expressions) continue;
    Question question = Asked(alert, "", config, config);
    if (!question.expression.empty()) return question;
  }
  return std::nullopt;
}

bool Agrees(const promql::LabelSet& alert, const promql::LabelSet& series) {
  return Shared(alert, series).has_value();
}

std::vector<std::size_t> OwnSeries(const promql::LabelSet& alert,
                                   const std::vector<promapi::TimeSeries>& series,
                                   std::size_t limit) {
  std::vector<std::pair<std::size_t, std::size_t>> ranked;  // labels shared, place
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (const auto shared = Shared(alert, series[i].labels)) ranked.emplace_back(*shared, i);
  }
  std::ranges::sort(ranked, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::vector<std::size_t> own;
  for (const auto& [shared, place] : ranked) {
    // One that shares fewer labels than the best is not this alert's.
    if (own.size() == limit || shared < ranked.front().first) break;
    own.push_back(place);
  }
  return own;
}

AnomalyVerdict Describe(const std::string& query, const anomaly::Verdict& verdict) {
  AnomalyVerdict out;
  out.query = query;
  out.severity = Name(verdict.severity);
  if (verdict.state == anomaly::State::kLearning) {
    out.summary = "cannot tell yet what is normal";
    if (!verdict.reason.empty()) out.summary += ": " + verdict.reason;
    return out;
  }
  if (anomaly::IsUnjudged(verdict.state)) {
    out.summary = "the metric has no value at present";
    return out;
  }
  return {.query = query,
          .detector = std::string(DetectorName(verdict)),
          .anomalous = anomaly::IsAnomalous(verdict.state),
          .severity = std::string(Name(verdict.severity)),
          .observed = verdict.observed,
          .expected = verdict.expected,
          .lower = verdict.lower,
          .upper = verdict.upper,
          .score = verdict.score,
          .deviation = verdict.deviation,
          .confidence = verdict.confidence,
          .threshold = std::nullopt,
          .course = std::nullopt,
          .deviating = {},
          .summary = Sentence(verdict),
          .chart = nullptr};
}

}  // namespace warden
