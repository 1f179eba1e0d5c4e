// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

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
  promapi::TimeSeries series;
  const auto png = [&](ChartStyle style) {
    const auto drawn = DrawAlert(question, threshold, kNow, series, style);
    EXPECT_TRUE(drawn.has_value());
    return drawn.value_or("");
  };
  EXPECT_TRUE(png(ChartStyle::kLight).starts_with("\x89PNG"));
  for (int i = 300; i > 0; --i) series.samples.push_back({kNow - i * 5min, 1 + 0.01 * (i % 7)});
  const std::string light = png(ChartStyle::kLight);
  EXPECT_NE(light, png(ChartStyle::kDark));
  threshold.reset();
  EXPECT_NE(light, png(ChartStyle::kLight)) << "without its threshold";
}

}  // namespace
}  // namespace warden
