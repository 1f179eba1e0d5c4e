// SPDX-License-Identifier: Apache-2.0
// PagerDuty, mail, webhook: what is particular to each.
#include <gtest/gtest.h>

#include "server/alert/webhook.h"
#include "server/channels/digest.h"
#include "server/channels/json.h"
#include "server/channels/text.h"
#include "tests/unit/server/channels/samples.h"

namespace warden {
namespace {

class Others : public testing::Test {
 protected:
  [[nodiscard]] Receiver& receiver() { return config_.receivers[0]; }
  [[nodiscard]] ChannelRequest Compose(std::string_view kind, const Message& message,
                                       bool plain = false) const {
    ChannelContext context = samples::Context(message);
    context.plain = plain;
    auto request = samples::Make(config_, kind)->Compose(message, context);
    EXPECT_TRUE(request) << (request ? "" : request.error().message);
    return request ? *std::move(request) : ChannelRequest{};
  }
  [[nodiscard]] Verdict Judge(std::string_view kind, int status, std::string body) const {
    return samples::Make(config_, kind)
        ->Judge(samples::Firing(), samples::Context(samples::Firing()),
                samples::Answer(status, std::move(body)));
  }
  static TemplateText Own(std::string text) {
    TemplateText field;
    field.text = std::move(text);
    field.is_set = true;
    return field;
  }

  Config config_ = samples::EveryChannel();
};

using PagerdutyTest = Others;
using EmailTest = Others;
using WebhookTest = Others;

TEST_F(PagerdutyTest, TriggersAndResolvesUnderAlertmanagersKey) {
  const JsonAnswer fire(samples::Body(Compose("pagerduty", samples::Firing())));
  const JsonAnswer done(samples::Body(Compose("pagerduty", samples::Resolved())));
  EXPECT_EQ(fire.Text({"event_action"}), "trigger");
  EXPECT_EQ(done.Text({"event_action"}), "resolve");
  EXPECT_EQ(fire.Text({"dedup_key"}), Sha256Hex(samples::Firing().group_key));
  EXPECT_EQ(fire.Text({"dedup_key"}), done.Text({"dedup_key"}));
}

TEST_F(PagerdutyTest, MapsSeverities) {
  for (const auto& [ours, theirs] :
       std::vector<std::pair<std::string, std::string>>{{"critical", "critical"},
                                                        {"error", "error"},
                                                        {"warning", "warning"},
                                                        {"info", "info"},
                                                        {"none", "info"},
                                                        {"page", "critical"},
                                                        {"", "error"},
                                                        {"sev9", "error"}}) {
    Message message = samples::Firing();
    message.alerts[0].labels.Set("severity", ours);
    message.common_labels = CommonLabels(message.alerts);
    const JsonAnswer sent(samples::Body(Compose("pagerduty", message)));
    EXPECT_EQ(sent.Text({"payload", "severity"}), theirs) << ours;
  }
}

TEST_F(PagerdutyTest, IsShortInItsOwnWordsAlone) {
  PagerdutyConfig& pagerduty = receiver().pagerduty[0];
  pagerduty.severity = Own("sev9");
  pagerduty.description = Own("mine");
  const JsonAnswer usual(samples::Body(Compose("pagerduty", samples::Firing())));
  EXPECT_EQ(usual.Text({"payload", "severity"}), "sev9");
  const JsonAnswer brief(samples::Body(Compose("pagerduty", samples::Firing(), true)));
  EXPECT_EQ(brief.Text({"payload", "severity"}), "critical");
  EXPECT_NE(brief.Text({"payload", "summary"}).find("HighErrorRate"), std::string::npos);
}

TEST_F(PagerdutyTest, FitsIntoHalfAMegabyte) {
  Message message = samples::Firing();
  for (int i = 0; i < 5000; ++i) {
    Alert alert = message.alerts[0];
    alert.labels.Set("n", std::to_string(i) + std::string(300, '<'));
    alert.annotations.Set("summary", std::string(3000, '"'));
    message.alerts.push_back(std::move(alert));
  }
  receiver().pagerduty[0].details["big"] = Own(std::string(1'000'000, 'x'));
  const std::string body = samples::Body(Compose("pagerduty", message));
  EXPECT_LE(body.size(), 512'000U);
  const JsonAnswer sent(body);
  EXPECT_LE(Utf16Length(sent.Text({"payload", "summary"})), 1024U);
  EXPECT_EQ(sent.Text({"payload", "custom_details", "num_firing"}), "5001");
  EXPECT_NE(sent.Text({"payload", "custom_details", "firing"}).find("… and 4"), std::string::npos);
}

TEST_F(PagerdutyTest, TakesOwnDetailsAndLinks) {
  receiver().pagerduty[0].details["firing"] = Own("mine");
  receiver().pagerduty[0].links = {{Own("https://x.example"), Own("X")},
                                   {Own("javascript:alert(1)"), Own("no")}};
  const JsonAnswer sent(samples::Body(Compose("pagerduty", samples::Firing())));
  EXPECT_EQ(sent.Text({"payload", "custom_details", "firing"}), "mine");
  EXPECT_EQ(sent.Elements({"links"}).back().Text({"text"}), "X");
}

TEST_F(PagerdutyTest, JudgesItsAnswers) {
  EXPECT_EQ(Judge("pagerduty", 202, "{}").remote_id, Sha256Hex(samples::Firing().group_key));
  const Verdict key = Judge("pagerduty", 400,
                            R"({"status":"invalid event","message":"Event object is invalid",
                            "errors":["'routing_key' is invalid"]})");
  EXPECT_EQ(key.outcome, Outcome::kRefusedDestination);
  EXPECT_EQ(key.reason, "400 Bad Request: Event object is invalid: 'routing_key' is invalid");
  EXPECT_EQ(Judge("pagerduty", 400, R"({"errors":["summary too long"]})").outcome,
            Outcome::kRefusedContent);
  EXPECT_EQ(Judge("pagerduty", 429, "").retry_after, std::chrono::minutes(1));
}

TEST_F(PagerdutyTest, SaysWhenAnOldKeyIsTheReason) {
  receiver().pagerduty[0].service_key = receiver().pagerduty[0].routing_key;
  receiver().pagerduty[0].routing_key = Secret();
  const JsonAnswer sent(samples::Body(Compose("pagerduty", samples::Firing())));
  EXPECT_FALSE(sent.Text({"routing_key"}).empty());
  const Verdict verdict = Judge("pagerduty", 400, R"({"errors":["'routing_key' is invalid"]})");
  EXPECT_NE(verdict.reason.find("set routing_key"), std::string::npos) << verdict.reason;
}

std::string Mail(const ChannelRequest& request) { return std::get<ChannelMail>(request).bytes; }

std::string Header(const std::string& mail, const std::string& name) {
  const std::string head = "\r\n" + mail.substr(0, mail.find("\r\n\r\n") + 2);
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  std::size_t end = head.find("\r\n", at + 2);
  while (end + 2 < head.size() && head[end + 2] == ' ') end = head.find("\r\n", end + 2);
  return head.substr(at + name.size() + 4, end - at - name.size() - 4);
}

TEST_F(EmailTest, IsLinesOfCrlfBelowTheLimit) {
  for (const auto& sample :
       {samples::Hostile(), samples::Many(), samples::Overlong(), samples::Resolved()}) {
    const std::string mail = Mail(Compose("email", sample));
    std::size_t begin = 0;
    for (std::size_t end; (end = mail.find('\n', begin)) != std::string::npos; begin = end + 1) {
      ASSERT_EQ(mail[end - 1], '\r') << mail.substr(begin, 80);
      EXPECT_LE(end - begin, 999U);
    }
    EXPECT_EQ(begin, mail.size()) << "ends with a line break";
    EXPECT_EQ(mail.find("\r\n.\r\n"), std::string::npos);
  }
}

TEST_F(EmailTest, LetsNoLabelBecomeAHeader) {
  const std::string mail = Mail(Compose("email", samples::Hostile()));
  EXPECT_EQ(Header(mail, "Bcc"), "");
  EXPECT_EQ(Header(mail, "To"), "ops@example.org,\r\n \"Doe, Jane\" <jane@example.org>");
}

TEST_F(EmailTest, ThreadsByIncidentAndRepeatsItsId) {
  const std::string first = Mail(Compose("email", samples::Firing()));
  const std::string last = Mail(Compose("email", samples::Resolved()));
  EXPECT_EQ(Header(first, "References"), Header(last, "References"));
  EXPECT_EQ(Header(first, "In-Reply-To"), Header(first, "References"));
  EXPECT_NE(Header(first, "Message-ID"), Header(last, "Message-ID"));
  ChannelContext later = samples::Context(samples::Firing());
  later.now += std::chrono::minutes(7);
  const auto retry = samples::Make(config_, "email")->Compose(samples::Firing(), later);
  EXPECT_EQ(Header(Mail(*retry), "Message-ID"), Header(first, "Message-ID"));
  EXPECT_EQ(Header(Mail(*retry), "Date"), "Sat, 21 Nov 2026 03:08:51 +0000");
  EXPECT_EQ(Header(first, "Auto-Submitted"), "auto-generated");
}

TEST_F(EmailTest, ThreadsByGroupAndDayWhereAsked) {
  receiver().email[0].threading = {true, true};
  const std::string mail = Mail(Compose("email", samples::Firing()));
  EXPECT_NE(Header(mail, "References").find("-2026-11-21@example.org>"), std::string::npos);
}

TEST_F(EmailTest, TakesOwnHeadersAndParts) {
  EmailConfig& email = receiver().email[0];
  email.headers["Subject"] = Own("Gr\xC3\xBC\xC3\x9F\r\nBcc: x@y");
  email.headers["Reply-To"] = Own("r@example.org");
  email.headers["Content-Type"] = Own("text/evil");
  email.headers["Bad Name"] = Own("x");
  email.text = Own("only this");
  email.html = Own("");
  const std::string mail = Mail(Compose("email", samples::Firing()));
  EXPECT_EQ(Header(mail, "Subject"), "=?UTF-8?B?" + Base64("Gr\xC3\xBC\xC3\x9F Bcc: x@y") + "?=");
  EXPECT_EQ(Header(mail, "Reply-To"), "r@example.org");
  EXPECT_TRUE(Header(mail, "Content-Type").starts_with("multipart/alternative"));
  EXPECT_EQ(mail.find("Bad Name"), std::string::npos);
  EXPECT_NE(mail.find("\r\n\r\nonly this\r\n--"), std::string::npos);
  EXPECT_EQ(mail.find("text/html"), std::string::npos);
}

TEST_F(EmailTest, RefusesAddressesThatAreNone) {
  receiver().email[0].to = Own("nobody");
  const auto request = samples::Make(config_, "email")
                           ->Compose(samples::Firing(), samples::Context(samples::Firing()));
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(request.error().message, "to: not a mail address: \"nobody\"");
}

TEST_F(EmailTest, MarksOnlyCriticalOnesUrgent) {
  EXPECT_EQ(Header(Mail(Compose("email", samples::Firing())), "Importance"), "high");
  EXPECT_EQ(Header(Mail(Compose("email", samples::Resolved())), "Importance"), "");
}

TEST_F(WebhookTest, IsReadByAReceiverOfAlertmanager) {
  for (const samples::Named& sample : samples::All()) {
    const auto parsed =
        ParseWebhook(samples::Body(Compose("webhook", sample.message)), sample.message.at);
    ASSERT_TRUE(parsed) << sample.name;
    EXPECT_EQ(parsed->receiver, "team.x");
    EXPECT_EQ(parsed->status, sample.message.status);
    EXPECT_EQ(parsed->group_key, sample.message.group_key);
    EXPECT_EQ(parsed->alerts.size(), sample.message.alerts.size());
    if (sample.name == "hostile") continue;  // invalid bytes are replaced
    EXPECT_EQ(parsed->alerts, sample.message.alerts) << sample.name;
    EXPECT_EQ(parsed->common_labels, sample.message.common_labels);
    EXPECT_EQ(parsed->common_annotations, sample.message.common_annotations);
  }
}

TEST_F(WebhookTest, TruncatesAndSaysSo) {
  receiver().webhook[0].max_alerts = 5;
  const JsonAnswer sent(samples::Body(Compose("webhook", samples::Many())));
  EXPECT_EQ(sent.Elements({"alerts"}).size(), 5U);
  EXPECT_EQ(sent.Integer({"truncatedAlerts"}), 38);
}

TEST_F(WebhookTest, CarriesOurObjectBesideButNotInTheShortForm) {
  const JsonAnswer sent(samples::Body(Compose("webhook", samples::Anomalous())));
  EXPECT_EQ(sent.Text({"promwarden", "incident", "uid"}), "7Q2M4T8ZK1B3C");
  EXPECT_EQ(sent.Number({"promwarden", "anomaly", "observed"}), 0.34);
  EXPECT_EQ(sent.Bool({"promwarden", "may_be_duplicate"}), true);
  const std::string plain = samples::Body(Compose("webhook", samples::Anomalous(), true));
  EXPECT_EQ(plain.find("promwarden"), std::string::npos);
}

TEST_F(WebhookTest, HoldsNoMarkup) {
  const std::string body = samples::Body(Compose("webhook", samples::Hostile()));
  EXPECT_EQ(body.find_first_of("<>&"), std::string::npos);
}

TEST_F(WebhookTest, SignsOnlyWithASecret) {
  const auto headers = [this] {
    return std::get<ChannelHttpRequest>(Compose("webhook", samples::Firing())).headers;
  };
  ASSERT_EQ(headers().size(), 4U);
  EXPECT_EQ(headers()[1].second, samples::Firing().delivery_key);
  receiver().webhook[0].signing_secret = Secret();
  EXPECT_EQ(headers().size(), 1U);
}

TEST_F(WebhookTest, ClosesAtGone) {
  EXPECT_EQ(Judge("webhook", 410, "").outcome, Outcome::kRefusedDestination);
  EXPECT_EQ(Judge("webhook", 404, "").outcome, Outcome::kRefusedContent);
}

TEST_F(WebhookTest, TakesItsOwnTimeout) {
  receiver().webhook[0].timeout = std::chrono::seconds(3);
  EXPECT_EQ(std::get<ChannelHttpRequest>(Compose("webhook", samples::Firing())).timeout,
            std::chrono::seconds(3));
  receiver().webhook[0].timeout = {};
  config_.delivery.timeout = std::chrono::seconds(8);
  EXPECT_EQ(std::get<ChannelHttpRequest>(Compose("webhook", samples::Firing())).timeout,
            std::chrono::seconds(8));
}

}  // namespace
}  // namespace warden
