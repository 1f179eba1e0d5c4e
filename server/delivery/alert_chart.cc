// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/alert_chart.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "server/chart/chart.h"

namespace warden {
namespace {

constexpr std::chrono::hours kShown{24};
constexpr std::size_t kFewestShown = 60;
// The band of what is shown is learnt from what is before it: that must not be little.
constexpr std::size_t kShareShown = 3;

std::string WithoutBlanks(std::string_view text) {
  std::string rest;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') rest += c;
  }
  return rest;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string UrlDecoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_coded = text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
                          HexDigit(text[i + 2]) >= 0;
    if (is_coded) {
      decoded += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace

std::optional<double> ThresholdOf(std::string_view expression, std::string_view query) {
  const std::string whole = WithoutBlanks(expression);
  const std::string left = WithoutBlanks(query);
  if (left.empty() || !whole.starts_with(left)) return std::nullopt;
  std::string_view rest = std::string_view(whole).substr(left.size());
  for (const std::string_view comparison : {">=", "<=", "==", "!=", ">", "<"}) {
    if (!rest.starts_with(comparison)) continue;
    rest.remove_prefix(comparison.size());
    if (rest.starts_with("bool")) rest.remove_prefix(4);
    if (rest.starts_with('+')) rest.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    const bool is_number = error == std::errc{} && end == rest.data() + rest.size();
    return is_number && std::isfinite(number) ? std::optional(number) : std::nullopt;
  }
  return std::nullopt;
}

std::string ExpressionOf(std::string_view generator_url) {
  for (const std::string_view key : {"?g0.expr=", "&g0.expr="}) {
    const auto at = generator_url.find(key);
    if (at == std::string_view::npos) continue;
    const auto value = generator_url.substr(at + key.size());
    return UrlDecoded(value.substr(0, value.find_first_of("&#")));
  }
  return {};
}

Result<std::string> DrawAlert(const Question& question, Instant now,
                              const promapi::TimeSeries& series, ChartStyle style) {
  std::vector<anomaly::Point> points;
  points.reserve(series.samples.size());
  for (const auto& sample : series.samples) points.push_back({sample.at, sample.value});
  const auto grid = anomaly::OntoGrid(points, question.step, now);
  const auto day = std::max(static_cast<std::size_t>(kShown / question.step), kFewestShown);
  const std::size_t shown =
      std::max<std::size_t>(std::min(day, grid.values.size() / kShareShown), 1);
  chart::Chart chart;
  chart.title = question.query;
  chart.unit = chart::UnitOf(question.query);
  chart.theme = style == ChartStyle::kDark ? chart::Theme::kDark : chart::Theme::kLight;
  for (const auto& v : anomaly::Check(grid, KindOf(question.detector.kind),
                                      ParametersOf(question.detector), shown)) {
    chart.points.push_back({v.at, v.observed, v.expected, v.lower, v.upper});
  }
  chart.threshold = ThresholdOf(ExpressionOf(question.generator_url), question.query);
  chart.episodes.push_back({question.began_at, now});
  return chart::RenderPng(chart);
}

}  // namespace warden
