// SPDX-License-Identifier: Apache-2.0
#include "server/chart/chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <numbers>
#include <random>

#include "tests/fakes/fontconfig_leaks.h"

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
    EXPECT_GT(png->size(), 4000U);
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

TEST(RenderPng, KeepsNoiseItselfWithinItsBytes) {
  Chart chart;
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> noise(0, 100);
  for (int i = 0; i < 40'000; ++i) {
    ChartPoint p;
    p.at = kStart + minutes(i);
    p.value = noise(random);
    p.expected = noise(random);
    p.lower = p.expected - noise(random);
    p.upper = p.expected + noise(random);
    chart.points.push_back(p);
    if (i % 100 == 0) chart.episodes.push_back({p.at, p.at + minutes(30)});
  }
  const std::string png = RenderPng(chart).value();
  EXPECT_LE(png.size(), 40U * 1024);
  Keep("noise.png", png);
}

TEST(RenderPng, DrawsAMonthAndKeepsItsOneSpike) {
  Chart chart;
  chart.title = "rate(node_network_receive_bytes_total{device=\"eth0\"}[5m])";
  chart.unit = Unit::kByteRate;
  std::mt19937_64 random(4);
  std::normal_distribution<double> noise;
  for (int i = 0; i < 8640; ++i) {
    ChartPoint p;
    p.at = kStart + minutes(5) * i;
    p.expected = 3e6 + 2e6 * std::sin(2 * std::numbers::pi * i / 288);
    p.lower = std::max(0.0, p.expected - 1.2e6);
    p.upper = p.expected + 1.2e6;
    p.value = std::abs(p.expected + 4e5 * noise(random));
    chart.points.push_back(p);
  }
  const std::string quiet = RenderPng(chart).value();
  chart.points[5000].value = 1.5e7;
  chart.episodes.push_back({chart.points[5000].at, chart.points[5003].at});
  chart.maintenance.push_back({chart.points[2000].at, chart.points[2200].at});
  const std::string spike = RenderPng(chart).value();
  EXPECT_NE(quiet, spike);
  EXPECT_LE(spike.size(), 40U * 1024);
  Keep("month.png", spike);
  chart.theme = Theme::kDark;
  Keep("month_dark.png", RenderPng(chart).value());
}

// Costs with a limit above and none below: all that is below it is as it should be.
TEST(RenderPng, ABandWithOneEdgeReachesToTheEndOfThePicture) {
  Chart one_sided = Incident();
  one_sided.points[5].value = 0;  // where the axis begins
  for (ChartPoint& p : one_sided.points)
    p.upper = 0.9;  // so that one value is farthest by all measures
  Chart whole = one_sided;
  Chart none = one_sided;
  for (std::size_t i = 0; i < one_sided.points.size(); ++i) {
    one_sided.points[i].lower = kNan;
    whole.points[i].lower = 0;
    none.points[i].lower = none.points[i].upper = kNan;
  }
  const auto png = RenderPng(one_sided);
  ASSERT_TRUE(png);
  Keep("one_sided", *png);
  EXPECT_EQ(*png, *RenderPng(whole));
  EXPECT_NE(*png, *RenderPng(none));
}

TEST(RenderPng, FitsAPhone) {
  for (const Theme theme : {Theme::kLight, Theme::kDark}) {
    Chart chart = Incident();
    chart.theme = theme;
    chart.width = 320;
    chart.height = 200;
    const Result<std::string> png = RenderPng(chart);
    EXPECT_EQ(SizeOf(*png), std::make_pair(320U, 200U));
    EXPECT_LE(png->size(), 12U * 1024);
    Keep(theme == Theme::kLight ? "phone.png" : "phone_dark.png", *png);
  }
}

TEST(RenderPng, DrawsConstantsGapsAndGiants) {
  Chart chart = Incident();
  chart.threshold = std::nullopt;
  chart.unit = Unit::kNone;
  for (ChartPoint& p : chart.points) p.value = p.expected = p.lower = p.upper = 42;
  chart.title = "constant";
  Keep("constant.png", RenderPng(chart).value());
  chart = Incident();
  chart.title = "gaps";
  for (std::size_t i = 0; i < chart.points.size(); ++i) {
    if (i % 40 > 25) chart.points[i] = {chart.points[i].at, kNan, kNan, kNan, kNan};
  }
  Keep("gaps.png", RenderPng(chart).value());
  chart = Incident();
  chart.title = "giants";
  chart.unit = Unit::kNone;
  chart.threshold = 1.2e21;
  for (ChartPoint& p : chart.points) {
    for (double* v : {&p.value, &p.expected, &p.lower, &p.upper}) *v *= 1e21;
  }
  Keep("giants.png", RenderPng(chart).value());
  chart = Incident();
  chart.title = "drop below zero, UTC+5:30";
  chart.unit = Unit::kPercent;
  chart.threshold = std::nullopt;
  chart.utc_offset = minutes(330);
  for (ChartPoint& p : chart.points) {
    for (double* v : {&p.value, &p.expected, &p.lower, &p.upper}) *v = 30 - *v * 50;
    std::swap(p.lower, p.upper);
  }
  Keep("drop.png", RenderPng(chart).value());
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
