// SPDX-License-Identifier: Apache-2.0
// Mail: text and HTML as multipart/alternative, quoted-printable. All mails of an incident refer to
// one root that was never sent, so that mail programs show them as one thread; the Message-ID stays
// the same over retries, so that mail stores drop a second copy.
#include <set>

#include "server/channels/digest.h"
#include "server/channels/expand.h"
#include "server/channels/judge.h"
#include "server/channels/makers.h"
#include "server/channels/markup.h"
#include "server/channels/message_text.h"
#include "server/channels/mime.h"
#include "server/channels/text.h"

namespace warden {
namespace {

constexpr TextRoom kMailRoom = {100, 8000, 500, 2000, 8000};

std::string HtmlRow(const TextFact& fact) {
  return "<tr><td style=\"padding:2px 12px 2px 0;color:#667085;vertical-align:top;"
         "white-space:nowrap\">" +
         EscapeHtml(fact.name) + "</td><td style=\"padding:2px 0\">" + EscapeHtml(fact.value) +
         "</td></tr>\n";
}

std::string HtmlAlerts(const MessageText& text, AlertStatus status, std::string_view name,
                       std::size_t count) {
  std::string list;
  for (const TextAlert& alert : text.alerts) {
    if (alert.status != status) continue;
    list += "<li style=\"margin:4px 0\"><b>" + EscapeHtml(alert.labels) + "</b> " +
            EscapeHtml(alert.detail) + "</li>\n";
  }
  if (list.empty()) return {};
  return "<p style=\"margin:16px 0 4px\"><b>" + std::string(name) + " (" + std::to_string(count) +
         ")</b></p>\n<ul style=\"margin:0;padding-left:20px\">\n" + list + "</ul>\n";
}

std::string HtmlLinks(const MessageText& text) {
  std::string links;
  for (const TextLink& link : text.links) {
    links += "<a href=\"" + EscapeHtml(link.url) +
             "\" style=\"display:inline-block;margin:4px 8px 4px 0;padding:6px 12px;"
             "border:1px solid #D0D5DD;border-radius:6px;color:#175CD3;text-decoration:none\">" +
             EscapeHtml(link.title) + "</a>\n";
  }
  return links.empty() ? links : "<p style=\"margin:16px 0 0\">\n" + links + "</p>\n";
}

std::string Lines(std::string_view text) {
  std::string lines;
  for (const char c : EscapeHtml(text)) lines += c == '\n' ? std::string("<br>\n") : std::string{c};
  return lines;
}

// `image`: an address of the chart, or empty.
std::string HtmlBody(const MessageText& text, const Message& message, const std::string& image) {
  std::string html =
      "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"></head>\n"
      "<body style=\"margin:0;padding:16px;font:15px/1.45 sans-serif;color:#101828\">\n"
      "<div style=\"max-width:680px;border-left:5px solid " +
      std::string(Colour(text.level)) + ";padding-left:14px\">\n";
  html +=
      "<p style=\"margin:0 0 8px;font-size:18px\"><b>" + EscapeHtml(text.headline) + "</b></p>\n";
  if (!text.summary.empty())
    html += "<p style=\"margin:0 0 8px\">" + Lines(text.summary) + "</p>\n";
  if (!text.description.empty()) {
    html += "<p style=\"margin:0 0 8px\">" + Lines(text.description) + "</p>\n";
  }
  if (!text.facts.empty()) {
    html += "<table style=\"border-collapse:collapse;font-size:14px\">\n";
    for (const TextFact& fact : text.facts) html += HtmlRow(fact);
    html += "</table>\n";
  }
  if (!image.empty()) {
    html += "<p style=\"margin:12px 0\"><img src=\"" + EscapeHtml(image) + "\" alt=\"" +
            EscapeHtml(ChartAltText(message)) +
            "\" width=\"640\" style=\"max-width:100%;height:auto;border-radius:6px\"></p>\n";
  }
  html += HtmlAlerts(text, AlertStatus::kFiring, "Firing", text.firing);
  html += HtmlAlerts(text, AlertStatus::kResolved, "Resolved", text.resolved);
  if (text.left_out > 0) {
    html += "<p style=\"margin:4px 0\">… and " + std::to_string(text.left_out) + " more</p>\n";
  }
  html += HtmlLinks(text);
  html += "<p style=\"margin:16px 0 0;font-size:12px;color:#667085\">" + Lines(text.note) +
          "</p>\n</div>\n</body></html>\n";
  return html;
}

std::string PlainBody(const MessageText& text) {
  const std::string end = RenderEnd(text, kPlainMarkup);
  return text.headline + "\n\n" + RenderBody(text, kPlainMarkup) +
         (end.empty() ? "" : "\n\n" + end) + "\n";
}

// ASCII as long as the names in it are, for people who read mail logs and write filters.
std::string Subject(const MessageText& text) {
  constexpr std::string_view kDot = " \xC2\xB7 ";
  std::string subject = text.headline;
  for (std::size_t at = 0; (at = subject.find(kDot, at)) != std::string::npos;) {
    subject.replace(at, kDot.size(), " / ");
  }
  return subject;
}

class Email final : public Channel {
 public:
  Email(const Config& config, const EmailConfig& own) : config_(config), own_(own) {}

  Result<ChannelRequest> Compose(const Message& message,
                                 const ChannelContext& context) const override;
  Verdict Judge(const Message& message, const ChannelContext& context,
                const ChannelResponse& response) const override;
  bool Wants(const Message& message) const override {
    return message.status == AlertStatus::kFiring || own_.send_resolved;
  }

 private:
  [[nodiscard]] std::string Headers(const Message& message, const ChannelContext& context,
                                    const MessageText& text, const std::vector<Mailbox>& from,
                                    const std::vector<Mailbox>& to) const;
  [[nodiscard]] std::string OwnHeaders(const Expander& expand, std::set<std::string>& taken) const;
  [[nodiscard]] std::string ThreadRoot(const Message& message) const;
  [[nodiscard]] std::string Parts(const Message& message, const ChannelContext& context,
                                  const MessageText& text) const;

  const Config& config_;
  const EmailConfig& own_;
};

Result<ChannelRequest> Email::Compose(const Message& message, const ChannelContext& context) const {
  const Expander expand(message, config_);
  const Result<std::vector<Mailbox>> from = ParseMailboxes(expand.Text(own_.from, ""));
  if (!from) return Fail(ErrorCode::kInvalid, "from: " + from.error().message);
  const Result<std::vector<Mailbox>> to = ParseMailboxes(expand.Text(own_.to, ""));
  if (!to) return Fail(ErrorCode::kInvalid, "to: " + to.error().message);
  const MessageText text = Shrink(BuildMessageText(message, config_), kMailRoom);
  ChannelMail mail;
  mail.email = &own_;
  mail.from = from->front().address;
  for (const Mailbox& mailbox : *to) mail.to.push_back(mailbox.address);
  mail.bytes = Headers(message, context, text, *from, *to) + Parts(message, context, text);
  return mail;
}

std::string Email::ThreadRoot(const Message& message) const {
  if (!own_.threading.is_enabled)
    return "incident-" + Sha256Hex(message.incident_uid).substr(0, 24);
  std::string root = "group-" + Sha256Hex(message.group_key).substr(0, 24);
  if (own_.threading.is_daily) root += "-" + FormatRfc3339(message.opened_at).substr(0, 10);
  return root;
}

// Headers of the configuration. They take the place of ours, but for those that hold the mail
// together.
std::string Email::OwnHeaders(const Expander& expand, std::set<std::string>& taken) const {
  static const std::set<std::string> kOurs = {"Mime-Version", "Content-Type", "Date",
                                              "Content-Transfer-Encoding"};
  std::string headers;
  for (const auto& [name, field] : own_.headers) {
    if (!IsHeaderName(name) || kOurs.contains(name) || !expand.IsOwn(field)) continue;
    const std::string value = expand.Text(field, "");
    const bool holds_mailboxes =
        name == "From" || name == "To" || name == "Cc" || name == "Reply-To" || name == "Sender";
    const Result<std::vector<Mailbox>> mailboxes =
        holds_mailboxes ? ParseMailboxes(value) : std::vector<Mailbox>{};
    if (!mailboxes) continue;
    taken.insert(name);
    headers +=
        holds_mailboxes ? RawHeaderLine(name, MailboxesText(*mailboxes)) : HeaderLine(name, value);
  }
  return headers;
}

std::string Email::Headers(const Message& message, const ChannelContext& context,
                           const MessageText& text, const std::vector<Mailbox>& from,
                           const std::vector<Mailbox>& to) const {
  std::set<std::string> taken;
  const std::string own = OwnHeaders(Expander(message, config_), taken);
  std::string headers;
  const auto add = [&](const std::string& name, const std::string& line) {
    if (!taken.contains(name)) headers += line;
  };
  const std::string& sender = from.front().address;
  const std::string host = sender.substr(sender.rfind('@') + 1);
  const std::string root = "<" + ThreadRoot(message) + "@" + host + ">";
  add("From", RawHeaderLine("From", MailboxesText(from)));
  add("To", RawHeaderLine("To", MailboxesText(to)));
  add("Subject", HeaderLine("Subject", Subject(text)));
  headers += own;
  headers += HeaderLine("Date", MailDate(context.now));
  add("Message-Id",
      RawHeaderLine("Message-ID",
                    "<" + Sha256Hex(message.delivery_key).substr(0, 32) + "@" + host + ">"));
  add("In-Reply-To", RawHeaderLine("In-Reply-To", root));
  add("References", RawHeaderLine("References", root));
  add("Auto-Submitted", RawHeaderLine("Auto-Submitted", "auto-generated"));
  add("X-Auto-Response-Suppress", RawHeaderLine("X-Auto-Response-Suppress", "All"));
  if (text.level == TextLevel::kCritical) add("Importance", RawHeaderLine("Importance", "high"));
  headers += RawHeaderLine("MIME-Version", "1.0");
  return headers;
}

// With a chart the built-in HTML shows it: multipart/related holds both (RFC 2387).
std::string Email::Parts(const Message& message, const ChannelContext& context,
                         const MessageText& text) const {
  const Expander expand(message, config_);
  const std::string seed = Sha256Hex("boundary " + message.delivery_key);
  const std::string boundary = "=_" + seed.substr(0, 32);
  const Expander expand_html(message, config_, DataEscape::kHtml);
  const bool has_chart = HasChart(message) && !context.plain && !expand_html.IsOwn(own_.html);
  const std::string chart_id = "chart." + seed.substr(32, 24) + "@promwarden";
  std::string parts;
  const auto add = [&](std::string_view type, std::string_view body) {
    parts += "--" + boundary + "\r\nContent-Type: " + std::string(type) +
             "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
             QuotedPrintable(body);
  };
  // An empty text of the configuration switches that part off.
  const std::string plain = expand.Text(own_.text, PlainBody(text));
  const std::string html =
      expand_html.Text(own_.html, HtmlBody(text, message, has_chart ? "cid:" + chart_id : ""));
  if (!plain.empty() || html.empty() || context.plain) {
    add("text/plain", plain.empty() ? PlainBody(text) : plain);
  }
  if (!html.empty() && !context.plain) add("text/html", html);
  parts = RawHeaderLine("Content-Type", "multipart/alternative; boundary=\"" + boundary + "\"") +
          "\r\n" + parts + "--" + boundary + "--\r\n";
  if (!has_chart) return parts;
  const std::string outer = "=_" + seed.substr(8, 32);
  return RawHeaderLine("Content-Type",
                       "multipart/related; type=\"multipart/alternative\"; "
                       "boundary=\"" +
                           outer + "\"") +
         "\r\n--" + outer + "\r\n" + parts + "--" + outer + "\r\nContent-Type: image/png; name=\"" +
         std::string(kChartFile) + "\"\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <" +
         chart_id + ">\r\nContent-Disposition: inline; filename=\"" + std::string(kChartFile) +
         "\"\r\n\r\n" + Base64Lines(*message.anomaly->chart) + "--" + outer + "--\r\n";
}

Verdict Email::Judge(const Message& message, const ChannelContext& /*context*/,
                     const ChannelResponse& response) const {
  Secrets secrets;
  secrets.Add(own_.auth_password);
  secrets.Add(own_.auth_secret);
  Verdict verdict = JudgeSmtp(response, secrets);
  if (verdict.outcome == Outcome::kDelivered) {
    verdict.remote_id = Sha256Hex(message.delivery_key).substr(0, 32);
  }
  return verdict;
}

}  // namespace

std::unique_ptr<Channel> MakeEmailChannel(const Config& config, const EmailConfig& own) {
  return std::make_unique<Email>(config, own);
}

}  // namespace warden
