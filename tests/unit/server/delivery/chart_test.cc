// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "server/delivery/alert_chart.h"
#include "server/delivery/chart_shelf.h"
#include "tests/fakes/fontconfig_leaks.h"

namespace warden {
namespace {

using namespace std::chrono_literals;

const Instant kNow{1'795'000'000s};

Picture Png(const char* bytes) { return std::make_shared<const std::string>(bytes); }

TEST(ChartShelf, GivesBackWhatItWasGiven) {
  ChartShelf shelf("key");
  const Picture picture = Png("one");
  const std::string name = shelf.Put(NotificationId{7}, picture, kNow);
  EXPECT_TRUE(name.starts_with("7-1795086400-")) << name;
  EXPECT_EQ(shelf.Put(NotificationId{7}, picture, kNow + 1h), name);
  EXPECT_EQ(**shelf.Get(name, kNow + 23h), "one");
}

TEST(ChartShelf, KnowsNoNameButItsOwn) {
  ChartShelf shelf("key");
  const std::string name = shelf.Put(NotificationId{7}, Png("one"), kNow);
  std::string forged = name;
  forged.back() = forged.back() == '0' ? '1' : '0';
  std::string later = name;
  later[5] = '9';  // of the expiry
  for (const std::string& wrong : {forged, later, name + "0", name.substr(1), std::string(),
                                   std::string("7"), std::string("7-1795086400"), std::string("--"),
                                   ChartShelf("other").Put(NotificationId{7}, Png("one"), kNow)}) {
    const auto got = shelf.Get(wrong, kNow);
    ASSERT_FALSE(got) << wrong;
    EXPECT_EQ(got.error().code, ErrorCode::kInvalid) << wrong;
  }
}

TEST(ChartShelf, ForgetsWhatIsOldOrTooMuch) {
  ChartShelf shelf("key");
  const std::string first = shelf.Put(NotificationId{1}, Png("1"), kNow);
  EXPECT_EQ(shelf.Get(first, kNow + 24h).error().code, ErrorCode::kUnavailable);
  for (std::size_t i = 0; i < ChartShelf::kMostPictures; ++i) {
    (void)shelf.Put(NotificationId{static_cast<std::int64_t>(i) + 2}, Png("x"), kNow);
  }
  EXPECT_EQ(shelf.Get(first, kNow).error().code, ErrorCode::kUnavailable);
}

TEST(ChartShelf, ForgetsNothingForWhatItHasAlready) {
  ChartShelf shelf("key");
  const std::string first = shelf.Put(NotificationId{1}, Png("1"), kNow);
  const Picture last = Png("x");
  for (std::size_t i = 1; i < ChartShelf::kMostPictures; ++i) {
    (void)shelf.Put(NotificationId{static_cast<std::int64_t>(i) + 1}, last, kNow);
  }
  const NotificationId newest{static_cast<std::int64_t>(ChartShelf::kMostPictures)};
  (void)shelf.Put(newest, last, kNow);
  EXPECT_TRUE(shelf.Get(first, kNow));
}

TEST(RandomKey, IsLongAndNew) {
  EXPECT_EQ(RandomKey().size(), 32U);
  EXPECT_NE(RandomKey(), RandomKey());
}

TEST(DrawAlert, BearsAnySeries) {
  Question question;
  question.query = "latency_seconds";
  question.history = 24h;
  question.step = 5min;
  question.began_at = kNow - 10min;
  std::optional<AlertThreshold> threshold = AlertThreshold{">", 2};
  Surroundings around;
  promapi::TimeSeries series;
  const auto png = [&](ChartStyle style) {
    const auto drawn = DrawAlert(question, threshold, kNow, series, around, style);
    EXPECT_TRUE(drawn.has_value());
    return drawn.value_or("");
  };
  EXPECT_TRUE(png(ChartStyle::kLight).starts_with("\x89PNG"));
  for (int i = 300; i > 0; --i) series.samples.push_back({kNow - i * 5min, 1 + 0.01 * (i % 7)});
  const std::string light = png(ChartStyle::kLight);
  EXPECT_NE(light, png(ChartStyle::kDark));
  threshold.reset();
  const std::string plain = png(ChartStyle::kLight);
  EXPECT_NE(light, plain) << "without its threshold";
  around.deployments = {kNow - 2h};
  const std::string marked = png(ChartStyle::kLight);
  EXPECT_NE(marked, plain);
  around.maintenance = {{kNow - 5h, kNow - 4h}};
  EXPECT_NE(marked, png(ChartStyle::kLight));
  question.ahead = Ahead{5, 6h};
  const std::string ahead = png(ChartStyle::kLight);
  EXPECT_TRUE(ahead.starts_with("\x89PNG"));
  question.ahead = Ahead{50, 6h};
  EXPECT_NE(ahead, png(ChartStyle::kLight)) << "another threshold";
  series.samples.clear();
  EXPECT_TRUE(png(ChartStyle::kLight).starts_with("\x89PNG"));
}

TEST(SpansOf, AreWhereAnAgreeingSeriesIsNotZero) {
  const auto label = [](std::string_view name, std::string_view value) {
    promql::LabelSet labels;
    labels.Set(name, value);
    return labels;
  };
  promql::LabelSet alert = label("job", "web");
  alert.Set("severity", "page");
  promapi::TimeSeries own{.labels = label("job", "web"), .samples = {}};
  promapi::TimeSeries other{.labels = label("job", "db"), .samples = {}};
  for (int i = 0; i < 10; ++i) {
    own.samples.push_back({kNow + i * 5min, i == 2 || i == 3 || i == 7 ? 1.0 : 0.0});
    other.samples.push_back({kNow + i * 5min, 1});
  }
  own.samples.push_back({kNow + 1h, std::numeric_limits<double>::quiet_NaN()});
  const std::vector<promapi::TimeSeries> all{own, other};
  const auto spans = SpansOf(all, alert, 5min);
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[0].start, kNow + 10min);
  EXPECT_EQ(spans[0].end, kNow + 15min);
  EXPECT_EQ(spans[1].start, kNow + 35min);
  EXPECT_EQ(spans[1].end, kNow + 35min);
}

}  // namespace
}  // namespace warden
