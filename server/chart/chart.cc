// SPDX-License-Identifier: Apache-2.0
#include "server/chart/chart.h"

#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

namespace warden::chart {
namespace {

// Levels 0..15: what Posterise keeps as it is.
struct Colour {
  double red, green, blue;
  double alpha = 1;
};

struct Palette {
  Colour background, text, faint_text, grid, band, expected, line, anomaly, threshold, episode,
      mark;
};

constexpr Palette kLightPalette = {
    .background = {15, 15, 15},
    .text = {2, 2, 3},
    .faint_text = {6, 6, 7},
    .grid = {14, 14, 14},
    .band = {12, 13, 15},
    .expected = {5, 9, 12},
    .line = {2, 4, 7},
    .anomaly = {13, 2, 2},
    .threshold = {12, 6, 0},
    .episode = {13, 2, 2, 0.10},
    .mark = {7, 5, 10},
};
constexpr Palette kDarkPalette = {
    .background = {2, 2, 2},
    .text = {14, 14, 14},
    .faint_text = {10, 10, 11},
    .grid = {4, 4, 4},
    .band = {2, 4, 6},
    .expected = {5, 9, 12},
    .line = {10, 13, 15},
    .anomaly = {15, 6, 6},
    .threshold = {15, 10, 4},
    .episode = {15, 6, 6, 0.16},
    .mark = {12, 10, 15},
};

// Values are drawn within these, so that no difference of two overflows.
constexpr double kLargest = 1e300;
// The band may stretch the axis to so many times the range of the values themselves.
constexpr double kMostStretch = 4;

struct Range {
  double low = 0;
  double high = 1;
};

double Bounded(double value) { return std::clamp(value, -kLargest, kLargest); }

bool IsAnomalous(const ChartPoint& p) { return p.value > p.upper || p.value < p.lower; }

// The axis: all values, the threshold, and of the band as much as does not squeeze the values.
std::optional<Range> RangeOf(const Chart& chart) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  const auto include = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, Bounded(value));
    high = std::max(high, Bounded(value));
  };
  for (const ChartPoint& p : chart.points) {
    include(p.value);
    include(p.expected);
  }
  if (!(low <= high)) return std::nullopt;
  if (chart.threshold) include(*chart.threshold);
  const double values = high - low > 0 ? high - low : std::max(std::abs(high) * 0.1, 1e-9);
  const Range most{low - kMostStretch * values, high + kMostStretch * values};
  for (const ChartPoint& p : chart.points) {
    if (std::isfinite(p.lower)) include(std::max(p.lower, most.low));
    if (std::isfinite(p.upper)) include(std::min(p.upper, most.high));
  }
  const bool never_negative = std::none_of(chart.points.begin(), chart.points.end(),
                                           [](const ChartPoint& p) { return p.value < 0; });
  double margin = 0.06 * (high - low);
  if (!(margin > 0)) margin = high != 0 ? 0.1 * std::abs(high) : 1;
  Range range{low - margin, high + margin};
  // A quantity that is never negative gets no room below zero, and starts there when zero is near.
  if (never_negative && low < 0.35 * high) range.low = std::min(0.0, chart.threshold.value_or(0));
  return range;
}

class Canvas {
 public:
  explicit Canvas(const Chart& chart)
      : chart_(chart),
        colours_(chart.theme == Theme::kDark ? kDarkPalette : kLightPalette),
        width_(std::clamp(chart.width, 200, 2000)),
        height_(std::clamp(chart.height, 150, 2000)),
        surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width_, height_)),
        cairo_(cairo_create(surface_.get())) {
    // At half size, as a phone shows it, labels keep 11 pixels.
    label_size_ = std::clamp(width_ / 36.0, 11.0, 30.0);
  }

  Result<std::string> Draw() {
    Fill(colours_.background);
    cairo_paint(cairo_.get());
    cairo_select_font_face(cairo_.get(), "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    const std::optional<Range> range = RangeOf(chart_);
    DrawTitle();
    if (range && chart_.points.front().at <= chart_.points.back().at) {
      DrawPlot(*range);
    } else {
      Text(width_ / 2.0, height_ / 2.0, "no data", colours_.faint_text, Anchor::kMiddle,
           label_size_);
    }
    return Encode();
  }

 private:
  enum class Anchor : std::uint8_t { kLeft, kMiddle, kRight };
  struct Plot {
    double left, top, right, bottom;
    Range range;
    Instant start, end;
  };

  void Fill(const Colour& c) {
    cairo_set_source_rgba(cairo_.get(), c.red / 15, c.green / 15, c.blue / 15, c.alpha);
  }

  double WidthOf(const std::string& text, double size) {
    cairo_text_extents_t extents;
    cairo_set_font_size(cairo_.get(), size);
    cairo_text_extents(cairo_.get(), text.c_str(), &extents);
    return extents.x_advance;
  }

  void Text(double x, double y, const std::string& text, const Colour& colour, Anchor anchor,
            double size) {
    const double width = WidthOf(text, size);
    if (anchor == Anchor::kMiddle) x -= width / 2;
    if (anchor == Anchor::kRight) x -= width;
    Fill(colour);
    cairo_move_to(cairo_.get(), x, y);
    cairo_show_text(cairo_.get(), text.c_str());
  }

  void Line(double x1, double y1, double x2, double y2) {
    cairo_move_to(cairo_.get(), x1, y1);
    cairo_line_to(cairo_.get(), x2, y2);
    cairo_stroke(cairo_.get());
  }

  void DrawTitle();
  double LegendItem(double x, double y, const char* text, const Colour& colour, bool filled);
  void DrawLegend(double y);
  void DrawPlot(const Range& range);
  void DrawGrid(Plot& plot);
  void DrawBand(const Plot& plot);
  void DrawValues(const Plot& plot);
  void DrawOverlays(const Plot& plot);

  [[nodiscard]] double X(const Plot& plot, Instant at) const {
    const auto whole = static_cast<double>((plot.end - plot.start).count());
    const double share = whole > 0 ? static_cast<double>((at - plot.start).count()) / whole : 0.5;
    return plot.left + (plot.right - plot.left) * std::clamp(share, 0.0, 1.0);
  }
  [[nodiscard]] double Y(const Plot& plot, double value) const {
    const double share = (Bounded(value) - plot.range.low) / (plot.range.high - plot.range.low);
    return plot.bottom - (plot.bottom - plot.top) * std::clamp(share, 0.0, 1.0);
  }

  Result<std::string> Encode() {
    if (cairo_status(cairo_.get()) != CAIRO_STATUS_SUCCESS) {
      return Fail(ErrorCode::kInternal,
                  std::string("cairo: ") + cairo_status_to_string(cairo_status(cairo_.get())));
    }
    Posterise();
    std::string png;
    const auto append = [](void* to, const unsigned char* data, unsigned length) {
      static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), length);
      return CAIRO_STATUS_SUCCESS;
    };
    const cairo_status_t status = cairo_surface_write_to_png_stream(surface_.get(), append, &png);
    if (status != CAIRO_STATUS_SUCCESS) {
      return Fail(ErrorCode::kInternal, std::string("cairo: ") + cairo_status_to_string(status));
    }
    return png;
  }

  // Rounds every channel to 16 levels: edges stay smooth to the eye, and the PNG is half as long.
  void Posterise() {
    cairo_surface_flush(surface_.get());
    unsigned char* const pixels = cairo_image_surface_get_data(surface_.get());
    const int stride = cairo_image_surface_get_stride(surface_.get());
    for (int i = 0; i < stride * height_; ++i) {
      const int level = (pixels[i] * 15 + 127) / 255;
      pixels[i] = static_cast<unsigned char>(level * 17);
    }
    cairo_surface_mark_dirty(surface_.get());
  }

  struct Destroy {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
    void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
  };

  const Chart& chart_;
  const Palette& colours_;
  int width_;
  int height_;
  double label_size_;
  std::unique_ptr<cairo_surface_t, Destroy> surface_;
  std::unique_ptr<cairo_t, Destroy> cairo_;
};

// Cairo refuses invalid UTF-8 for good, and control characters are drawn as boxes.
std::string Drawable(const std::string& text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    std::size_t length = byte < 0x80    ? 1
                         : byte >= 0xF0 ? 4
                         : byte >= 0xE0 ? 3
                         : byte >= 0xC2 ? 2
                                        : 0;
    if (byte >= 0xF5 || i + length > text.size()) length = 0;
    for (std::size_t k = 1; k < length; ++k) {
      if ((text[i + k] & 0xC0) != 0x80) length = 0;
    }
    const auto second = length > 1 ? static_cast<unsigned char>(text[i + 1]) : 0U;
    const bool is_bad = (byte == 0xE0 && second < 0xA0) || (byte == 0xED && second > 0x9F) ||
                        (byte == 0xF0 && second < 0x90) || (byte == 0xF4 && second > 0x8F);
    if (length == 0 || is_bad) {
      shown += '?';
      ++i;
      continue;
    }
    shown +=
        length == 1 && (byte < 0x20 || byte == 0x7F) ? std::string(" ") : text.substr(i, length);
    i += length;
  }
  return shown;
}

// `UTC`, `UTC+2`, `UTC-3:30`.
std::string ZoneText(std::chrono::minutes offset) {
  if (offset == std::chrono::minutes{0}) return "UTC";
  const auto minutes = std::abs(offset.count()) % 6000;
  std::string text = offset.count() < 0 ? "UTC-" : "UTC+";
  text += std::to_string(minutes / 60);
  if (minutes % 60 != 0) text += (minutes % 60 < 10 ? ":0" : ":") + std::to_string(minutes % 60);
  return text;
}

void Canvas::DrawTitle() {
  const double size = label_size_ * 1.1;
  std::string title = Drawable(chart_.title.substr(0, 300));
  cairo_select_font_face(cairo_.get(), "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                         CAIRO_FONT_WEIGHT_BOLD);
  const double room = width_ - 2 * label_size_ * 0.6;
  if (WidthOf(title, size) > room) {
    while (!title.empty() && WidthOf(title + "…", size) > room) {
      while (!title.empty() && (title.back() & 0xC0) == 0x80) title.pop_back();
      if (!title.empty()) title.pop_back();
    }
    title += "…";
  }
  Text(label_size_ * 0.6, label_size_ * 1.45, title, colours_.text, Anchor::kLeft, size);
  cairo_select_font_face(cairo_.get(), "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                         CAIRO_FONT_WEIGHT_NORMAL);
}

double Canvas::LegendItem(double x, double y, const char* text, const Colour& colour, bool filled) {
  const double size = label_size_ * 0.85;
  const double swatch = size * 1.3;
  Fill(colour);
  if (filled) {
    cairo_rectangle(cairo_.get(), x, y - size * 0.75, swatch, size * 0.8);
    cairo_fill(cairo_.get());
  } else {
    cairo_set_line_width(cairo_.get(), 3);
    Line(x, y - size * 0.33, x + swatch, y - size * 0.33);
  }
  x += swatch + size * 0.4;
  Text(x, y, text, colours_.faint_text, Anchor::kLeft, size);
  return x + WidthOf(text, size) + size;
}

void Canvas::DrawLegend(double y) {
  const auto has = [&](auto test) {
    return std::any_of(chart_.points.begin(), chart_.points.end(), test);
  };
  double x = LegendItem(label_size_ * 0.6, y, "observed", colours_.line, false);
  if (has([](const ChartPoint& p) { return std::isfinite(p.lower) && std::isfinite(p.upper); })) {
    x = LegendItem(x, y, "expected", colours_.band, true);
  }
  if (chart_.threshold) x = LegendItem(x, y, "threshold", colours_.threshold, false);
  if (has(IsAnomalous)) x = LegendItem(x, y, "unusual", colours_.anomaly, false);
  const std::string zone = ZoneText(chart_.utc_offset);
  const double size = label_size_ * 0.85;
  const double right = width_ - label_size_ * 0.5;
  if (x + WidthOf(zone, size) < right) {
    Text(right, y, zone, colours_.faint_text, Anchor::kRight, size);
  }
}

void Canvas::DrawGrid(Plot& plot) {
  const auto rows =
      static_cast<std::size_t>(std::max(2.0, (plot.bottom - plot.top) / (label_size_ * 2.6)));
  const ValueTicks ticks = TicksBetween(plot.range.low, plot.range.high, rows, chart_.unit);
  std::vector<std::string> labels;
  double widest = 0;
  for (const double value : ticks.values) {
    labels.push_back(FormatValue(value, ticks.step, chart_.unit));
    widest = std::max(widest, WidthOf(labels.back(), label_size_));
  }
  plot.left = std::min(widest + label_size_ * 0.9, width_ * 0.4);
  cairo_set_line_width(cairo_.get(), 1);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double y = std::round(Y(plot, ticks.values[i])) + 0.5;
    Fill(colours_.grid);
    Line(plot.left, y, plot.right, y);
    Text(plot.left - label_size_ * 0.35, y + label_size_ * 0.35, labels[i], colours_.faint_text,
         Anchor::kRight, label_size_);
  }
  const auto most = static_cast<std::size_t>((plot.right - plot.left) / (label_size_ * 4.2));
  for (const TimeTick& tick : TicksBetween(plot.start, plot.end, most, chart_.utc_offset)) {
    const double x = std::round(X(plot, tick.at)) + 0.5;
    Fill(colours_.grid);
    Line(x, plot.top, x, plot.bottom);
    const double half = WidthOf(tick.label, label_size_) / 2;
    Text(std::clamp(x, half + 2, width_ - half - 2), plot.bottom + label_size_ * 1.25, tick.label,
         colours_.faint_text, Anchor::kMiddle, label_size_);
  }
}

void Canvas::DrawBand(const Plot& plot) {
  const std::vector<ChartPoint>& points = chart_.points;
  const auto is_known = [](const ChartPoint& p) {
    return std::isfinite(p.lower) && std::isfinite(p.upper);
  };
  for (std::size_t first = 0; first < points.size();) {
    if (!is_known(points[first])) {
      ++first;
      continue;
    }
    std::size_t last = first;
    while (last < points.size() && is_known(points[last])) ++last;
    for (std::size_t i = first; i < last; ++i) {
      cairo_line_to(cairo_.get(), X(plot, points[i].at), Y(plot, points[i].upper));
    }
    for (std::size_t i = last; i-- > first;) {
      cairo_line_to(cairo_.get(), X(plot, points[i].at), Y(plot, points[i].lower));
    }
    cairo_close_path(cairo_.get());
    first = last;
  }
  Fill(colours_.band);
  cairo_fill(cairo_.get());
}

void Canvas::DrawValues(const Plot& plot) {
  cairo_set_line_join(cairo_.get(), CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap(cairo_.get(), CAIRO_LINE_CAP_ROUND);
  const auto draw = [&](const Colour& colour, double width, auto value_of, auto is_drawn) {
    Fill(colour);
    cairo_set_line_width(cairo_.get(), width);
    bool drawing = false;
    for (std::size_t i = 0; i < chart_.points.size(); ++i) {
      const ChartPoint& p = chart_.points[i];
      const double value = value_of(p);
      if (!std::isfinite(value) || !is_drawn(i)) {
        drawing = false;
        continue;
      }
      const double x = X(plot, p.at);
      const double y = Y(plot, value);
      if (!drawing) cairo_move_to(cairo_.get(), x, y);
      cairo_line_to(cairo_.get(), x, y);  // of a single point: a dot
      drawing = true;
    }
    cairo_stroke(cairo_.get());
  };
  const auto always = [](std::size_t) { return true; };
  const auto value = [](const ChartPoint& p) { return p.value; };
  draw(colours_.expected, 1.5, [](const ChartPoint& p) { return p.expected; }, always);
  draw(colours_.line, 2.5, value, always);
  // An unusual value is drawn with the line that leads to and from it.
  const auto is_unusual = [&](std::size_t i) {
    const auto at = [&](std::size_t k) {
      return k < chart_.points.size() && IsAnomalous(chart_.points[k]);
    };
    return at(i) || at(i + 1) || (i > 0 && at(i - 1));
  };
  draw(colours_.anomaly, 3.5, value, is_unusual);
}

void Canvas::DrawOverlays(const Plot& plot) {
  if (chart_.threshold && std::isfinite(*chart_.threshold)) {
    const double dashes[] = {8, 6};
    cairo_set_dash(cairo_.get(), dashes, 2, 0);
    cairo_set_line_width(cairo_.get(), 2.5);
    cairo_set_line_cap(cairo_.get(), CAIRO_LINE_CAP_BUTT);
    Fill(colours_.threshold);
    const double y = Y(plot, *chart_.threshold);
    Line(plot.left, y, plot.right, y);
    cairo_set_dash(cairo_.get(), nullptr, 0, 0);
  }
  cairo_set_line_width(cairo_.get(), 2);
  Fill(colours_.mark);
  for (const Instant at : chart_.marks) {
    if (at < plot.start || at > plot.end) continue;
    const double x = X(plot, at);
    Line(x, plot.top, x, plot.bottom);
    cairo_move_to(cairo_.get(), x - 6, plot.top);
    cairo_line_to(cairo_.get(), x + 6, plot.top);
    cairo_line_to(cairo_.get(), x, plot.top + 9);
    cairo_fill(cairo_.get());
  }
}

void Canvas::DrawPlot(const Range& range) {
  DrawLegend(label_size_ * 2.75);
  Plot plot{
      0,     label_size_ * 3.3,        width_ - label_size_ * 0.5, height_ - label_size_ * 1.7,
      range, chart_.points.front().at, chart_.points.back().at};
  DrawGrid(plot);
  // Shading under the lines, over the grid.
  Fill(colours_.episode);
  for (const TimeSpan& span : chart_.episodes) {
    if (span.end < plot.start || span.start > plot.end) continue;
    const double left = X(plot, span.start);
    cairo_rectangle(cairo_.get(), left, plot.top, std::max(2.0, X(plot, span.end) - left),
                    plot.bottom - plot.top);
  }
  cairo_fill(cairo_.get());
  DrawBand(plot);
  DrawOverlays(plot);
  DrawValues(plot);
}

}  // namespace

Result<std::string> RenderPng(const Chart& chart) { return Canvas(chart).Draw(); }

}  // namespace warden::chart
