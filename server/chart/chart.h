// SPDX-License-Identifier: Apache-2.0
// A watched series with its expected range as a PNG that is still readable when a phone shows it at
// half its size, in few bytes. More points than pixels are drawn as their mean within their
// extremes. Drawn by Cairo in memory: no browser, no files. Pure and safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/chart/axis.h"

namespace warden::chart {

// NaN where something is not known: lines break, bands pause.
struct ChartPoint {
  Instant at;
  double value = std::numeric_limits<double>::quiet_NaN();
  double expected = std::numeric_limits<double>::quiet_NaN();
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
};

struct TimeSpan {
  Instant start;
  Instant end;
};

enum class Theme : std::uint8_t { kLight, kDark };

struct Chart {
  std::string title;                  // one line, cut to fit
  std::vector<ChartPoint> points;     // in order of time; values outside [lower, upper] are marked
  std::optional<double> threshold;    // of the alert's own expression, a dashed line
  std::vector<TimeSpan> episodes;     // shaded
  std::vector<TimeSpan> maintenance;  // shaded in grey
  std::vector<Instant> marks;         // deployments: thin vertical lines
  Unit unit = Unit::kNone;
  std::chrono::minutes utc_offset{0};  // of the time axis
  Theme theme = Theme::kLight;
  int width = 800;  // 200..2000 pixels
  int height = 400;
};

// The PNG's bytes. Points without any finite value give an empty plot that says so. internal: Cairo
// failed.
[[nodiscard]] Result<std::string> RenderPng(const Chart& chart);

}  // namespace warden::chart
