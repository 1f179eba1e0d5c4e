// SPDX-License-Identifier: Apache-2.0
#include "server/chart/chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <numbers>
#include <random>

// Fontconfig keeps its caches to the end of the process; the leak sanitizer, if it is there, asks
// here.
extern "C" const char* __lsan_default_suppressions();   // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:libfontconfig\n";
}

namespace warden::chart {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const Instant kStart{seconds(1'795'000'000)};

Chart Incident() {
  Chart chart;
  chart.title = "checkout: request latency, p99 — http_request_duration_seconds";
  chart.unit = Unit::kSeconds;
  chart.threshold = 1.2;
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise;
  for (int i = 0; i < 288; ++i) {
    ChartPoint p;
    p.at = kStart + minutes(5) * i;
    const double day = std::sin(2 * std::numbers::pi * i / 288);
    p.expected = 0.55 + 0.2 * day;
    p.lower = p.expected - 0.12;
    p.upper = p.expected + 0.12;
    p.value = p.expected + 0.03 * noise(random);
    if (i > 230 && i < 255) p.value += 0.9 * std::sin((i - 230) / 25.0 * 3.14);
    if (i > 100 && i < 112) p.value = kNan;
    chart.points.push_back(p);
  }
  chart.episodes.push_back({kStart + minutes(5) * 232, kStart + minutes(5) * 254});
  chart.marks.push_back(kStart + minutes(5) * 228);
  return chart;
}

// Width and height as the PNG's header says; 0 when it is none.
std::pair<unsigned, unsigned> SizeOf(const std::string& png) {
  if (png.size() < 24 || png.substr(0, 8) != "\x89PNG\r\n\x1a\n") return {0, 0};
  const auto number = [&](std::size_t at) {
    unsigned value = 0;
    for (std::size_t i = at; i < at + 4; ++i)
      value = value * 256 + static_cast<unsigned char>(png[i]);
    return value;
  };
  return {number(16), number(20)};
}

// Keeps the picture for a look: PROMWARDEN_CHARTS names a folder.
void Keep(const std::string& name, const std::string& png) {
  if (const char* folder = std::getenv("PROMWARDEN_CHARTS")) {
    std::ofstream(std::string(folder) + "/" + name, std::ios::binary) << png;
  }
}

TEST(RenderPng, DrawsAnIncidentInFewBytes) {
  for (const Theme theme : {Theme::kLight, Theme::kDark}) {
    Chart chart = Incident();
    chart.theme = theme;
    const Result<std::string> png = RenderPng(chart);
    ASSERT_TRUE(png.has_value());
    EXPECT_EQ(SizeOf(*png), std::make_pair(800U, 400U));
    EXPECT_LE(png->size(), 40U * 1024);
    EXPECT_GT(png->size(), 5000U);
    Keep(theme == Theme::kLight ? "incident.png" : "incident_dark.png", *png);
  }
}

TEST(RenderPng, DrawsTheSameBytesForTheSameChart) {
  EXPECT_EQ(RenderPng(Incident()).value(), RenderPng(Incident()).value());
}

TEST(RenderPng, DrawsAWeekOfNoiseInFewBytes) {
  Chart chart;
  chart.title = "node_memory_MemAvailable_bytes";
  chart.unit = Unit::kBytes;
  std::mt19937_64 random(9);
  std::normal_distribution<double> noise;
  for (int i = 0; i < 2016; ++i) {
    ChartPoint p;
    p.at = kStart + minutes(5) * i;
    p.expected = 3e9 + 1e9 * std::sin(2 * std::numbers::pi * i / 288);
    p.lower = p.expected - 8e8;
    p.upper = p.expected + 8e8;
    p.value = p.expected + 2e8 * noise(random);
    chart.points.push_back(p);
  }
  const Result<std::string> png = RenderPng(chart);
  ASSERT_TRUE(png.has_value());
  EXPECT_LE(png->size(), 40U * 1024);
  Keep("week.png", *png);
}

TEST(RenderPng, SaysThatThereIsNoData) {
  Chart empty;
  empty.title = "nothing";
  EXPECT_EQ(SizeOf(RenderPng(empty).value()), std::make_pair(800U, 400U));
  Chart nan = Incident();
  for (ChartPoint& p : nan.points) p = {p.at, kNan, kNan, kNan, kNan};
  nan.title = "nothing";
  EXPECT_EQ(RenderPng(nan).value(), RenderPng(empty).value());
  Keep("empty.png", *RenderPng(empty));
}

TEST(RenderPng, BearsAnyNumbers) {
  for (const double value : {0.0, 5.0, -7.0, 1e300, -1.7e308, 1e-300, 5e-324}) {
    Chart chart;
    for (int i = 0; i < 10; ++i) {
      ChartPoint p;
      p.at = kStart + minutes(i);
      p.value = value;
      p.lower = -1.7e308;
      p.upper = i % 2 == 0 ? 1.7e308 : std::numeric_limits<double>::infinity();
      chart.points.push_back(p);
    }
    EXPECT_TRUE(RenderPng(chart).has_value()) << value;
    chart.threshold = 1e308;
    EXPECT_TRUE(RenderPng(chart).has_value()) << value;
    chart.threshold = kNan;
    chart.points.resize(1);
    EXPECT_TRUE(RenderPng(chart).has_value()) << value;
  }
}

TEST(RenderPng, BearsAnySizeTitleAndTime) {
  Chart chart = Incident();
  chart.width = -5;
  chart.height = 1'000'000;
  EXPECT_EQ(SizeOf(RenderPng(chart).value()), std::make_pair(200U, 2000U));
  chart = Incident();
  chart.title = std::string(5000, 'W') + "\xff\xfe\xed\xa0\x80\n\x01";
  EXPECT_TRUE(RenderPng(chart).has_value());
  chart.title = "\xff\xf0\x80\x80\x80 tail";
  EXPECT_TRUE(RenderPng(chart).has_value());
  std::swap(chart.points.front(), chart.points.back());
  EXPECT_TRUE(RenderPng(chart).has_value());
}

}  // namespace
}  // namespace warden::chart
