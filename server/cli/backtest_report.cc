// SPDX-License-Identifier: Apache-2.0
#include "server/cli/backtest_report.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "promql/model/duration.h"
#include "server/config/alert_budget.h"

namespace warden::cli {
namespace {

using std::chrono::milliseconds;

constexpr Duration kSameEpisode = std::chrono::minutes(30);
constexpr double kMicrosADay = 86'400e6;

bool IsOutside(const anomaly::Verdict& v) {
  return v.observed > v.upper || v.observed < v.lower || v.score > 0.5;
}

std::string InText(Duration duration) {
  return promql::FormatDuration(std::chrono::duration_cast<milliseconds>(duration));
}

// Seven digits at most: for people.
std::string Short(double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.5g", value);
  return text.data();
}

std::string Padded(std::string text, std::size_t width) {
  text.append(text.size() < width ? width - text.size() : 1, ' ');
  return text;
}

void AddRow(std::string& text, const std::array<std::string, 7>& cells) {
  constexpr std::array<std::size_t, 7> kWidths = {22, 10, 8, 12, 12, 11, 0};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    text += i + 1 < cells.size() ? Padded(cells[i], kWidths[i]) : cells[i];
  }
  text += '\n';
}

bool HasLimits(const anomaly::Verdict& verdict) { return !verdict.check.empty(); }

// By which episodes are compared: that of a domain check is how far its limit is passed.
double Strength(const anomaly::Verdict& verdict) {
  return HasLimits(verdict) ? verdict.score : std::abs(verdict.deviation);
}

std::string Deviation(double deviation) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%+.1f", deviation);
  return text.data();
}

}  // namespace

double BacktestSummary::alerts_a_day() const {
  const auto days = static_cast<double>(judged.count()) / kMicrosADay;
  return days > 0 ? static_cast<double>(episodes.size()) / days : 0;
}

BacktestSummary Summarise(std::span<const anomaly::Verdict> verdicts, Duration step) {
  BacktestSummary summary;
  summary.points = verdicts.size();
  const Duration apart = std::max(kSameEpisode, 3 * step);
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const anomaly::Verdict& v = verdicts[i];
    if (v.state == anomaly::State::kGap || v.state == anomaly::State::kStale) {
      ++summary.gaps;
      continue;
    }
    if (v.state == anomaly::State::kLearning) {
      ++summary.learning;
      continue;
    }
    summary.judged += step;
    if (!anomaly::IsAnomalous(v.state)) continue;
    const bool is_new = summary.episodes.empty() || v.at - summary.episodes.back().end > apart;
    if (is_new) {
      std::size_t onset = i;
      while (onset > 0 && IsOutside(verdicts[onset - 1])) --onset;
      summary.episodes.push_back(
          {.onset = verdicts[onset].at, .start = v.at, .end = v.at, .points = 0, .peak = v});
    }
    BacktestEpisode& episode = summary.episodes.back();
    episode.end = v.at;
    ++episode.points;
    if (Strength(v) > Strength(episode.peak)) episode.peak = v;
  }
  return summary;
}

std::string Report(const BacktestSummary& summary, Duration step, std::string_view budget,
                   std::size_t most) {
  std::string text = std::to_string(summary.points) + " points, one each " + InText(step);
  if (summary.learning > 0)
    text += "; learning for " + std::to_string(summary.learning) + " of them";
  if (summary.gaps > 0) text += "; " + std::to_string(summary.gaps) + " missing";
  text += '\n';
  std::vector<BacktestEpisode> shown = summary.episodes;
  if (shown.size() > most) {
    std::nth_element(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(most), shown.end(),
                     [](const BacktestEpisode& a, const BacktestEpisode& b) {
                       return Strength(a.peak) > Strength(b.peak);
                     });
    shown.resize(most);
    std::sort(shown.begin(), shown.end(),
              [](const BacktestEpisode& a, const BacktestEpisode& b) { return a.start < b.start; });
  }
  if (!shown.empty()) {
    const bool has_limits = HasLimits(shown.front().peak);
    AddRow(text, {"alert at", "duration", "delay", "observed", "expected",
                  has_limits ? "severity" : "deviation", has_limits ? "why" : "band"});
  }
  for (const BacktestEpisode& e : shown) {
    const bool has_limits = HasLimits(e.peak);
    AddRow(text, {FormatRfc3339(e.start), InText(e.end - e.start + step), InText(e.start - e.onset),
                  Short(e.peak.observed), Short(e.peak.expected),
                  has_limits ? std::string(Name(e.peak.severity)) : Deviation(e.peak.deviation),
                  has_limits ? e.peak.reason : Short(e.peak.lower) + " to " + Short(e.peak.upper)});
  }
  if (shown.size() < summary.episodes.size()) {
    text += "… and " + std::to_string(summary.episodes.size() - shown.size()) + " weaker ones\n";
  }
  const std::size_t alerts = summary.episodes.size();
  text += std::to_string(alerts) + (alerts == 1 ? " alert in " : " alerts in ") +
          InText(std::chrono::floor<std::chrono::hours>(summary.judged)) + ": " +
          Short(summary.alerts_a_day()) + " a day";
  if (const auto allowed = ParseAlertBudget(budget)) {
    text += "; the budget " + std::string(budget) + " allows " + Short(*allowed);
  }
  return text + '\n';
}

}  // namespace warden::cli
