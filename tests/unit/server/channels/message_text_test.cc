// SPDX-License-Identifier: Apache-2.0
#include "server/channels/message_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "server/channels/markup.h"
#include "server/channels/text.h"
#include "tests/unit/server/channels/samples.h"

namespace warden {
namespace {

std::string Headline(const Message& message) {
  return BuildMessageText(message, Config{}).headline;
}

std::string Fact(const MessageText& text, std::string_view name) {
  for (const TextFact& fact : text.facts) {
    if (fact.name == name) return fact.value;
  }
  return {};
}

Message With(std::vector<promql::LabelSet> label_sets) {
  Message message = samples::Firing();
  message.alerts.clear();
  for (promql::LabelSet& labels : label_sets) {
    Alert alert;
    alert.labels = std::move(labels);
    alert.starts_at = message.at - std::chrono::minutes(1);
    message.alerts.push_back(std::move(alert));
  }
  message.common_labels = CommonLabels(message.alerts);
  message.common_annotations = CommonAnnotations(message.alerts);
  return message;
}

TEST(Headline, SaysStatusSeverityWhatAndWhere) {
  EXPECT_EQ(Headline(samples::Firing()),
            "[FIRING] critical: HighErrorRate · prod-eu · checkout · web-1:9100");
  EXPECT_EQ(Headline(samples::Resolved()),
            "[RESOLVED] critical: HighErrorRate · prod-eu · checkout · web-1:9100, lasted 22m");
  EXPECT_EQ(Headline(samples::Many()),
            "[FIRING] critical: HighErrorRate · prod-eu · checkout (40 firing, 3 resolved)");
}

TEST(Headline, CountsOtherNames) {
  EXPECT_EQ(Headline(With({{{"alertname", "A"}}, {{"alertname", "B"}}, {{"alertname", "A"}}})),
            "[FIRING] A and 1 other (3 alerts)");
  EXPECT_EQ(Headline(With({{{"alertname", "A"}, {"team", "x"}}})), "[FIRING] A");
}

TEST(Headline, WorksWithoutNamePlaceAndAlerts) {
  EXPECT_EQ(Headline(With({{{"foo", "bar"}}})), "[FIRING] unnamed alert");
  EXPECT_EQ(Headline(With({})), "[FIRING] unnamed alert");
  Message message = With({{{"foo", "bar"}}});
  message.group_labels = {{"foo", "bar"}, {"severity", "x"}};
  EXPECT_EQ(Headline(message), "[FIRING] unnamed alert · foo=bar");
  message.common_annotations = {{"summary", "the\nfire"}};
  EXPECT_EQ(Headline(message), "[FIRING] the fire · foo=bar");
}

TEST(Headline, ShowsASeverityThatNobodyKnows) {
  EXPECT_EQ(Headline(With({{{"alertname", "A"}, {"severity", "sev7"}}})), "[FIRING] sev7: A");
}

TEST(Headline, DoesNotCallResolvedWhatNobodySaidIsOver) {
  Message message = samples::Resolved();
  for (Alert& alert : message.alerts) alert.ends_at.reset();
  EXPECT_TRUE(Headline(message).starts_with("[EXPIRED] critical: HighErrorRate"))
      << Headline(message);
  EXPECT_NE(BuildMessageText(message, Config{})
                .note.find("1 alert was not reported any more and taken as over"),
            std::string::npos);
  message.alerts.clear();
  EXPECT_TRUE(Headline(message).starts_with("[RESOLVED]"));
}

TEST(Headline, MarksTests) {
  Message message = samples::Firing();
  message.reason = NotifyReason::kTest;
  EXPECT_TRUE(Headline(message).starts_with("[TEST] [FIRING] critical: HighErrorRate"));
  EXPECT_EQ(BuildMessageText(message, Config{}).level, TextLevel::kTest);
}

TEST(Headline, NeverRepeatsAPlace) {
  EXPECT_EQ(Headline(With({{{"alertname", "A"}, {"namespace", "x"}, {"service", "x"}}})),
            "[FIRING] A · x");
}

TEST(MessageText, TellsSinceWhenAndHowLong) {
  const Config config;
  EXPECT_EQ(Fact(BuildMessageText(samples::Firing(), config), "Since"),
            "2026-11-21 02:57 UTC (4m)");
  EXPECT_EQ(Fact(BuildMessageText(samples::Resolved(), config), "Lasted"),
            "2026-11-21 02:57 UTC – 03:20 UTC (22m)");
  Message message = samples::Resolved();
  message.alerts[0].starts_at = samples::At("2026-11-19T23:00:00Z");
  EXPECT_EQ(Fact(BuildMessageText(message, config), "Lasted"),
            "2026-11-19 23:00 UTC – 2026-11-21 03:20 UTC (1d 4h)");
}

TEST(MessageText, NeverEndsInTheFuture) {
  Message message = samples::Resolved();
  message.alerts[0].ends_at = message.at + std::chrono::hours(1);
  EXPECT_EQ(EndOf(message), message.at);
}

TEST(MessageText, ListsOnlyWhatTellsAlertsApart) {
  const MessageText text = BuildMessageText(samples::Many(), Config{});
  ASSERT_EQ(text.alerts.size(), 43U);
  EXPECT_EQ(text.alerts[0].labels, "instance=web-1:9100");
  EXPECT_EQ(text.alerts[0].detail,
            "since 02:57 UTC (33m): 5% of checkout requests fail on web-1:9100");
  EXPECT_EQ(text.alerts[42].status, AlertStatus::kResolved);
  EXPECT_TRUE(text.alerts[42].detail.starts_with("resolved 03:29 UTC after 10m"));
  EXPECT_EQ(Fact(text, "Muted"), "2 more firing, not shown");
  EXPECT_TRUE(BuildMessageText(samples::Firing(), Config{}).alerts.empty());
}

TEST(MessageText, ListsNoMoreThanAnybodyReads) {
  Message message = samples::Firing();
  message.alerts.resize(2000, message.alerts[0]);
  const MessageText text = BuildMessageText(message, Config{});
  EXPECT_EQ(text.alerts.size(), kMostTextAlerts);
  EXPECT_EQ(text.left_out, 2000 - kMostTextAlerts);
  EXPECT_NE(RenderBody(Shrink(text, {3, 100, 100, 100, 100}), kPlainMarkup).find("and 1997 more"),
            std::string::npos);
}

TEST(MessageText, ShowsTheValueAnnotations) {
  Message message = samples::Firing();
  message.common_annotations.Set("value", "34%");
  message.common_annotations.Set("threshold", "1%");
  const MessageText text = BuildMessageText(message, Config{});
  EXPECT_EQ(Fact(text, "Value"), "34%");
  EXPECT_EQ(Fact(text, "Threshold"), "1%");
}

TEST(MessageText, SaysWhyItComesAgain) {
  const Config config;
  EXPECT_EQ(BuildMessageText(samples::Firing(), config).note, "incident 7Q2M4T8ZK1B3C, message 1");
  Message message = samples::Firing();
  message.reason = NotifyReason::kRepeat;
  message.may_be_duplicate = true;
  EXPECT_EQ(BuildMessageText(message, config).note,
            "incident 7Q2M4T8ZK1B3C, message 1: repeat interval elapsed; "
            "may repeat a message that arrived before");
}

TEST(Links, LeaveOutWhatIsNoWebAddress) {
  const std::vector<TextLink> links = LinksOf(samples::Hostile(), samples::EveryChannel());
  std::vector<std::string> titles;
  for (const TextLink& link : links) titles.push_back(link.title);
  EXPECT_EQ(titles, (std::vector<std::string>{"Incident", "Silence"}));
  EXPECT_EQ(links[0].url, "https://warden.example.org/incidents/7Q2M4T8ZK1B3C");
}

TEST(Links, PointToTheDashboardOfTheAlert) {
  Message message = samples::Firing();
  message.common_annotations.Set("dashboard_uid", "svc_1-a");
  message.common_annotations.Set("panel_id", "5");
  const std::vector<TextLink> links = LinksOf(message, samples::EveryChannel());
  ASSERT_GE(links.size(), 2U);
  EXPECT_EQ(links[1].title, "Grafana");
  EXPECT_EQ(links[1].url, "https://grafana.example.org/g/d/svc_1-a?viewPanel=5");
}

TEST(Links, OfferNoSilenceWhenAllIsOver) {
  for (const TextLink& link : LinksOf(samples::Resolved(), samples::EveryChannel())) {
    EXPECT_NE(link.title, "Silence");
  }
}

TEST(AnomalySentence, SaysObservedExpectedAndHowUnusual) {
  AnomalyVerdict verdict = *samples::Anomalous().anomaly;
  EXPECT_EQ(AnomalySentence(verdict),
            "observed 0.34, expected 0.01–0.03, 12 sigmas above "
            "(critical, holt_winters, confidence 93 %)");
  verdict.deviation = -3.14;
  verdict.lower = -2;
  verdict.confidence = 0;
  EXPECT_EQ(AnomalySentence(verdict),
            "observed 0.34, expected -2 to 0.03, 3.1 sigmas below (critical, holt_winters)");
  verdict.anomalous = false;
  EXPECT_EQ(AnomalySentence(verdict),
            "within what is usual: observed 0.34, expected -2 to 0.03 (holt_winters)");
}

TEST(AnomalySentence, NamesTheThreshold) {
  AnomalyVerdict verdict = *samples::Anomalous().anomaly;
  verdict.threshold = {">", 0.1};
  EXPECT_EQ(AnomalySentence(verdict),
            "observed 0.34, alert above 0.1, expected 0.01–0.03, 12 sigmas above "
            "(critical, holt_winters, confidence 93 %)");
  const std::pair<std::string, std::string> texts[] = {{">=", "alert at 2 or above"},
                                                       {"<", "alert below 2"},
                                                       {"<=", "alert at 2 or below"},
                                                       {"==", "alert at 2"},
                                                       {"!=", "alert at all but 2"}};
  for (const auto& [comparison, text] : texts) {
    verdict.threshold = {comparison, 2};
    EXPECT_NE(AnomalySentence(verdict).find(", " + text + ","), std::string::npos) << comparison;
  }
}

TEST(AnomalySentence, CopesWithHalfABandAndInfinity) {
  AnomalyVerdict verdict = *samples::Anomalous().anomaly;
  verdict.lower = -std::numeric_limits<double>::infinity();
  verdict.deviation = std::numeric_limits<double>::infinity();
  EXPECT_EQ(AnomalySentence(verdict),
            "observed 0.34, expected at most 0.03 (critical, holt_winters, confidence 93 %)");
}

TEST(AnomalySentence, TellsSinceWhenAndWhoElse) {
  AnomalyVerdict verdict = *samples::Anomalous().anomaly;
  verdict.knows_the_hour = true;
  verdict.confidence = 0;
  const Instant at{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + std::chrono::hours{13}};
  verdict.course = {at, at + std::chrono::minutes{20}, 0.52};
  verdict.siblings = 12;
  EXPECT_EQ(AnomalySentence(verdict),
            "observed 0.34, normally 0.01–0.03 at this hour, 12 sigmas above, since 13:00 UTC, "
            "farthest at 13:20 UTC with 0.52 (critical, holt_winters); all 12 other series are as "
            "usual");
  verdict.course = {at, at, 0.34};
  verdict.deviating = {{{{"instance", "b"}}, 0.2, 8}, {{}, 0.1, 5}};
  EXPECT_EQ(AnomalySentence(verdict),
            "observed 0.34, normally 0.01–0.03 at this hour, 12 sigmas above, since 13:00 UTC "
            "(critical, holt_winters); of 12 other series unusual too: instance=b at 0.2; {} at "
            "0.1");
}

TEST(AnomalySentence, GivesTheReasonWhenNothingCouldBeSaid) {
  AnomalyVerdict verdict;
  verdict.summary = "no data for\nthis query";
  EXPECT_EQ(AnomalySentence(verdict), "no data for this query");
}

TEST(Shrink, BarestRoomLeavesHeadlineAndNote) {
  const MessageText whole = BuildMessageText(samples::Overlong(), samples::EveryChannel());
  const std::string bare = RenderAll(Shrink(whole, kTextRooms.back()), kSlackMarkup);
  EXPECT_TRUE(bare.starts_with("🔴 *[FIRING] critical: HighErrorRate")) << bare;
  EXPECT_LT(Utf16Length(RenderAll(Shrink(whole, kTextRooms.back()), kPlainMarkup)), 450U);
}

TEST(Shrink, RoomsOnlyGetSmaller) {
  for (std::size_t i = 1; i < kTextRooms.size(); ++i) {
    EXPECT_LE(kTextRooms[i].alerts, kTextRooms[i - 1].alerts);
    EXPECT_LE(kTextRooms[i].description, kTextRooms[i - 1].description);
    EXPECT_LE(kTextRooms[i].link_bytes, kTextRooms[i - 1].link_bytes);
  }
}

TEST(Markup, ShowsResolvedInGreen) {
  const MessageText text = BuildMessageText(samples::Resolved(), Config{});
  EXPECT_EQ(Emoji(text.level), "🟢");
  EXPECT_EQ(Colour(text.level), "#17B26A");
}

}  // namespace
}  // namespace warden
