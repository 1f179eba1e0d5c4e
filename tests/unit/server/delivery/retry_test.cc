// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/retry.h"

#include <gtest/gtest.h>

namespace warden {
namespace {

using namespace std::chrono_literals;

const Instant kNow{Duration{1'000'000'000}};

Delivery Row(std::int64_t attempts) {
  Delivery row;
  row.attempts = attempts;
  row.expires_at = kNow + 24h;
  row.last_error = "earlier";
  return row;
}

struct Case {
  const char* name;
  Attempt attempt;
  DeliveryState was = DeliveryState::kPending;
  std::int64_t attempts = 1;
  double chance = 0.5;
  DeliveryState state = DeliveryState::kPending;
  Duration wait = 0s;
  std::int64_t counted = 1;
  const char* last_error = "why";
};

class RetryTable : public testing::TestWithParam<Case> {};

TEST_P(RetryTable, Decides) {
  const Case& c = GetParam();
  Delivery row = Row(c.attempts);
  row.state = c.was;
  const Decision decision = Decide({}, row, c.attempt, kNow, c.chance);
  EXPECT_FALSE(decision.is_plain_next);
  EXPECT_EQ(Name(decision.state), Name(c.state));
  EXPECT_EQ((decision.not_before - kNow).count(), c.wait.count());
  EXPECT_EQ(decision.attempts, c.counted);
  EXPECT_EQ(decision.last_error, c.last_error);
}

Attempt Of(AttemptResult result, std::optional<Duration> retry_after = {}, bool was_plain = false) {
  return {.result = result, .reason = "why", .retry_after = retry_after, .was_plain = was_plain};
}

using enum AttemptResult;
using S = DeliveryState;

INSTANTIATE_TEST_SUITE_P(
    All, RetryTable,
    testing::Values(
        Case{.name = "delivered", .attempt = Of(kDelivered), .state = S::kDelivered},
        Case{.name = "first_wait_is_up_to_a_second", .attempt = Of(kRetry), .wait = 500ms},
        Case{.name = "no_wait_at_all_by_chance", .attempt = Of(kRetry), .chance = 0, .wait = 0s},
        Case{.name = "doubles", .attempt = Of(kRetry), .attempts = 4, .wait = 4s, .counted = 4},
        Case{.name = "never_beyond_five_minutes",
             .attempt = Of(kRetry),
             .attempts = 70,
             .wait = 150s,
             .counted = 70},
        Case{.name = "retry_after_counts", .attempt = Of(kRetry, 30s), .wait = 30s},
        Case{.name = "retry_after_up_to_15_minutes", .attempt = Of(kRetry, 24h), .wait = 15min},
        Case{.name = "negative_retry_after_is_now", .attempt = Of(kRetry, -5s), .wait = 0s},
        Case{.name = "unknown", .attempt = Of(kUnknown), .state = S::kUnknown, .wait = 500ms},
        Case{.name = "unknown_stays_unknown_after_a_clean_failure",
             .attempt = Of(kRetry),
             .was = S::kUnknown,
             .state = S::kUnknown,
             .wait = 500ms},
        Case{.name = "plain_refused_too_is_dead",
             .attempt = Of(kRefusedContent, {}, true),
             .state = S::kDead},
        Case{.name = "refused_destination_waits_for_its_circuit",
             .attempt = Of(kRefusedDestination),
             .wait = 0s},
        Case{.name = "not_sent_was_no_attempt", .attempt = Of(kNotSent), .counted = 0},
        Case{.name = "not_sent_of_unknown_stays_unknown",
             .attempt = Of(kNotSent),
             .was = S::kUnknown,
             .state = S::kUnknown,
             .counted = 0},
        Case{.name = "not_sent_keeps_the_earlier_error",
             .attempt = {.result = kNotSent},
             .counted = 0,
             .last_error = "earlier"},
        Case{
            .name = "not_wanted", .attempt = Of(kNotWanted), .state = S::kSuperseded, .counted = 0},
        Case{.name = "gone", .attempt = Of(kGone), .state = S::kDead}),
    [](const auto& param) { return param.param.name; });

TEST(Retry, RefusedContentGoesOnceMoreInPlainForm) {
  EXPECT_TRUE(Decide({}, Row(1), Of(kRefusedContent), kNow, 0.5).is_plain_next);
}

TEST(Retry, ExpiresInsteadOfWaiting) {
  for (const AttemptResult result : {kRetry, kUnknown, kRefusedDestination}) {
    Delivery row = Row(3);
    row.expires_at = kNow;
    EXPECT_EQ(Decide({}, row, Of(result), kNow, 0.5).state, DeliveryState::kExpired);
    row.expires_at = kNow + 1us;
    EXPECT_NE(Decide({}, row, Of(result), kNow, 0.5).state, DeliveryState::kExpired);
  }
}

TEST(Retry, DeliveredAfterExpiryIsDelivered) {
  Delivery row = Row(1);
  row.expires_at = kNow - 1h;
  EXPECT_EQ(Decide({}, row, Of(kDelivered), kNow, 0.5).state, DeliveryState::kDelivered);
}

}  // namespace
}  // namespace warden
