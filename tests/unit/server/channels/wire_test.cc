// SPDX-License-Identifier: Apache-2.0
// The pieces below the channels: hashes, mail, JSON, judging by status.
#include <gtest/gtest.h>

#include "server/channels/digest.h"
#include "server/channels/json.h"
#include "server/channels/judge.h"
#include "server/channels/mime.h"
#include "tests/unit/server/channels/samples.h"

namespace warden {
namespace {

TEST(Digest, AgreesWithPublishedVectors) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Base64(HmacSha256("key", "The quick brown fox jumps over the lazy dog")),
            "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=");
  for (const std::string text : {"", "f", "fo", "foo", "foob"}) {
    EXPECT_EQ(FromBase64(Base64(text)), text);
  }
  EXPECT_FALSE(FromBase64("abc"));
  EXPECT_FALSE(FromBase64("a*cd"));
}

TEST(Digest, SignsAsStandardWebhooksDoes) {
  // The example of the specification's reference libraries.
  EXPECT_EQ(
      WebhookSignature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                       "1614265330", R"({"test": 2432232314})"),
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  const std::string two = WebhookSignature("one two", "id", "1", "body");
  EXPECT_EQ(two, WebhookSignature("one", "id", "1", "body") + " " +
                     WebhookSignature("two", "id", "1", "body"));
}

TEST(Mime, EncodesHeadersOnCharacters) {
  EXPECT_EQ(HeaderLine("Subject", "plain"), "Subject: plain\r\n");
  EXPECT_EQ(HeaderLine("Subject", "gr\xC3\xBC\xC3\x9F"), "Subject: =?UTF-8?B?Z3LDvMOf?=\r\n");
  std::string fire;
  for (int i = 0; i < 30; ++i) fire += "\xF0\x9F\x94\xA5";
  const std::string line = HeaderLine("Subject", fire);
  std::size_t at = 0;
  std::string decoded;
  while ((at = line.find("=?UTF-8?B?", at)) != std::string::npos) {
    const std::size_t end = line.find("?=", at);
    EXPECT_LE(end + 2 - at, 75U);
    const std::string word = *FromBase64(line.substr(at + 10, end - at - 10));
    EXPECT_EQ(word.size() % 4, 0U) << "a word holds whole characters";
    decoded += word;
    at = end;
  }
  EXPECT_EQ(decoded, fire);
}

TEST(Mime, LetsNoHeaderInto) {
  EXPECT_EQ(HeaderLine("Subject", "a\r\nBcc: x@y\r\n\r\nbody"), "Subject: a Bcc: x@y body\r\n");
  EXPECT_EQ(RawHeaderLine("X", "a\r\nBcc: x\nz\r\n b"), "X: aBcc: xz\r\n b\r\n");
}

TEST(Mime, FoldsLongHeaders) {
  std::string words;
  for (int i = 0; i < 40; ++i) words += "word" + std::to_string(i) + " ";
  const std::string line = HeaderLine("Subject", words + std::string(2000, 'x'));
  std::size_t begin = 0;
  for (std::size_t end; (end = line.find("\r\n", begin)) != std::string::npos; begin = end + 2) {
    EXPECT_LE(end - begin, 998U);
  }
  EXPECT_NE(line.find("\r\n word"), std::string::npos);
}

TEST(Mime, ReadsAddressLists) {
  const auto list = ParseMailboxes("a@b.c, \"Doe, J.\" <j@d.e>,, Gr\xC3\xBC\xC3\x9F <g@h>");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 3U);
  EXPECT_EQ((*list)[1].name, "Doe, J.");
  EXPECT_EQ((*list)[1].address, "j@d.e");
  EXPECT_EQ(MailboxesText(*list), "a@b.c,\r\n \"Doe, J.\" <j@d.e>,\r\n =?UTF-8?B?R3LDvMOf?= <g@h>");
  for (const char* bad :
       {"", "  ", "nobody", "a@", "@b", "a b@c", "x <a@b> <c@d>x", "a@b\r\nRCPT"}) {
    EXPECT_FALSE(ParseMailboxes(bad)) << bad;
  }
}

TEST(Mime, WritesQuotedPrintable) {
  EXPECT_EQ(QuotedPrintable("a=b\n.\nx \n\xC3\xA4"), "a=3Db\r\n=2E\r\nx=20\r\n=C3=A4\r\n");
  const std::string encoded = QuotedPrintable(std::string(500, 'x') + "\n");
  std::size_t begin = 0;
  for (std::size_t end; (end = encoded.find("\r\n", begin)) != std::string::npos; begin = end + 2) {
    EXPECT_LE(end - begin, 76U);
  }
}

TEST(Mime, WritesDates) {
  EXPECT_EQ(MailDate(samples::At("2026-11-21T12:13:25.9Z")), "Sat, 21 Nov 2026 12:13:25 +0000");
  EXPECT_EQ(MailDate(samples::At("2024-02-29T00:00:00Z")), "Thu, 29 Feb 2024 00:00:00 +0000");
}

TEST(Json, WritesOnlyValidJson) {
  JsonWriter json;
  json.BeginObject().Field("a\"\n", "x\xFF\x01").FieldIfAny("none", "");
  json.Key("n").Number(std::numeric_limits<double>::quiet_NaN()).EndObject();
  EXPECT_EQ(json.Take(), "{\"a\\\"\\n\":\"x\xEF\xBF\xBD\\u0001\",\"n\":null}");
}

TEST(Json, FindsWhatIsThere) {
  const JsonAnswer answer(R"({"a":{"b":7,"c":"x","d":[1,"y",{"e":true}]},"f":1.5})");
  EXPECT_EQ(answer.Text({"a", "b"}), "7");
  EXPECT_EQ(answer.Integer({"a", "b"}), 7);
  EXPECT_EQ(answer.Text({"a", "c"}), "x");
  EXPECT_EQ(answer.Text({"a", "c", "z"}), "");
  EXPECT_EQ(answer.Number({"f"}), 1.5);
  EXPECT_EQ(answer.AllText({"a", "d"}), "1; y");
  EXPECT_EQ(answer.Elements({"a", "d"}).back().Bool({"e"}), true);
  EXPECT_FALSE(JsonAnswer("{").is_object());
}

TEST(JudgeSmtp, KnowsMailboxAndLoginFromText) {
  const auto outcome = [](int code, const char* text) {
    return JudgeSmtp(samples::Answer(code, text), Secrets{}).outcome;
  };
  EXPECT_EQ(outcome(250, "2.0.0 Ok"), Outcome::kDelivered);
  EXPECT_EQ(outcome(451, "4.7.1 greylisted"), Outcome::kRetry);
  EXPECT_EQ(outcome(550, "5.1.1 user unknown"), Outcome::kRefusedDestination);
  EXPECT_EQ(outcome(550, "5.7.1 looks like spam"), Outcome::kRefusedContent);
  EXPECT_EQ(outcome(535, "5.7.8 bad credentials"), Outcome::kRefusedDestination);
  EXPECT_EQ(outcome(552, "5.3.4 message too big"), Outcome::kRefusedContent);
  EXPECT_EQ(outcome(554, "10.5.1.7:25: the server refused with 554: 5.7.1 spam"),
            Outcome::kRefusedContent)
      << "an address is no status code";
  EXPECT_EQ(outcome(554, "10.5.1.7:25: the server refused with 554: 5.1.1 unknown"),
            Outcome::kRefusedDestination);
}

TEST(Reasons, QuoteTheRemoteShortlyOnOneLine) {
  const Secrets none;
  EXPECT_EQ(AnswerReason(400, "a\r\nb", none), "400 Bad Request: a b");
  EXPECT_EQ(AnswerReason(418, "", none), "418");
  EXPECT_LT(AnswerReason(500, std::string(1'000'000, 'x'), none).size(), 300U);
}

}  // namespace
}  // namespace warden
