// SPDX-License-Identifier: Apache-2.0
#include "server/chart/canvas.h"

#include <cairo.h>

#include <cstring>
#include <vector>

#include "server/chart/palette_png.h"

namespace warden::chart {
namespace {

struct Destroy {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};

void Use(cairo_t* cairo, const Colour& colour) {
  const auto part = [&](int shift) { return static_cast<double>(colour.rgb >> shift & 255) / 255; };
  cairo_set_source_rgba(cairo, part(16), part(8), part(0), colour.alpha);
}

void Use(cairo_t* cairo, double size, Weight weight) {
  cairo_select_font_face(
      cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
      weight == Weight::kBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo, size);
}

void Use(cairo_t* cairo, double width, Dash dash) {
  cairo_set_line_width(cairo, width);
  cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap(cairo, dash == Dash::kNone ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
  const double unit = dash == Dash::kLong ? 4 : 2;
  const double dashes[] = {unit * width, 0.75 * unit * width};
  cairo_set_dash(cairo, dashes, dash == Dash::kNone ? 0 : 2, 0);
}

}  // namespace

struct Canvas::Parts {
  int width;
  int height;
  std::unique_ptr<cairo_surface_t, Destroy> surface;
  std::unique_ptr<cairo_t, Destroy> cairo;
};

Canvas::Canvas(int width, int height, Colour background) : parts_(std::make_unique<Parts>()) {
  parts_->width = width;
  parts_->height = height;
  parts_->surface.reset(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
  parts_->cairo.reset(cairo_create(parts_->surface.get()));
  Use(parts_->cairo.get(), background);
  cairo_paint(parts_->cairo.get());
}

Canvas::~Canvas() = default;

double Canvas::WidthOf(const std::string& text, double size, Weight weight) {
  cairo_text_extents_t extents;
  Use(parts_->cairo.get(), size, weight);
  cairo_text_extents(parts_->cairo.get(), text.c_str(), &extents);
  return extents.x_advance;
}

void Canvas::Text(Place at, const std::string& text, const TextStyle& style) {
  cairo_t* const cairo = parts_->cairo.get();
  const double width = WidthOf(text, style.size, style.weight);
  if (style.anchor == Anchor::kMiddle) at.x -= width / 2;
  if (style.anchor == Anchor::kRight) at.x -= width;
  cairo_move_to(cairo, at.x, at.y);
  if (style.rim.alpha > 0) {
    Use(cairo, style.rim);
    Use(cairo, style.size / 4, Dash::kNone);
    cairo_text_path(cairo, text.c_str());
    cairo_stroke(cairo);
    cairo_move_to(cairo, at.x, at.y);
  }
  Use(cairo, style.colour);
  cairo_show_text(cairo, text.c_str());
}

std::string Canvas::Cut(std::string text, double size, Weight weight, double room) {
  if (WidthOf(text, size, weight) <= room) return text;
  while (!text.empty() && WidthOf(text + "…", size, weight) > room) {
    while (!text.empty() && (text.back() & 0xC0) == 0x80) text.pop_back();
    if (!text.empty()) text.pop_back();
  }
  return text + "…";
}

void Canvas::Line(Place from, Place to, double width, Colour colour, Dash dash) {
  const Place points[] = {from, to};
  Path(points, width, colour, dash);
}

void Canvas::Path(std::span<const Place> points, double width, Colour colour, Dash dash) {
  if (points.empty()) return;
  cairo_t* const cairo = parts_->cairo.get();
  Use(cairo, colour);
  Use(cairo, width, dash);
  cairo_move_to(cairo, points.front().x, points.front().y);
  for (const Place& p : points) cairo_line_to(cairo, p.x, p.y);
  cairo_stroke(cairo);
}

void Canvas::Area(std::span<const Place> outline, Colour colour) {
  cairo_t* const cairo = parts_->cairo.get();
  cairo_new_path(cairo);  // text leaves a point behind
  for (const Place& p : outline) cairo_line_to(cairo, p.x, p.y);
  cairo_close_path(cairo);
  Use(cairo, colour);
  cairo_fill(cairo);
}

void Canvas::Box(Place corner, double width, double height, Colour colour) {
  cairo_new_path(parts_->cairo.get());
  cairo_rectangle(parts_->cairo.get(), corner.x, corner.y, width, height);
  Use(parts_->cairo.get(), colour);
  cairo_fill(parts_->cairo.get());
}

void Canvas::Dot(Place at, double radius, Colour colour) { Line(at, at, 2 * radius, colour); }

Result<std::string> Canvas::Encode(std::size_t most_bytes) {
  const cairo_status_t status = cairo_status(parts_->cairo.get());
  if (status != CAIRO_STATUS_SUCCESS) {
    return Fail(ErrorCode::kInternal, std::string("cairo: ") + cairo_status_to_string(status));
  }
  cairo_surface_t* const surface = parts_->surface.get();
  cairo_surface_flush(surface);
  const int stride = cairo_image_surface_get_stride(surface) / 4;
  // Cairo keeps RGB24 as native 32-bit numbers.
  std::vector<std::uint32_t> pixels(static_cast<std::size_t>(stride) *
                                    static_cast<std::size_t>(parts_->height));
  std::memcpy(pixels.data(), cairo_image_surface_get_data(surface), pixels.size() * 4);
  return EncodePalettePng(pixels, parts_->width, parts_->height, stride, most_bytes);
}

// Cairo refuses invalid UTF-8 for good, and control characters are drawn as boxes.
std::string Drawable(std::string_view text) {
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
    shown += length == 1 && (byte < 0x20 || byte == 0x7F) ? std::string(" ")
                                                          : std::string(text.substr(i, length));
    i += length;
  }
  return shown;
}

}  // namespace warden::chart
