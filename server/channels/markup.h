// SPDX-License-Identifier: Apache-2.0
// The dialects in which channels write: each escapes everything that strangers wrote and adds only
// its own marks. The order of a message's parts stands here once. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "server/channels/message_text.h"

namespace warden {

struct Markup {
  std::string (*text)(std::string_view);  // escaped, for running text
  std::string_view bold_on;
  std::string_view bold_off;
  std::string_view break_line;
  std::string (*link)(std::string_view title, std::string_view url);
  bool has_emoji = false;
};

extern const Markup kPlainMarkup;     // mail's text part, PagerDuty
extern const Markup kSlackMarkup;     // mrkdwn
extern const Markup kDiscordMarkup;   // Markdown
extern const Markup kTelegramMarkup;  // Telegram's HTML: line feeds stay
extern const Markup kHtmlMarkup;      // a browser's: Grafana's tooltips

// Escapers by themselves, for fields.
[[nodiscard]] std::string EscapeSlack(std::string_view text);
[[nodiscard]] std::string EscapeDiscord(std::string_view text);

// The first line, in bold, with a coloured mark where the dialect has emoji.
[[nodiscard]] std::string RenderHeadline(const MessageText& text, const Markup& markup);
// Summary, description, facts, alerts; may be empty.
[[nodiscard]] std::string RenderBody(const MessageText& text, const Markup& markup);
// `Runbook · Graph` in one line (plain: one a line with the address), then the note; may be empty.
[[nodiscard]] std::string RenderEnd(const MessageText& text, const Markup& markup);
// All three, one below the other.
[[nodiscard]] std::string RenderAll(const MessageText& text, const Markup& markup);

// `🔴`: critical and error red, warning orange, info blue, resolved green, test white.
[[nodiscard]] std::string_view Emoji(TextLevel level);
// The same as `#RRGGBB`.
[[nodiscard]] std::string_view Colour(TextLevel level);

}  // namespace warden
