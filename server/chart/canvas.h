// SPDX-License-Identifier: Apache-2.0
// A picture in memory to draw on: what a chart needs of Cairo, in pixels from the upper left
// corner. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server/base/result.h"

namespace warden::chart {

struct Colour {
  std::uint32_t rgb = 0;  // 0xRRGGBB
  double alpha = 1;
};

struct Place {
  double x = 0;
  double y = 0;
};

enum class Anchor : std::uint8_t { kLeft, kMiddle, kRight };
enum class Weight : std::uint8_t { kNormal, kBold };
enum class Dash : std::uint8_t { kNone, kShort, kLong };

struct TextStyle {
  double size = 12;  // pixels
  Colour colour;
  Anchor anchor = Anchor::kLeft;
  Weight weight = Weight::kNormal;
  // A rim in this colour keeps the text apart from what is below; alpha 0: none.
  Colour rim{.rgb = 0, .alpha = 0};
};

class Canvas {
 public:
  Canvas(int width, int height, Colour background);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  // Text must be free of control characters and valid UTF-8: see Drawable. `at` is on the base
  // line.
  void Text(Place at, const std::string& text, const TextStyle& style);
  [[nodiscard]] double WidthOf(const std::string& text, double size, Weight weight);
  // `…` in place of what passes `room`.
  [[nodiscard]] std::string Cut(std::string text, double size, Weight weight, double room);

  void Line(Place from, Place to, double width, Colour colour, Dash dash = Dash::kNone);
  // A single point is a dot.
  void Path(std::span<const Place> points, double width, Colour colour, Dash dash = Dash::kNone);
  void Area(std::span<const Place> outline, Colour colour);
  void Box(Place corner, double width, double height, Colour colour);
  void Dot(Place at, double radius, Colour colour);

  // The PNG's bytes, with so few colours that there are not more than `most_bytes` of them.
  // internal: Cairo failed at some point.
  [[nodiscard]] Result<std::string> Encode(std::size_t most_bytes);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// What can be drawn of a text: control characters become blanks, bytes that are no UTF-8 `?`.
[[nodiscard]] std::string Drawable(std::string_view text);

}  // namespace warden::chart
