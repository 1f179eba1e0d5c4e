// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/circumstances.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace warden {
namespace {

using namespace std::chrono_literals;

const Instant kNow{1'700'000'100s};

std::vector<anomaly::Verdict> Deviations(std::initializer_list<double> deviations) {
  std::vector<anomaly::Verdict> verdicts;
  for (const double deviation : deviations) {
    anomaly::Verdict& verdict = verdicts.emplace_back();
    verdict.at = kNow + 1min * static_cast<int>(verdicts.size());
    verdict.deviation = deviation;
    verdict.observed = std::isnan(deviation) ? anomaly::kUnknown : 100 + deviation;
  }
  return verdicts;
}

TEST(CourseOf, GoesBackToWhereItWasLastUsual) {
  const auto course = CourseOf(Deviations({5, 1, 3, 9, 4, 2.5}));
  ASSERT_TRUE(course);
  EXPECT_EQ(course->began_at, kNow + 3min);
  EXPECT_EQ(course->peak_at, kNow + 4min);
  EXPECT_EQ(course->peak, 109);
}

TEST(CourseOf, IsNothingWhenTheNewestValueIsUsual) {
  EXPECT_FALSE(CourseOf(Deviations({9, 9, 2})));
  EXPECT_FALSE(CourseOf({}));
  EXPECT_FALSE(CourseOf(Deviations({NAN, NAN})));
}

TEST(CourseOf, StaysOnOneSideAndPassesOverGaps) {
  EXPECT_EQ(CourseOf(Deviations({8, -3, NAN, -5}))->began_at, kNow + 2min);
  EXPECT_EQ(CourseOf(Deviations({8, 8, 8}))->began_at, kNow + 1min);
}

promapi::TimeSeries Series(const std::string& instance, double newest, std::size_t size = 30) {
  promapi::TimeSeries series;
  series.labels.Set("__name__", "latency");
  series.labels.Set("instance", instance);
  series.labels.Set("job", "api");
  for (std::size_t i = 0; i < size; ++i) {
    const double usual = 10 + std::sin(static_cast<double>(i));
    series.samples.push_back(
        {kNow - 10min * static_cast<int>(size - 1 - i), i + 1 == size ? newest : usual});
  }
  return series;
}

TEST(SiblingsOf, NamesWhoIsUnusualTooByWhatDiffers) {
  const std::vector<promapi::TimeSeries> series{Series("a", 90), Series("b", 11), Series("c", 30),
                                                Series("d", -50)};
  const Siblings siblings = SiblingsOf(series[0].labels, series, kNow);
  EXPECT_EQ(siblings.looked_at, 3U);
  ASSERT_EQ(siblings.deviating.size(), 2U);
  EXPECT_EQ(siblings.deviating[0].labels, (promql::LabelSet{{"instance", "d"}}));
  EXPECT_EQ(siblings.deviating[0].observed, -50);
  EXPECT_LT(siblings.deviating[0].deviation, -20);
  EXPECT_EQ(siblings.deviating[1].labels, (promql::LabelSet{{"instance", "c"}}));
}

TEST(SiblingsOf, TellsTheNewestNumberAndNoGap) {
  auto series = Series("a", 90);
  series.samples.push_back({kNow, std::numeric_limits<double>::quiet_NaN()});
  const Siblings siblings = SiblingsOf({}, std::vector{series}, kNow);
  ASSERT_EQ(siblings.deviating.size(), 1U);
  EXPECT_EQ(siblings.deviating[0].observed, 90);
}

TEST(SiblingsOf, TellsFiveOfMany) {
  std::vector<promapi::TimeSeries> series;
  for (int i = 0; i < 30; ++i) series.push_back(Series(std::to_string(i), 50 + i));
  const Siblings siblings = SiblingsOf({}, series, kNow);
  EXPECT_EQ(siblings.looked_at, 30U);
  ASSERT_EQ(siblings.deviating.size(), 5U);
  EXPECT_EQ(siblings.deviating[0].labels.Get("instance"), "29");
}

TEST(SiblingsOf, CountsNoneThatIsNewOrGone) {
  auto gone = Series("gone", 90);
  for (auto& sample : gone.samples) sample.at -= 1h;
  EXPECT_EQ(SiblingsOf({}, std::vector{Series("new", 90, 11), gone, promapi::TimeSeries{}}, kNow)
                .looked_at,
            0U);
}

TEST(SiblingsOf, TellsAConstantThatMovedButNotALittle) {
  auto steady = Series("a", 0);
  for (auto& sample : steady.samples) sample.value = 1;
  EXPECT_TRUE(SiblingsOf({}, std::vector{steady}, kNow).deviating.empty());
  steady.samples.back().value = 1.01;
  EXPECT_TRUE(SiblingsOf({}, std::vector{steady}, kNow).deviating.empty());
  steady.samples.back().value = 2;
  EXPECT_EQ(SiblingsOf({}, std::vector{steady}, kNow).deviating.size(), 1U);
  for (auto& sample : steady.samples) sample.value = 0;
  steady.samples.back().value = 1e-9;
  EXPECT_EQ(SiblingsOf({}, std::vector{steady}, kNow).deviating.size(), 1U);
}

}  // namespace
}  // namespace warden
