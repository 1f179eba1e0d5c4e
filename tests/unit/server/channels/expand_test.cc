// SPDX-License-Identifier: Apache-2.0
#include "server/channels/expand.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "server/channels/json.h"
#include "tests/unit/server/channels/samples.h"

namespace warden {
namespace {

TemplateText Field(std::string text) {
  TemplateText field;
  field.text = std::move(text);
  field.is_set = true;
  return field;
}

std::string Expanded(const Message& message, std::string text,
                     DataEscape escape = DataEscape::kNone) {
  const Config config = samples::EveryChannel();
  return Expander(message, config, escape).Text(Field(std::move(text)), "built in");
}

TEST(Expander, TakesOwnTextsAndFillsInTheOthers) {
  const Config config;
  const Message message = samples::Firing();
  const Expander expand(message, config);
  EXPECT_EQ(expand.Text(TemplateText{}, "built in"), "built in");
  EXPECT_EQ(expand.Text(Field("mine"), "built in"), "mine");
  EXPECT_EQ(expand.Text(Field(""), "built in"), "") << "set to nothing is set";
  EXPECT_FALSE(expand.IsOwn(TemplateText{}));
  EXPECT_TRUE(expand.IsOwn(Field("mine")));
}

TEST(Expander, GivesAlertmanagersData) {
  const Message many = samples::Many();
  EXPECT_EQ(Expanded(many,
                     "{{ .CommonLabels.alertname }} {{ .Alerts.Firing | len }}"
                     "/{{ .Alerts | len }} {{ .Status | toUpper }} {{ .Receiver }}"),
            "HighErrorRate 40/43 FIRING team\\.x");
  EXPECT_EQ(Expanded(samples::Firing(),
                     "{{ (index .Alerts 0).StartsAt.Format \"15:04:05.00\" }} {{ .ExternalURL }} "
                     "{{ .GroupLabels.SortedPairs.Values | join \",\" }} "
                     "{{ (index .Alerts 0).Fingerprint }} {{ .NotificationReason }}"),
            "02:57:13.25 https://alertmanager.example.org HighErrorRate " +
                promql::FingerprintText(samples::Firing().alerts[0].fingerprint) +
                " first notification");
}

TEST(Expander, KnowsTheBuiltInTemplates) {
  EXPECT_EQ(Expanded(samples::Many(), R"({{ template "slack.default.title" . }})"),
            "[FIRING:40] HighErrorRate (prod-eu api checkout critical)");
}

TEST(Expander, ReadsTheFilesOfTheConfiguration) {
  const std::string path = testing::TempDir() + "promwarden_expand_test.tmpl";
  std::ofstream(path) << R"({{ define "ours" }}[{{ .Status }}]{{ end }})";
  Config config;
  config.templates = {testing::TempDir() + "promwarden_expand_*.tmpl", "/nonexistent/*.tmpl"};
  const Message message = samples::Firing();
  EXPECT_EQ(Expander(message, config).Text(Field(R"({{ template "ours" . }})"), ""), "[firing]");
  (void)std::remove(path.c_str());
}

TEST(Expander, FallsBackToTheBuiltInText) {
  for (const char* bad :
       {"{{", "{{ .Nope.x }}", "{{ template \"nobody\" . }}", "{{ index .Alerts 9 }}",
        "{{ range }}", "{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}"}) {
    EXPECT_EQ(Expanded(samples::Firing(), bad), "built in") << bad;
  }
}

TEST(Expander, MakesDataHarmlessWhereItMatters) {
  const std::string text = "<b>{{ .CommonAnnotations.summary }}</b>";
  EXPECT_EQ(Expanded(samples::Hostile(), text, DataEscape::kHtml),
            "<b>&lt;@U123&gt; &lt;#C1|x&gt; &lt;!here&gt; @here &lt;img src=x onerror=y&gt;</b>");
  EXPECT_EQ(Expanded(samples::Hostile(),
                     "<a href=\"/?q={{ .CommonAnnotations.summary }}\" {{ \"onclick\" }}=\"1\">"
                     "{{ safeHtml \"<i>\" }}",
                     DataEscape::kHtml),
            "<a href=\"/?q=%3c%40U123%3e%20%3c%23C1%7cx%3e%20%3c%21here%3e%20%40here%20"
            "%3cimg%20src%3dx%20onerror%3dy%3e\" ZgotmplZ=\"1\"><i>");
  EXPECT_EQ(Expanded(samples::Hostile(), "<a href={{ .Status }}", DataEscape::kHtml), "built in")
      << "where it ends is no place for more";
  EXPECT_EQ(Expanded(samples::Hostile(), "<!channel> " + text, DataEscape::kSlack),
            "<!channel> <b>&lt;@U123> &lt;#C1|x> &lt;!here> @here <img src=x onerror=y></b>")
      << "the user's own ping stays";
  EXPECT_EQ(Expanded(samples::Hostile(), "{{ (index .Alerts 0).GeneratorURL }}"), "");
}

TEST(Expander, MakesTheWordsOfChannels) {
  Config config = samples::EveryChannel();
  Receiver& receiver = config.receivers[0];
  receiver.slack[0].title = Field("{{ .CommonLabels.service }}");
  receiver.slack[0].text = Field("{{ broken");
  receiver.telegram[0].message = Field("{{ if eq .Status \"resolved\" }}over{{ end }}");
  receiver.email[0].headers["Subject"] = Field("{{ .Status }} {{ .CommonLabels.service }}");
  receiver.webhook[0].url = Secret::Inline("https://hook.example/{{ .CommonLabels.service }}");
  receiver.webhook[0].is_url_template = true;
  receiver.webhook[0].payload = R"({"n":1,"a":["{{ .Status }}",{"b":"x<{{ .Receiver }}"}]})";
  const Message message = samples::Firing();
  const auto compose = [&](std::string_view kind) {
    auto request = samples::Make(config, kind)->Compose(message, samples::Context(message));
    EXPECT_TRUE(request) << (request ? "" : request.error().message);
    return *std::move(request);
  };
  const JsonAnswer slack(samples::Body(compose("slack")));
  const auto attachments = slack.Elements({"attachments"});
  EXPECT_EQ(attachments.front().Text({"title"}), "checkout");
  EXPECT_TRUE(attachments.front().Text({"text"}).starts_with("*5% of checkout")) << "built in";
  EXPECT_TRUE(JsonAnswer(samples::Body(compose("telegram"))).Text({"text"}).starts_with("🔴"))
      << "an empty text is no message";
  EXPECT_NE(samples::Body(compose("email")).find("\r\nSubject: firing checkout\r\n"),
            std::string::npos);
  const auto webhook = std::get<ChannelHttpRequest>(compose("webhook"));
  EXPECT_EQ(webhook.url, "https://hook.example/checkout");
  EXPECT_EQ(webhook.body, "{\"n\":1,\"a\":[\"firing\",{\"b\":\"x<team\\\\.x\"}]}\n");
}

TEST(Expander, LetsNoLabelChooseAnotherScheme) {
  Config config = samples::EveryChannel();
  config.receivers[0].webhook[0].url = Secret::Inline("{{ .CommonAnnotations.runbook_url }}");
  config.receivers[0].webhook[0].is_url_template = true;
  const Message message = samples::Hostile();
  const auto request =
      samples::Make(config, "webhook")->Compose(message, samples::Context(message));
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace warden
