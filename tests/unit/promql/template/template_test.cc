// SPDX-License-Identifier: Apache-2.0
#include "promql/template/template.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "promql/template/alertmanager.h"
#include "promql/template/prometheus.h"

namespace promql::tmpl {
namespace {

std::expected<std::string, Problem> Expand(std::string_view text, const Limits& limits = {},
                                           const Value& data = {}) {
  const auto parsed = Template::Parse(text, GoDialect());
  if (!parsed) return std::unexpected(parsed.error());
  return parsed->Execute(data, {}, limits);
}

TEST(Limits, EndTemplatesThatCallThemselves) {
  const auto output = Expand(R"({{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }})");
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().message, "templates call each other too deeply");
}

TEST(Limits, LetDeepButFiniteCallsThrough) {
  const auto output = Expand(
      R"({{ define "x" }}{{ if . }}{{ template "x" (slice . 1) }}{{ else }}end{{ end }}{{ end }})"
      R"({{ template "x" (printf "%50000d" 1) }})");
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(*output, "end");
}

TEST(Limits, EndLoopsByTheirSteps) {
  Limits limits;
  limits.steps = 1000;
  const auto output = Expand("{{ range 2000 }}{{ end }}", limits);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().message, "takes too many steps");
  EXPECT_TRUE(Expand("{{ range 900 }}{{ end }}", limits));
}

TEST(Limits, EndLoopsAtTheDeadline) {
  Limits limits;
  limits.deadline = std::chrono::steady_clock::now();
  const auto output = Expand("{{ range 1000000 }}{{ end }}", limits);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().message, "takes too long");
}

TEST(Limits, EndOutputThatGrows) {
  Limits limits;
  limits.output_bytes = 1000;
  const auto output = Expand("{{ range 100 }}0123456789abcdef{{ end }}", limits);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().message, "writes too much");
  EXPECT_TRUE(Expand("{{ range 10 }}0123456789abcdef{{ end }}", limits));
}

TEST(Limits, EndValuesThatGrow) {
  Limits limits;
  limits.memory_bytes = 1U << 20U;
  const auto output =
      Expand(R"({{ $x := "a" }}{{ range 40 }}{{ $x = print $x $x }}{{ end }})", limits);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().message, "needs too much memory");
}

TEST(Limits, EndListsThatHoldThemselvesManyTimes) {
  const auto run = [](std::string_view last) {
    const std::string text =
        "{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}" + std::string(last);
    const auto parsed = Template::Parse(text, AlertmanagerDialect());
    return parsed->Execute({}, {});
  };
  EXPECT_EQ(run("{{ toJson $x }}").error().message, "toJson: JSON cannot hold this value");
  const auto shown = run("{{ $x }}{{ 1 }}");
  EXPECT_TRUE(!shown || shown->size() < (64U << 20U));
  EXPECT_TRUE(run("{{ len $x }}"));
}

TEST(Limits, EndReplacementsAndJoinsThatGrow) {
  const auto run = [](std::string_view last) {
    const std::string text = "{{ $x := printf \"%900000d\" 1 }}" + std::string(last);
    return Template::Parse(text, AlertmanagerDialect())->Execute({}, {});
  };
  EXPECT_FALSE(run("{{ reReplaceAll \"\" $x $x }}"));
  EXPECT_TRUE(run("{{ reReplaceAll \" \" \"ab\" $x | len }}"));
  EXPECT_FALSE(
      run("{{ $l := stringSlice \"\" }}{{ range 8 }}{{ $l = stringSlice $x $x $x $x $x $x $x $x "
          "}}{{ end }}"
          "{{ join $x $l | join $x | len }}"));
}

TEST(Limits, RefuseNestingBeyondReason) {
  std::string open;
  std::string close;
  for (int i = 0; i < 2000; ++i) {
    open += "{{ if true }}";
    close += "{{ end }}";
  }
  EXPECT_FALSE(Expand(open + close));
  EXPECT_FALSE(Expand("{{ " + std::string(2000, '(') + "1" + std::string(2000, ')') + " }}"));
  EXPECT_EQ(Expand("{{ " + std::string(500, '(') + "1" + std::string(500, ')') + " }}"), "1");
}

TEST(MissingKeys, FollowThePolicy) {
  Arena arena;
  const Value data = Value::Map(kMapType, {}, arena);
  const auto run = [&data](std::string_view text, MissingKey policy) {
    const auto output = Template::Parse(text, GoDialect())->Execute(data, {}, {}, policy);
    return output ? *output : "failed";
  };
  EXPECT_EQ(run("{{ .x }}", MissingKey::kZero), "<no value>");
  EXPECT_EQ(run("{{ .x.y }}", MissingKey::kZero), "failed");
  EXPECT_EQ(run("{{ .x.y }}", MissingKey::kDefault), "<no value>");
  EXPECT_EQ(run("{{ .x }}", MissingKey::kError), "failed");
}

TEST(Libraries, LetLaterFilesWinButBlankOnesReplaceNothing) {
  Library base(GoDialect());
  ASSERT_TRUE(base.Add(R"({{ define "a" }}base{{ end }}{{ define "b" }}base{{ end }})"));
  Library library(GoDialect(), &base);
  ASSERT_TRUE(library.Add(
      R"({{ define "a" }}file{{ end }}{{ define "b" }} {{/* none */}} {{ end }})", "f.tmpl"));
  const auto run = [&library](std::string_view text) {
    return Template::Parse(text, GoDialect(), &library)->Execute({}, {}).value_or("failed");
  };
  EXPECT_EQ(run(R"({{ template "a" }} {{ template "b" }})"), "file base");
  EXPECT_EQ(run(R"({{ define "a" }}own{{ end }}{{ template "a" }})"), "own");
  EXPECT_EQ(run(R"({{ template "none" }})"), "failed");
  const auto broken = library.Add("{{ define");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().phase, Phase::kParse);
  EXPECT_EQ(library.Names(), (std::vector<std::string_view>{"", "a", "b", "f.tmpl"}));
}

TEST(Templates, RunManyTimesAndOnManyThreads) {
  const auto parsed =
      Template::Parse("{{ $labels.job }}={{ $value | humanize }}", PrometheusDialect());
  ASSERT_TRUE(parsed);
  const auto run = [&parsed](int number) {
    const LabelSet labels{{"job", "j" + std::to_string(number)}};
    for (int i = 0; i < 200; ++i) {
      Arena arena;
      RuleData data;
      data.labels = &labels;
      data.value = number * 1000.0;
      EXPECT_EQ(parsed->Execute(PrometheusData(data, arena), {}).value_or("failed"),
                "j" + std::to_string(number) + "=" + std::to_string(number) + "k");
    }
  };
  std::thread one(run, 1);
  std::thread two(run, 2);
  one.join();
  two.join();
}

TEST(Templates, SurviveBeingMoved) {
  auto parsed = Template::Parse(R"({{ define "x" }}moved{{ end }}{{ template "x" }})", GoDialect());
  ASSERT_TRUE(parsed);
  const Template moved = *std::move(parsed);
  EXPECT_EQ(moved.Execute({}, {}).value_or("failed"), "moved");
}

TEST(Webhooks, BecomeNotifications) {
  Arena arena;
  const MapEntry labels[] = {{"alertname", Value::String("A")}};
  const MapEntry alert[] = {{"labels", Value::Map(kMapType, labels, arena)},
                            {"startsAt", Value::String("2024-01-02T03:04:05Z")},
                            {"status", Value::String("firing")}};
  const Value alerts[] = {Value::Map(kMapType, alert, arena)};
  const MapEntry body[] = {{"alerts", Value::Slice(kListType, alerts, arena)},
                           {"version", Value::String("4")}};
  const auto notification = NotificationFromWebhook(Value::Map(kMapType, body, arena));
  ASSERT_TRUE(notification);
  ASSERT_EQ(notification->alerts.size(), 1U);
  EXPECT_EQ(notification->alerts[0].labels.Get("alertname"), "A");
  EXPECT_EQ(notification->alerts[0].starts_at.seconds, 1704164645);
  EXPECT_EQ(notification->alerts[0].ends_at.seconds, Time{}.seconds);
}

TEST(Webhooks, WithWrongPartsAreRefused) {
  Arena arena;
  const MapEntry wrong_type[] = {{"status", Value::Int(1)}};
  EXPECT_FALSE(NotificationFromWebhook(Value::Map(kMapType, wrong_type, arena)));
  const MapEntry alert[] = {{"startsAt", Value::String("yesterday")}};
  const Value alerts[] = {Value::Map(kMapType, alert, arena)};
  const MapEntry wrong_time[] = {{"alerts", Value::Slice(kListType, alerts, arena)}};
  EXPECT_FALSE(NotificationFromWebhook(Value::Map(kMapType, wrong_time, arena)));
}

TEST(DefaultTemplateLibrary, HasATemplateForEveryChannelField) {
  const auto names = DefaultTemplates().Names();
  EXPECT_GE(names.size(), 60U);
  for (const std::string_view name :
       {"slack.default.title", "msteamsv2.default.text", "email.default.subject", "__subject"}) {
    EXPECT_NE(DefaultTemplates().Find(name), nullptr) << name;
  }
  EXPECT_EQ(DefaultTemplates().Find("slack.default.nope"), nullptr);
}

std::string Repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(TemplateHtml, KeepsWhatItBorrowsFrom) {
  auto parsed = std::make_unique<std::expected<Template, Problem>>(Template::ParseHtml(
      std::string("<a title='{{ \"<\" }}'>{{ template \"t\" . }}{{ define \"t\" }}x{{ end }}"),
      GoDialect()));
  ASSERT_TRUE(*parsed);
  const Template moved = *std::move(*parsed);
  parsed.reset();
  EXPECT_EQ(moved.Execute({}, {}), "<a title='&lt;'>x");
}

TEST(TemplateHtml, EndsOnHostileTexts) {
  std::string chain;
  for (int i = 0; i < 5'000; ++i) {
    chain += "{{ define \"" + std::to_string(i) + "\" }}<b>{{ template \"" + std::to_string(i + 1) +
             "\" . }}{{ end }}";
  }
  const std::vector<std::string> texts = {
      Repeated("{{ range . }}", 40) + "<b>" + Repeated("{{ end }}", 40),
      Repeated("{{ if . }}", 900) + "<b>" + Repeated("{{ end }}", 900),
      chain + "{{ template \"0\" . }}",
      "<script>" + Repeated("`${", 20'000) + "{{ . }}" + Repeated("{{ . }}", 2'000),
      "<script>" + Repeated("{'", 200'000),
      Repeated("<", 200'000),
      "<style>p{a:\"" + Repeated("\\3f", 200'000),
      Repeated("<script>\"", 50'000),
      "<a onclick=\"" + Repeated("&#", 200'000),
      "<meta content=\"" + Repeated("url ", 100'000),
  };
  for (const std::string& text : texts) {
    const auto before = std::chrono::steady_clock::now();
    const auto parsed = Template::ParseHtml(text, GoDialect());
    if (!parsed) {
      EXPECT_LE(parsed.error().span.end, text.size());
    }
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5))
        << text.substr(0, 60);
  }
}

}  // namespace
}  // namespace promql::tmpl
