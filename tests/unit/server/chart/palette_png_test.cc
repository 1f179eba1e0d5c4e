// SPDX-License-Identifier: Apache-2.0
#include "server/chart/palette_png.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <vector>

namespace warden::chart {
namespace {

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint32_t> pixels;
};

std::uint32_t NumberAt(const std::string& bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = at; i < at + 4; ++i)
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

// Chunk by chunk, with their checks; empty when something is wrong.
Picture Read(const std::string& png) {
  Picture picture;
  std::string palette;
  std::string packed;
  for (std::size_t at = 8; at + 12 <= png.size();) {
    const std::uint32_t length = NumberAt(png, at);
    const std::string name = png.substr(at + 4, 4);
    const std::string content = png.substr(at + 8, length);
    const std::string checked = name + content;
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
    if (crc != NumberAt(png, at + 8 + length)) return {};
    if (name == "IHDR") {
      picture.width = static_cast<int>(NumberAt(content, 0));
      picture.height = static_cast<int>(NumberAt(content, 4));
    }
    if (name == "PLTE") palette = content;
    if (name == "IDAT") packed = content;
    at += 12 + length;
  }
  std::string rows(static_cast<std::size_t>((picture.width + 1) * picture.height), '\0');
  uLongf size = rows.size();
  if (uncompress(reinterpret_cast<Bytef*>(rows.data()), &size,
                 reinterpret_cast<const Bytef*>(packed.data()), packed.size()) != Z_OK ||
      size != rows.size()) {
    return {};
  }
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 1; x <= picture.width; ++x) {
      const auto index =
          static_cast<unsigned char>(rows[static_cast<std::size_t>(y * (picture.width + 1) + x)]);
      picture.pixels.push_back(NumberAt('\0' + palette.substr(3U * index, 3), 0));
    }
  }
  return picture;
}

TEST(PalettePng, KeepsFewColoursExactly) {
  const std::vector<std::uint32_t> strided = {0xFFFFFF, 0x1F4E9E, 0xD92D20, 7,
                                              0,        0xDCE8FB, 0x90909,  7};
  const Picture picture = Read(EncodePalettePng(strided, 3, 2, 4, 99'999).value());
  EXPECT_EQ(picture.width, 3);
  EXPECT_EQ(picture.height, 2);
  EXPECT_EQ(picture.pixels,
            (std::vector<std::uint32_t>{0xFFFFFF, 0x1F4E9E, 0xD92D20, 0, 0xDCE8FB, 0x90909}));
}

TEST(PalettePng, TakesTheNearestOfManyColours) {
  std::mt19937 random(2);
  std::vector<std::uint32_t> pixels(100 * 100);
  for (auto& p : pixels) p = random() & 0xFFFFFF;
  for (std::size_t i = 0; i < 5000; ++i) pixels[i] = 0x123456;
  const Picture picture = Read(EncodePalettePng(pixels, 100, 100, 100, 99'999).value());
  ASSERT_EQ(picture.pixels.size(), pixels.size());
  EXPECT_EQ(picture.pixels[17], 0x123456U);
  for (std::size_t i = 5000; i < pixels.size(); ++i) {
    int distance = 0;
    for (const int shift : {0, 8, 16}) {
      distance = std::max(distance, std::abs(static_cast<int>(pixels[i] >> shift & 255) -
                                             static_cast<int>(picture.pixels[i] >> shift & 255)));
    }
    ASSERT_LE(distance, 120) << i;
  }
}

TEST(PalettePng, GivesColoursUpForBytes) {
  std::mt19937 random(2);
  std::vector<std::uint32_t> pixels(100 * 100);
  for (auto& p : pixels) p = random() % 2 == 0 ? 0xFFFFFFU : random() & 0xFFFFFFU;
  const std::size_t free = EncodePalettePng(pixels, 100, 100, 100, 99'999).value().size();
  const std::size_t held = EncodePalettePng(pixels, 100, 100, 100, free * 2 / 3).value().size();
  EXPECT_LE(held, free * 2 / 3);
}

}  // namespace
}  // namespace warden::chart
