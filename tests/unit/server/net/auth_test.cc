// SPDX-License-Identifier: Apache-2.0
#include "server/net/auth.h"

#include <gtest/gtest.h>

namespace warden {
namespace {

const AcceptedCredentials kAccepted{.basic = {{"ann", "old"}, {"ann", "n:ew"}, {"", "bare"}},
                                    .bearer = {"token-1", "token-2", ""}};

TEST(Auth, MakesTheValuesOfTheRfcs) {
  EXPECT_EQ(BasicAuthorization("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(BasicAuthorization("", ""), "Basic Og==");
  EXPECT_EQ(BearerAuthorization("mF_9.B5f-4.1JqM"), "Bearer mF_9.B5f-4.1JqM");
}

TEST(Auth, AcceptsEveryCredentialWhileOneIsRotated) {
  for (const std::string& value :
       {BasicAuthorization("ann", "old"), BasicAuthorization("ann", "n:ew"),
        BasicAuthorization("", "bare"), BearerAuthorization("token-1"),
        BearerAuthorization("token-2"), std::string("bearer  token-1"),
        "BASIC" + BasicAuthorization("ann", "old").substr(5)}) {
    EXPECT_EQ(CheckAuthorization(value, kAccepted), AuthVerdict::kAccepted) << value;
  }
}

TEST(Auth, RefusesWhatIsNotExactlyACredential) {
  for (const std::string& value :
       {BasicAuthorization("ann", "Old"), BasicAuthorization("ann", ""),
        BasicAuthorization("ann", "old") + "=", BearerAuthorization("token-"),
        BearerAuthorization("token-11"), BearerAuthorization(""), std::string("Bearer"),
        std::string("Basic"), std::string(), std::string("token-1"), std::string("Digest token-1"),
        std::string("Bearertoken-1"), BearerAuthorization("old"),
        std::string("Basic ") + "token-1"}) {
    EXPECT_EQ(CheckAuthorization(value, kAccepted), AuthVerdict::kWrong) << value;
  }
  EXPECT_EQ(CheckAuthorization(std::nullopt, kAccepted), AuthVerdict::kMissing);
  EXPECT_EQ(CheckAuthorization("Bearer x", {}), AuthVerdict::kWrong);
}

TEST(Auth, ChallengesWithTheSchemesItKnows) {
  EXPECT_EQ(Challenge(kAccepted), R"(Basic realm="promwarden", charset="UTF-8", Bearer)");
  EXPECT_EQ(Challenge({.bearer = {"x"}}), "Bearer");
}

TEST(Auth, ComparesWholeTexts) {
  EXPECT_TRUE(ConstantTimeEqual("", ""));
  EXPECT_TRUE(ConstantTimeEqual("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "abcd"));
  EXPECT_FALSE(ConstantTimeEqual(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

}  // namespace
}  // namespace warden
