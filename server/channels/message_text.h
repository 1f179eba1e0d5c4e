// SPDX-License-Identifier: Apache-2.0
// The words of a message, once for all channels: status, severity, what and where in one line, then
// what people need at night. Neutral: cleaned text (text.h) that is not escaped for anything yet;
// markup.h turns it into Slack's, Discord's, Telegram's or HTML's form. Pure values; safe from any
// thread.
//
//   Message ─ BuildMessageText ─▶ MessageText ─ Shrink(room) ─▶ MessageText ─ markup ─▶ bytes
//                                      ▲ too long for the channel: less room │
//                                      └─────────────────────────────────────┘
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "server/alert/notification.h"
#include "server/config/config.h"

namespace warden {

// What decides colour and mark.
enum class TextLevel : std::uint8_t { kResolved, kTest, kInfo, kWarning, kError, kCritical };

struct TextFact {
  std::string name;
  std::string value;
};

// One alert of several.
struct TextAlert {
  AlertStatus status = AlertStatus::kFiring;
  std::string labels;  // those that tell it from the others: `instance=web-1, mode=idle`
  std::string detail;  // `since 02:57 UTC (4m): what its annotations say`
};

// No message lists more.
inline constexpr std::size_t kMostTextAlerts = 512;

struct TextLink {
  std::string title;
  std::string url;  // passes IsWebLink
};

struct MessageText {
  TextLevel level = TextLevel::kWarning;
  std::string headline;     // `[FIRING] critical: HighErrorRate · prod-eu · checkout (3 alerts)`
  std::string summary;      // one line
  std::string description;  // may have several lines
  std::vector<TextFact> facts;
  std::vector<TextAlert> alerts;  // empty for a lone alert: its labels are a fact; firing first
  std::size_t firing = 0;
  std::size_t resolved = 0;
  std::size_t left_out = 0;  // alerts that are not listed for want of room
  std::vector<TextLink> links;
  std::string note;  // small print: incident, message number, doubts
};

[[nodiscard]] MessageText BuildMessageText(const Message& message, const Config& config);

// `observed 0.34, expected 0.01–0.03, 12 sigmas above (critical, holt_winters, …)`, cleaned.
[[nodiscard]] std::string AnomalySentence(const AnomalyVerdict& verdict);

// The links alone: runbook, graph, dashboard, incident page, silence form. At most one of a kind.
[[nodiscard]] std::vector<TextLink> LinksOf(const Message& message, const Config& config);

// The first of these that says something, on one line; empty when none does.
[[nodiscard]] std::string FirstLine(const promql::LabelSet& set,
                                    std::initializer_list<std::string_view> names);

// From the first start to the last end (or `message.at` while something fires).
[[nodiscard]] Instant StartOf(const Message& message);
[[nodiscard]] Instant EndOf(const Message& message);

// How much may stand in a message.
struct TextRoom {
  std::size_t alerts = 25;
  std::size_t description = 1500;  // UTF-16 units, as the others
  std::size_t summary = 500;
  std::size_t fact = 600;         // each
  std::size_t link_bytes = 2400;  // all
};

// From generous to bare; the last leaves the headline and the note, together below 450 units.
inline constexpr std::array<TextRoom, 9> kTextRooms = {{{25, 1500, 500, 600, 2400},
                                                        {20, 1200, 500, 500, 2400},
                                                        {15, 1000, 400, 400, 2400},
                                                        {10, 700, 300, 300, 2400},
                                                        {7, 500, 300, 300, 1800},
                                                        {5, 300, 200, 200, 1200},
                                                        {3, 150, 200, 120, 600},
                                                        {1, 0, 150, 80, 300},
                                                        {0, 0, 0, 0, 0}}};

// The picture of the metric: whether there is one, what it is called as a file, what it shows for
// those who cannot see it.
[[nodiscard]] inline bool HasChart(const Message& message) {
  return message.anomaly && message.anomaly->chart;
}
inline constexpr std::string_view kChartFile = "chart.png";
[[nodiscard]] std::string ChartAltText(const Message& message);

[[nodiscard]] MessageText Shrink(const MessageText& text, const TextRoom& room);

// The most generous of kTextRooms whose rendering `Fits` accepts; the bare one when none does.
template <class Render, class Fits>
[[nodiscard]] auto RenderToFit(const MessageText& text, const Render& render, const Fits& fits) {
  for (const TextRoom& room : kTextRooms) {
    auto rendered = render(Shrink(text, room));
    if (fits(rendered)) return rendered;
  }
  return render(Shrink(text, kTextRooms.back()));
}

}  // namespace warden
