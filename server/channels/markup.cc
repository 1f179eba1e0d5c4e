// SPDX-License-Identifier: Apache-2.0
#include "server/channels/markup.h"

#include "server/channels/text.h"

namespace warden {
namespace {

constexpr std::string_view kBullet = "\xE2\x80\xA2 ";
constexpr std::string_view kLinkDot = " \xC2\xB7 ";

std::string Same(std::string_view text) { return std::string(text); }

std::string ReplaceAll(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string PlainLink(std::string_view title, std::string_view url) {
  return std::string(title) + ": " + std::string(url);
}

// Links pass IsWebLink: no quotes, angle brackets, bars, blanks or backslashes.
std::string SlackLink(std::string_view title, std::string_view url) {
  return "<" + EscapeSlack(url) + "|" + EscapeSlack(title) + ">";
}

std::string DiscordLink(std::string_view title, std::string_view url) {
  std::string target = ReplaceAll(std::string(url), "(", "%28");
  target = ReplaceAll(std::move(target), ")", "%29");
  return "[" + EscapeDiscord(title) + "](" + target + ")";
}

std::string HtmlLink(std::string_view title, std::string_view url) {
  return "<a href=\"" + EscapeHtml(url) + "\">" + EscapeHtml(title) + "</a>";
}

std::string EscapeHtmlLines(std::string_view text) {
  return ReplaceAll(EscapeHtml(text), "\n", "<br/>");
}

class Lines {
 public:
  explicit Lines(const Markup& markup) : markup_(markup) {}

  void Add(std::string_view line) {
    if (line.empty()) return;
    if (!text_.empty()) text_ += markup_.break_line;
    text_ += line;
  }
  [[nodiscard]] std::string Bold(std::string_view text) const {
    return std::string(markup_.bold_on) + markup_.text(text) + std::string(markup_.bold_off);
  }
  [[nodiscard]] std::string Take() { return std::move(text_); }

 private:
  const Markup& markup_;
  std::string text_;
};

std::string SectionTitle(std::string_view name, std::size_t count) {
  return std::string(name) + " (" + std::to_string(count) + ")";
}

void AddAlerts(Lines& lines, const MessageText& text, const Markup& markup) {
  const auto add = [&](AlertStatus status, std::string_view name, std::size_t count) {
    bool has_title = false;
    for (const TextAlert& alert : text.alerts) {
      if (alert.status != status) continue;
      if (!has_title) lines.Add(lines.Bold(SectionTitle(name, count)));
      has_title = true;
      const std::string labels =
          alert.labels.empty() ? std::string() : lines.Bold(alert.labels) + " ";
      lines.Add(std::string(kBullet) + labels + markup.text(alert.detail));
    }
  };
  add(AlertStatus::kFiring, "Firing", text.firing);
  add(AlertStatus::kResolved, "Resolved", text.resolved);
  if (text.left_out > 0 && !text.alerts.empty()) {
    lines.Add(markup.text("\xE2\x80\xA6 and " + std::to_string(text.left_out) + " more"));
  }
}

}  // namespace

const Markup kPlainMarkup = {Same, "", "", "\n", PlainLink, false};
const Markup kSlackMarkup = {EscapeSlack, "*", "*", "\n", SlackLink, true};
const Markup kDiscordMarkup = {EscapeDiscord, "**", "**", "\n", DiscordLink, true};
const Markup kTelegramMarkup = {EscapeHtml, "<b>", "</b>", "\n", HtmlLink, true};
const Markup kHtmlMarkup = {EscapeHtmlLines, "<b>", "</b>", "<br/>", HtmlLink, false};

// Marks like `*` cannot be escaped there; they can only look odd.
std::string EscapeSlack(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// Mentions are switched off in the request, not here. A bracket is a link only with a parenthesis
// behind it; fewer backslashes, because phones show them.
std::string EscapeDiscord(std::string_view text) {
  constexpr std::string_view kMarks = "\\*_~`|<>#";
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts_line = i == 0 || text[i - 1] == '\n';
    const bool ends_title = text[i] == ']' && i + 1 < text.size() && text[i + 1] == '(';
    if (kMarks.find(text[i]) != std::string_view::npos || ends_title ||
        (starts_line && text[i] == '-')) {
      escaped += '\\';
    }
    escaped += text[i];
  }
  return escaped;
}

std::string_view Emoji(TextLevel level) {
  switch (level) {
    case TextLevel::kCritical:
    case TextLevel::kError:
      return "\xF0\x9F\x94\xB4";
    case TextLevel::kWarning:
      return "\xF0\x9F\x9F\xA0";
    case TextLevel::kInfo:
      return "\xF0\x9F\x94\xB5";
    case TextLevel::kResolved:
      return "\xF0\x9F\x9F\xA2";
    case TextLevel::kTest:
      return "\xE2\x9A\xAA";
  }
  return "";
}

std::string_view Colour(TextLevel level) {
  switch (level) {
    case TextLevel::kCritical:
      return "#D92D20";
    case TextLevel::kError:
      return "#E04F16";
    case TextLevel::kWarning:
      return "#F79009";
    case TextLevel::kInfo:
      return "#2E90FA";
    case TextLevel::kResolved:
      return "#17B26A";
    case TextLevel::kTest:
      return "#667085";
  }
  return "#667085";
}

std::string RenderHeadline(const MessageText& text, const Markup& markup) {
  const std::string mark = markup.has_emoji ? std::string(Emoji(text.level)) + " " : "";
  return mark + Lines(markup).Bold(text.headline);
}

std::string RenderBody(const MessageText& text, const Markup& markup) {
  Lines lines(markup);
  if (!text.summary.empty()) lines.Add(lines.Bold(text.summary));
  lines.Add(markup.text(text.description));
  for (const TextFact& fact : text.facts) {
    lines.Add(lines.Bold(fact.name + ":") + " " + markup.text(fact.value));
  }
  AddAlerts(lines, text, markup);
  return lines.Take();
}

std::string RenderEnd(const MessageText& text, const Markup& markup) {
  std::string links;
  const bool is_plain = markup.link == PlainLink;
  for (const TextLink& link : text.links) {
    if (!links.empty()) links += is_plain ? std::string("\n") : std::string(kLinkDot);
    links += markup.link(link.title, link.url);
  }
  Lines lines(markup);
  lines.Add(links);
  lines.Add(markup.text(text.note));
  return lines.Take();
}

std::string RenderAll(const MessageText& text, const Markup& markup) {
  Lines lines(markup);
  lines.Add(RenderHeadline(text, markup));
  lines.Add(RenderBody(text, markup));
  lines.Add(RenderEnd(text, markup));
  return lines.Take();
}

}  // namespace warden
