// SPDX-License-Identifier: Apache-2.0
#include "server/api/readiness.h"

#include "tests/unit/server/api/api_fixture.h"

namespace warden::api {
namespace {

constexpr Instant At(int seconds) { return Instant{std::chrono::seconds{1'000'000 + seconds}}; }

TEST(Readiness, ComesBackAtOnceAfterOneFailure) {
  Readiness readiness;
  EXPECT_FALSE(readiness.Look("", 0, At(0)));
  EXPECT_EQ(readiness.Look("disk full", 1, At(1)), "disk full");
  EXPECT_EQ(readiness.Look("disk full", 1, At(100)), "disk full");
  EXPECT_FALSE(readiness.Look("", 1, At(101)));
}

TEST(Readiness, StaysAwayWhenItFailsAgainAndAgain) {
  Readiness readiness;
  for (int i = 0; i < 5; ++i) {  // a second it fails, a second it works
    EXPECT_TRUE(readiness.Look("malformed", i + 1, At(2 * i)));
    const auto why = readiness.Look("", i + 1, At(2 * i + 1));
    EXPECT_EQ(why.has_value(), i > 0) << i;
    EXPECT_EQ(why.value_or(""),
              i > 0 ? "it fails again and again, the last time with: malformed" : "");
  }
  EXPECT_TRUE(readiness.Look("", 5, At(8 + 29)));
  EXPECT_FALSE(readiness.Look("", 5, At(8 + 30)));
}

TEST(Readiness, HearsOfFailuresThatNobodySaw) {
  Readiness readiness;
  EXPECT_FALSE(readiness.Look("", 0, At(0)));
  EXPECT_TRUE(readiness.Look("", 3, At(10))) << "three failures between two looks";
}

TEST(Readiness, AClockThatIsSetBackHoldsNothingUp) {
  Readiness readiness;
  EXPECT_TRUE(readiness.Look("", 2, At(100)));
  EXPECT_FALSE(readiness.Look("", 2, At(0)));
}

using ReadinessRouteTest = ApiTest;

TEST_F(ReadinessRouteTest, SaysWhyAndStays) {
  Open();
  EXPECT_EQ(Ask("GET", "/-/ready").status, 200);
  for (int i = 0; i < 2; ++i) {
    store_->is_full = true;
    EXPECT_FALSE(writer_->Run([](Transaction&) { return Result<void>{}; }));
    EXPECT_EQ(Ask("GET", "/-/ready").status, 503);
    store_->is_full = false;
    while (!writer_->healthy()) std::this_thread::yield();
  }
  const auto answer = Ask("GET", "/-/ready");
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("again and again, the last time with: disk full"), std::string::npos)
      << answer.body;
  clock_.Advance(Readiness::kSteady);
  EXPECT_EQ(Ask("GET", "/-/ready").status, 200);
}

}  // namespace
}  // namespace warden::api
