// SPDX-License-Identifier: Apache-2.0
#include "server/chart/palette_png.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace warden::chart {
namespace {

constexpr std::size_t kMostColours = 256;
constexpr std::size_t kFewestColours = 8;
constexpr std::size_t kBins = std::size_t{1} << 15;  // five bits a channel

std::size_t BinOf(std::uint32_t colour) {
  return ((colour >> 19 & 31) << 10) | ((colour >> 11 & 31) << 5) | (colour >> 3 & 31);
}

int DistanceOf(std::uint32_t one, std::uint32_t two) {
  int distance = 0;
  for (const int shift : {16, 8, 0}) {
    const int d = static_cast<int>(one >> shift & 255) - static_cast<int>(two >> shift & 255);
    distance += d * d;
  }
  return distance;
}

// How often the colours of a bin are there, and the most frequent of them (Boyer and Moore's vote),
// so that flat areas keep theirs exactly.
struct Bin {
  std::uint32_t colour = 0;
  std::uint32_t votes = 0;
  std::uint32_t count = 0;
};

struct Histogram {
  std::vector<Bin> bins;
  std::vector<std::size_t> used;  // the fullest first
};

Histogram HistogramOf(std::span<const std::uint32_t> pixels, int width, int height, int stride) {
  Histogram histogram{.bins = std::vector<Bin>(kBins), .used = {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(stride);
      const std::uint32_t colour = pixels[at + static_cast<std::size_t>(x)] & 0xFFFFFF;
      Bin& bin = histogram.bins[BinOf(colour)];
      ++bin.count;
      if (bin.votes == 0) bin.colour = colour;
      bin.colour == colour ? ++bin.votes : --bin.votes;
    }
  }
  for (std::size_t i = 0; i < kBins; ++i) {
    if (histogram.bins[i].count > 0) histogram.used.push_back(i);
  }
  std::stable_sort(histogram.used.begin(), histogram.used.end(), [&](std::size_t a, std::size_t b) {
    return histogram.bins[a].count > histogram.bins[b].count;
  });
  return histogram;
}

struct Quantised {
  std::vector<std::uint32_t> palette;
  std::vector<unsigned char> index_of_bin;
};

// One colour for each of the `most` fullest bins; the others take the nearest of those.
Quantised Quantise(const Histogram& histogram, std::size_t most) {
  Quantised quantised{.palette = {}, .index_of_bin = std::vector<unsigned char>(kBins)};
  for (std::size_t i = 0; i < histogram.used.size(); ++i) {
    const std::size_t bin = histogram.used[i];
    const std::uint32_t colour = histogram.bins[bin].colour;
    std::size_t nearest = i;
    if (i < most) {
      quantised.palette.push_back(colour);
    } else {
      int least = std::numeric_limits<int>::max();
      for (std::size_t k = 0; k < most; ++k) {
        const int distance = DistanceOf(quantised.palette[k], colour);
        if (distance >= least) continue;
        least = distance;
        nearest = k;
      }
    }
    quantised.index_of_bin[bin] = static_cast<unsigned char>(nearest);
  }
  return quantised;
}

void AddNumber(std::string& to, std::uint32_t number) {
  for (const int shift : {24, 16, 8, 0}) to += static_cast<char>(number >> shift & 255);
}

// Length, name, content, and a check over the last two.
void AddChunk(std::string& png, const char* name, const std::string& content) {
  AddNumber(png, static_cast<std::uint32_t>(content.size()));
  const std::string checked = name + content;
  png += checked;
  const uLong crc =
      crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
  AddNumber(png, static_cast<std::uint32_t>(crc));
}

Result<std::string> Pack(const std::string& bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string packed(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uLong>(bytes.size()),
                Z_BEST_COMPRESSION) != Z_OK) {
    return Fail(ErrorCode::kInternal, "zlib cannot compress the picture");
  }
  packed.resize(size);
  return packed;
}

std::string Assemble(int width, int height, const std::vector<std::uint32_t>& colours,
                     const std::string& packed) {
  std::string header;
  AddNumber(header, static_cast<std::uint32_t>(width));
  AddNumber(header, static_cast<std::uint32_t>(height));
  header += std::string("\x08\x03\x00\x00\x00", 5);  // 8 bits, palette, deflate, no interlace
  std::string palette;
  for (const std::uint32_t colour : colours) {
    for (const int shift : {16, 8, 0}) palette += static_cast<char>(colour >> shift & 255);
  }
  std::string png = "\x89PNG\r\n\x1a\n";
  AddChunk(png, "IHDR", header);
  AddChunk(png, "PLTE", palette);
  AddChunk(png, "IDAT", packed);
  AddChunk(png, "IEND", "");
  return png;
}

}  // namespace

Result<std::string> EncodePalettePng(std::span<const std::uint32_t> pixels, int width, int height,
                                     int stride, std::size_t most_bytes) {
  const Histogram histogram = HistogramOf(pixels, width, height, stride);
  for (std::size_t most = kMostColours;; most /= 2) {
    const Quantised quantised = Quantise(histogram, most);
    std::string rows;
    rows.reserve(static_cast<std::size_t>(height) * static_cast<std::size_t>(width + 1));
    for (int y = 0; y < height; ++y) {
      rows += '\0';  // filter: none, which suits palettes
      const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(stride);
      for (int x = 0; x < width; ++x) {
        const std::uint32_t colour = pixels[at + static_cast<std::size_t>(x)];
        rows += static_cast<char>(quantised.index_of_bin[BinOf(colour)]);
      }
    }
    const auto packed = Pack(rows);
    if (!packed) return packed;
    std::string png = Assemble(width, height, quantised.palette, *packed);
    if (png.size() <= most_bytes || most <= kFewestColours) return png;
  }
}

}  // namespace warden::chart
