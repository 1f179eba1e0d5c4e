// SPDX-License-Identifier: Apache-2.0
#include "server/chart/chart.h"

#include <algorithm>
#include <cmath>

#include "server/chart/canvas.h"
#include "server/chart/columns.h"
#include "server/chart/value_range.h"

namespace warden::chart {
namespace {

struct Palette {
  Colour background, text, faint_text, grid, band, expected, line, envelope, anomaly, threshold,
      episode, maintenance, mark;
};

constexpr Palette kLightPalette = {
    .background = {0xFFFFFF},
    .text = {0x1B2130},
    .faint_text = {0x667085},
    .grid = {0xE9ECF1},
    .band = {0xDCE8FB},
    .expected = {0x8FB0E6},
    .line = {0x1F4E9E},
    .envelope = {0x1F4E9E, 0.38},
    .anomaly = {0xD92D20},
    .threshold = {0xC96A00},
    .episode = {0xD92D20, 0.11},
    .maintenance = {0x667085, 0.14},
    .mark = {0x7A4BBF},
};
constexpr Palette kDarkPalette = {
    .background = {0x16191F},
    .text = {0xECEEF3},
    .faint_text = {0x9BA3B2},
    .grid = {0x2A2F39},
    .band = {0x20375A},
    .expected = {0x4F7DBE},
    .line = {0x93C5FF},
    .envelope = {0x93C5FF, 0.38},
    .anomaly = {0xFF6B5E},
    .threshold = {0xFFB454},
    .episode = {0xFF6B5E, 0.17},
    .maintenance = {0x9BA3B2, 0.18},
    .mark = {0xC7A6FF},
};

// Points closer than this many pixels become columns of twice that.
constexpr double kPixelsAPoint = 1.2;
constexpr double kPixelsAColumn = 2;

// What chat services show without a second thought, and a mail carries.
constexpr std::size_t kMostBytes = std::size_t{40} * 1024;

class Drawing {
 public:
  explicit Drawing(const Chart& chart)
      : chart_(chart),
        colours_(chart.theme == Theme::kDark ? kDarkPalette : kLightPalette),
        width_(std::clamp(chart.width, 200, 2000)),
        height_(std::clamp(chart.height, 150, 2000)),
        canvas_(width_, height_, colours_.background),
        // At half size, as a phone shows it, labels keep 11 pixels.
        label_(std::clamp(width_ / 36.0, 11.0, 30.0)),
        line_(std::clamp(width_ / 320.0, 1.5, 3.5)) {}

  Result<std::string> Draw() {
    DrawTitle();
    const std::optional<ValueRange> range = RangeOf(chart_);
    if (range && chart_.points.front().at <= chart_.points.back().at) {
      range_ = *range;
      DrawLegend(label_ * 2.8);
      DrawPlot();
    } else {
      canvas_.Text({width_ / 2.0, height_ / 2.0}, "no data",
                   {.size = label_, .colour = colours_.faint_text, .anchor = Anchor::kMiddle});
    }
    return canvas_.Encode(kMostBytes);
  }

 private:
  void DrawTitle();
  void DrawLegend(double y);
  double LegendItem(double x, double y, const std::string& text, const Colour& colour, Dash dash,
                    bool filled);
  void DrawPlot();
  void DrawValueAxis();
  void DrawTimeAxis();
  void DrawSpans(const std::vector<TimeSpan>& spans, const Colour& colour);
  void DrawBand(const std::vector<Column>& columns);
  void DrawLines(const std::vector<Column>& columns);
  void DrawUnusual(const std::vector<Column>& columns);
  void DrawUnusualColumns(const std::vector<Column>& columns);
  void DrawPeak();
  void DrawThreshold();
  void DrawMarks();

  [[nodiscard]] double X(Instant at) const {
    const Instant start = chart_.points.front().at;
    const auto whole = static_cast<double>((chart_.points.back().at - start).count());
    const double share = whole > 0 ? static_cast<double>((at - start).count()) / whole : 0.5;
    return left_ + (right_ - left_) * std::clamp(share, 0.0, 1.0);
  }
  [[nodiscard]] double Y(double value) const {
    const double share = (Bounded(value) - range_.low) / (range_.high - range_.low);
    return bottom_ - (bottom_ - top_) * std::clamp(share, 0.0, 1.0);
  }
  [[nodiscard]] Place At(Instant at, double value) const { return {X(at), Y(value)}; }

  // Runs of columns for which `y_of` is finite, as paths.
  template <class ValueOf>
  void DrawPath(const std::vector<Column>& columns, double width, const Colour& colour,
                ValueOf value_of) {
    std::vector<Place> run;
    for (const Column& column : columns) {
      const double value = value_of(column);
      if (std::isfinite(value)) {
        run.push_back(At(column.mean.at, value));
        continue;
      }
      canvas_.Path(run, width, colour);
      run.clear();
    }
    canvas_.Path(run, width, colour);
  }

  // Of a band with one edge, where that is all there is to see.
  [[nodiscard]] double LowerEdge(const ChartPoint& p) const {
    return std::isnan(p.lower) && std::isfinite(p.upper) ? std::min(range_.low, p.upper) : p.lower;
  }
  [[nodiscard]] double UpperEdge(const ChartPoint& p) const {
    return std::isnan(p.upper) && std::isfinite(p.lower) ? std::max(range_.high, p.lower) : p.upper;
  }

  // Runs in which both edges are known, as areas.
  template <class LowOf, class HighOf>
  void DrawArea(const std::vector<Column>& columns, const Colour& colour, LowOf low_of,
                HighOf high_of) {
    const auto is_known = [&](const Column& c) {
      return !std::isnan(low_of(c)) && !std::isnan(high_of(c));
    };
    for (auto first = columns.begin(); first != columns.end();) {
      first = std::find_if(first, columns.end(), is_known);
      const auto last = std::find_if_not(first, columns.end(), is_known);
      std::vector<Place> outline;
      for (auto c = first; c != last; ++c) outline.push_back(At(c->mean.at, high_of(*c)));
      for (auto c = last; c != first;) {
        --c;
        outline.push_back(At(c->mean.at, low_of(*c)));
      }
      if (!outline.empty()) canvas_.Area(outline, colour);
      first = last;
    }
  }

  const Chart& chart_;
  const Palette& colours_;
  int width_;
  int height_;
  Canvas canvas_;
  double label_;  // size of letters
  double line_;   // width of the main line
  ValueRange range_;
  double left_ = 0, top_ = 0, right_ = 0, bottom_ = 0;
};

// `UTC`, `UTC+2`, `UTC-3:30`.
std::string ZoneText(std::chrono::minutes offset) {
  if (offset == std::chrono::minutes{0}) return "UTC";
  const auto minutes = std::abs(offset.count()) % 6000;
  std::string text = offset.count() < 0 ? "UTC-" : "UTC+";
  text += std::to_string(minutes / 60);
  if (minutes % 60 != 0) text += (minutes % 60 < 10 ? ":0" : ":") + std::to_string(minutes % 60);
  return text;
}

void Drawing::DrawTitle() {
  const double room = width_ - 1.2 * label_;
  const std::string title = Drawable(std::string_view(chart_.title).substr(0, 300));
  // A long title is set smaller before it is cut.
  double size = label_ * 1.1;
  const double wanted = canvas_.WidthOf(title, size, Weight::kBold);
  if (wanted > room) size *= std::max(room / wanted, 0.8);
  canvas_.Text({label_ * 0.6, label_ * 1.45}, canvas_.Cut(title, size, Weight::kBold, room),
               {.size = size, .colour = colours_.text, .weight = Weight::kBold});
}

double Drawing::LegendItem(double x, double y, const std::string& text, const Colour& colour,
                           Dash dash, bool filled) {
  const double size = label_ * 0.85;
  const double swatch = size * 1.3;
  const double width = swatch + size * 0.4 + canvas_.WidthOf(text, size, Weight::kNormal);
  if (x + width > width_ - label_ * 0.5) return x;  // no room: the picture explains itself
  if (filled) {
    canvas_.Box({x, y - size * 0.78}, swatch, size * 0.85, colour);
  } else {
    canvas_.Line({x, y - size * 0.33}, {x + swatch, y - size * 0.33}, line_ * 1.2, colour, dash);
  }
  canvas_.Text({x + swatch + size * 0.4, y}, text, {.size = size, .colour = colours_.faint_text});
  return x + width + size;
}

void Drawing::DrawLegend(double y) {
  const auto has = [&](auto test) {
    return std::any_of(chart_.points.begin(), chart_.points.end(), test);
  };
  double x = label_ * 0.6;
  x = LegendItem(x, y, "observed", colours_.line, Dash::kNone, false);
  if (has([](const ChartPoint& p) { return std::isfinite(p.lower) || std::isfinite(p.upper); }))
    x = LegendItem(x, y, "expected", colours_.band, Dash::kNone, true);
  if (has(IsUnusual)) x = LegendItem(x, y, "unusual", colours_.anomaly, Dash::kNone, false);
  if (chart_.threshold && std::isfinite(*chart_.threshold))
    x = LegendItem(x, y, "threshold", colours_.threshold, Dash::kShort, false);
  if (!chart_.marks.empty()) x = LegendItem(x, y, "deploy", colours_.mark, Dash::kNone, false);
  if (!chart_.maintenance.empty())
    x = LegendItem(x, y, "maintenance", colours_.maintenance, Dash::kNone, true);
  const std::string zone = ZoneText(chart_.utc_offset);
  const double size = label_ * 0.85;
  const double right = width_ - label_ * 0.5;
  if (x + canvas_.WidthOf(zone, size, Weight::kNormal) < right) {
    canvas_.Text({right, y}, zone,
                 {.size = size, .colour = colours_.faint_text, .anchor = Anchor::kRight});
  }
}

void Drawing::DrawValueAxis() {
  const auto rows = static_cast<std::size_t>(std::max(2.0, (bottom_ - top_) / (label_ * 2.6)));
  const ValueTicks ticks = TicksBetween(range_.low, range_.high, rows, chart_.unit);
  std::vector<std::string> labels;
  double widest = 0;
  for (const double value : ticks.values) {
    labels.push_back(FormatValue(value, ticks.step, chart_.unit));
    widest = std::max(widest, canvas_.WidthOf(labels.back(), label_, Weight::kNormal));
  }
  left_ = std::min(widest + label_ * 0.95, width_ * 0.4);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double y = std::round(Y(ticks.values[i])) + 0.5;
    canvas_.Line({left_, y}, {right_, y}, 1, colours_.grid);
    canvas_.Text({left_ - label_ * 0.4, y + label_ * 0.35}, labels[i],
                 {.size = label_, .colour = colours_.faint_text, .anchor = Anchor::kRight});
  }
}

void Drawing::DrawTimeAxis() {
  const auto most = static_cast<std::size_t>((right_ - left_) / (label_ * 4.2));
  const Instant start = chart_.points.front().at;
  const Instant end = chart_.points.back().at;
  for (const TimeTick& tick : TicksBetween(start, end, most, chart_.utc_offset)) {
    const double x = std::round(X(tick.at)) + 0.5;
    canvas_.Line({x, top_}, {x, bottom_}, 1, colours_.grid);
    const double half = canvas_.WidthOf(tick.label, label_, Weight::kNormal) / 2;
    canvas_.Text({std::clamp(x, half + 2, width_ - half - 2), bottom_ + label_ * 1.25}, tick.label,
                 {.size = label_, .colour = colours_.faint_text, .anchor = Anchor::kMiddle});
  }
}

void Drawing::DrawSpans(const std::vector<TimeSpan>& spans, const Colour& colour) {
  double drawn_to = left_;  // spans of one pixel each must not add up to a dark one
  for (const TimeSpan& span : spans) {
    if (span.end < chart_.points.front().at || span.start > chart_.points.back().at) continue;
    const double left = std::max(X(span.start), drawn_to);
    const double right = std::max(X(span.end), left + 2);
    canvas_.Box({left, top_}, right - left, bottom_ - top_, colour);
    drawn_to = right;
  }
}

void Drawing::DrawBand(const std::vector<Column>& columns) {
  DrawArea(
      columns, colours_.band, [this](const Column& c) { return LowerEdge(c.mean); },
      [this](const Column& c) { return UpperEdge(c.mean); });
}

void Drawing::DrawLines(const std::vector<Column>& columns) {
  DrawPath(columns, line_ * 0.6, colours_.expected,
           [](const Column& c) { return c.mean.expected; });
  if (columns.size() < chart_.points.size()) {
    DrawArea(
        columns, colours_.envelope, [](const Column& c) { return c.low; },
        [](const Column& c) { return c.high; });
  }
  DrawPath(columns, line_, colours_.line, [](const Column& c) { return c.mean.value; });
}

// An unusual value is drawn with the line that leads to and from it.
void Drawing::DrawUnusual(const std::vector<Column>& columns) {
  std::vector<Place> run;
  const auto is_unusual = [&](std::size_t i) {
    return i < columns.size() && std::isfinite(columns[i].unusual);
  };
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool is_drawn = std::isfinite(columns[i].mean.value) &&
                          (is_unusual(i) || is_unusual(i + 1) || (i > 0 && is_unusual(i - 1)));
    if (is_drawn) run.push_back(At(columns[i].mean.at, columns[i].mean.value));
    const bool goes_on = is_drawn && i + 1 < columns.size();
    if (goes_on) continue;
    canvas_.Path(run, line_ * 1.35, colours_.anomaly);
    run.clear();
  }
}

// Among columns, a stroke from the band to the farthest value; neighbours are joined instead.
void Drawing::DrawUnusualColumns(const std::vector<Column>& columns) {
  for (auto first = columns.begin(); first != columns.end();) {
    const auto is_unusual = [](const Column& c) { return std::isfinite(c.unusual); };
    first = std::find_if(first, columns.end(), is_unusual);
    const auto last = std::find_if_not(first, columns.end(), is_unusual);
    std::vector<Place> run;
    for (auto c = first; c != last; ++c) run.push_back(At(c->mean.at, c->unusual));
    if (run.size() == 1) {
      const double edge =
          first->unusual > first->mean.upper ? first->mean.upper : first->mean.lower;
      if (std::isfinite(edge))
        canvas_.Line(At(first->mean.at, edge), run.front(), line_, colours_.anomaly);
      canvas_.Dot(run.front(), line_ * 1.1, colours_.anomaly);
    }
    canvas_.Path(run, line_ * 1.2, colours_.anomaly);
    first = last;
  }
}

// The value farthest out is named.
void Drawing::DrawPeak() {
  const auto peak = std::max_element(
      chart_.points.begin(), chart_.points.end(),
      [](const ChartPoint& a, const ChartPoint& b) { return FarOutside(a) < FarOutside(b); });
  if (!IsUnusual(*peak) || !std::isfinite(peak->value)) return;
  const Place at = At(peak->at, peak->value);
  canvas_.Dot(at, line_ * 1.6, colours_.anomaly);
  const std::string text = FormatAlone(peak->value, chart_.unit);
  const double half = canvas_.WidthOf(text, label_ * 0.95, Weight::kBold) / 2;
  const bool is_above = peak->value > peak->upper;
  double y = is_above ? at.y - label_ * 0.55 : at.y + label_ * 1.25;
  y = std::clamp(y, top_ + label_ * 0.85, bottom_ - label_ * 0.3);
  const bool is_beside = std::abs(y - at.y) < label_ * 0.5;
  // At the plot's edge the number stands beside its point.
  double x = at.x;
  if (is_beside)
    x += at.x + half * 2 + label_ < right_ ? half + label_ * 0.6 : -half - label_ * 0.6;
  if (is_beside) y = std::clamp(at.y + label_ * 0.35, top_ + label_ * 0.85, bottom_ - 2);
  x = std::clamp(x, left_ + half + 2, right_ - half - 2);
  canvas_.Text({x, y}, text,
               {.size = label_ * 0.95,
                .colour = colours_.anomaly,
                .anchor = Anchor::kMiddle,
                .weight = Weight::kBold,
                .rim = colours_.background});
}

void Drawing::DrawThreshold() {
  if (!chart_.threshold || !std::isfinite(*chart_.threshold)) return;
  const double y = Y(*chart_.threshold);
  canvas_.Line({left_, y}, {right_, y}, line_, colours_.threshold, Dash::kLong);
  const double size = label_ * 0.85;
  const bool has_room = y - top_ > size * 1.3;
  canvas_.Text({left_ + label_ * 0.3, has_room ? y - size * 0.4 : y + size * 1.1},
               FormatAlone(*chart_.threshold, chart_.unit),
               {.size = size, .colour = colours_.threshold, .rim = colours_.background});
}

void Drawing::DrawMarks() {
  const double half = label_ * 0.28;
  for (const Instant at : chart_.marks) {
    if (at < chart_.points.front().at || at > chart_.points.back().at) continue;
    const double x = X(at);
    canvas_.Line({x, top_}, {x, bottom_}, line_ * 0.7, colours_.mark);
    const Place flag[] = {{x - half, top_}, {x + half, top_}, {x, top_ + half * 1.5}};
    canvas_.Area(flag, colours_.mark);
  }
}

void Drawing::DrawPlot() {
  top_ = label_ * 3.4;
  right_ = width_ - label_ * 0.6;
  bottom_ = height_ - label_ * 1.75;
  DrawValueAxis();
  DrawTimeAxis();
  const double room = right_ - left_;
  const bool is_dense = static_cast<double>(chart_.points.size()) * kPixelsAPoint > room;
  // One column a point when there is room for all.
  std::vector<Column> columns;
  if (is_dense) {
    columns = ColumnsOf(chart_.points, static_cast<std::size_t>(room / kPixelsAColumn));
  } else {
    for (const ChartPoint& p : chart_.points) {
      columns.push_back({.mean = p,
                         .low = p.value,
                         .high = p.value,
                         .unusual = IsUnusual(p) ? p.value : std::nan("")});
    }
  }
  DrawBand(columns);
  DrawSpans(chart_.maintenance, colours_.maintenance);
  DrawSpans(chart_.episodes, colours_.episode);
  DrawMarks();
  DrawThreshold();
  DrawLines(columns);
  if (is_dense) {
    DrawUnusualColumns(columns);
  } else {
    DrawUnusual(columns);
  }
  DrawPeak();
}

}  // namespace

Result<std::string> RenderPng(const Chart& chart) { return Drawing(chart).Draw(); }

}  // namespace warden::chart
