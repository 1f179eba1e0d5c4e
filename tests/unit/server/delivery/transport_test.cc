// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/transport.h"

#include <gtest/gtest.h>

namespace warden {
namespace {

struct Case {
  SendFault fault;
  bool body_was_sent;
  AttemptResult result;
};

TEST(Transport, ClassifiesEveryFault) {
  using enum SendFault;
  using R = AttemptResult;
  const Case cases[] = {
      {kDns, false, R::kRetry},
      {kConnect, false, R::kRetry},
      {kTls, false, R::kRefusedDestination},
      {kTimeoutBeforeSend, false, R::kRetry},
      {kTimeoutAfterSend, true, R::kUnknown},
      {kResetBeforeSend, false, R::kRetry},
      {kResetAfterSend, true, R::kUnknown},
      {kTooLarge, true, R::kUnknown},
      {kCancelled, false, R::kNotSent},
      {kCancelled, true, R::kUnknown},
      {kRefused, false, R::kRetry},
      {kOther, false, R::kRefusedDestination},
      {kOther, true, R::kUnknown},
  };
  for (const Case& c : cases) {
    const Attempt attempt = Classify(c.fault, c.body_was_sent, "host: cause");
    EXPECT_EQ(Name(attempt.result), Name(c.result)) << Name(c.fault) << c.body_was_sent;
    EXPECT_EQ(attempt.reason, "host: cause");
  }
}

TEST(Transport, GivesChannelsHeadersInLowerCase) {
  const Heard heard = Hear(HttpResponse{429, {{"Retry-After", "30"}}, "slow down"});
  const auto& response = std::get<ChannelResponse>(heard);
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.headers.at(0).first, "retry-after");
  EXPECT_EQ(response.body, "slow down");
}

TEST(Transport, JudgesAnEndlessAnswerByItsStatus) {
  const Heard heard = Hear(std::unexpected(HttpFailure{SendFault::kTooLarge, true, 200, "x"}));
  EXPECT_EQ(std::get<ChannelResponse>(heard).status, 200);
}

TEST(Transport, HearsMailServers) {
  EXPECT_EQ(std::get<ChannelResponse>(Hear(MailResult{MailReceipt{}})).status, 250);
  const Heard partly = Hear(MailResult{MailReceipt{{{"a@b", 550}, {"c@d", 450}}}});
  EXPECT_EQ(std::get<ChannelResponse>(partly).body, "refused: a@b (550), c@d (450)");
  const Heard refused =
      Hear(MailResult{std::unexpected(MailFailure{SendFault::kRefused, 554, false, "spam"})});
  EXPECT_EQ(std::get<ChannelResponse>(refused).status, 554);
  EXPECT_EQ(std::get<ChannelResponse>(refused).body, "spam");
  const Heard lost =
      Hear(MailResult{std::unexpected(MailFailure{SendFault::kTimeoutAfterSend, 0, true, "slow"})});
  EXPECT_EQ(std::get<Attempt>(lost).result, AttemptResult::kUnknown);
}

TEST(Transport, TurnsVerdictsIntoAttempts) {
  const Attempt attempt = FromVerdict({.outcome = Outcome::kRetry,
                                       .reason = "busy",
                                       .retry_after = Duration{5},
                                       .remote_id = {},
                                       .next_step = {}});
  EXPECT_EQ(attempt.result, AttemptResult::kRetry);
  EXPECT_EQ(attempt.reason, "busy");
  EXPECT_EQ(attempt.retry_after, Duration{5});
}

TEST(Transport, AdviceToComeBackInThePastIsNone) {
  for (const Duration advice : {Duration::zero(), Duration{-5}}) {
    const Attempt attempt = FromVerdict({.outcome = Outcome::kRetry,
                                         .reason = "busy",
                                         .retry_after = advice,
                                         .remote_id = {},
                                         .next_step = {}});
    EXPECT_FALSE(attempt.retry_after);
  }
}

}  // namespace
}  // namespace warden
