// SPDX-License-Identifier: Apache-2.0
#include "server/channels/mime.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "server/alert/text.h"
#include "server/channels/digest.h"
#include "server/channels/text.h"

namespace warden {
namespace {

constexpr std::size_t kLineLength = 76;

bool IsAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

// Encoded words of at most 75 characters, one a line.
std::string EncodedWords(std::string_view text) {
  constexpr std::size_t kBytesPerWord = 45;  // 60 characters of base64
  std::string words;
  while (!text.empty()) {
    const std::string_view part = CutOnCharacter(text, kBytesPerWord);
    text.remove_prefix(part.size());
    if (!words.empty()) words += "\r\n ";
    words += "=?UTF-8?B?" + Base64(part) + "?=";
  }
  return words;
}

// Breaks at blanks so that lines stay below 78 columns; a longer word stays whole up to 900 bytes.
std::string Folded(std::string_view value, std::size_t column) {
  constexpr std::size_t kLongestWord = 900;
  std::string folded;
  while (!value.empty()) {
    const std::size_t end = std::min({value.find(' '), value.size(), kLongestWord});
    const std::string_view word = value.substr(0, end);
    if (!folded.empty()) {
      const bool fits = column + 1 + word.size() <= kLineLength;
      folded += fits ? " " : "\r\n ";
      column = fits ? column + 1 : 1;
    }
    folded += word;
    column += word.size();
    value.remove_prefix(end);
    if (value.starts_with(' ')) value.remove_prefix(1);
  }
  return folded;
}

bool IsAddress(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return false;
  return text.size() <= 320 && std::ranges::all_of(text, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte > 0x20 && byte != 0x7F && c != '<' && c != '>' && c != ',' && c != '"' &&
                  c != '(' && c != ')' && c != ':' && c != ';';
         });
}

Result<Mailbox> ParseMailbox(std::string_view text) {
  Mailbox mailbox;
  const std::string line = CleanLine(text);
  const std::size_t open = line.rfind('<');
  if (open != std::string::npos && line.ends_with('>')) {
    mailbox.name = CleanLine(line.substr(0, open));
    mailbox.address = line.substr(open + 1, line.size() - open - 2);
  } else {
    mailbox.address = line;
  }
  if (mailbox.name.size() >= 2 && mailbox.name.starts_with('"') && mailbox.name.ends_with('"')) {
    mailbox.name = mailbox.name.substr(1, mailbox.name.size() - 2);
  }
  if (!IsAddress(mailbox.address)) {
    return Fail(ErrorCode::kInvalid, "not a mail address: \"" + Cut(line, 80) + "\"");
  }
  return mailbox;
}

std::string MailboxText(const Mailbox& mailbox) {
  if (mailbox.name.empty()) return mailbox.address;
  if (!IsAscii(mailbox.name)) return EncodedWords(mailbox.name) + " <" + mailbox.address + ">";
  std::string quoted;
  for (const char c : mailbox.name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return "\"" + quoted + "\" <" + mailbox.address + ">";
}

}  // namespace

Result<std::vector<Mailbox>> ParseMailboxes(std::string_view text) {
  std::vector<Mailbox> mailboxes;
  bool is_quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '"') is_quoted = !is_quoted;
    if (i < text.size() && (text[i] != ',' || is_quoted)) continue;
    const std::string_view part = text.substr(begin, i - begin);
    begin = i + 1;
    if (CleanLine(part).empty()) continue;
    Result<Mailbox> mailbox = ParseMailbox(part);
    if (!mailbox) return std::unexpected(mailbox.error());
    mailboxes.push_back(*std::move(mailbox));
  }
  if (mailboxes.empty()) return Fail(ErrorCode::kInvalid, "no mail address");
  return mailboxes;
}

std::string MailboxesText(const std::vector<Mailbox>& mailboxes) {
  std::string text;
  for (const Mailbox& mailbox : mailboxes) {
    if (!text.empty()) text += ",\r\n ";
    text += MailboxText(mailbox);
  }
  return text;
}

std::string HeaderLine(std::string_view name, std::string_view value) {
  const std::string line = CleanLine(value);
  return RawHeaderLine(name, IsAscii(line) ? Folded(line, name.size() + 2) : EncodedWords(line));
}

std::string RawHeaderLine(std::string_view name, std::string_view value) {
  std::string line = std::string(name) + ": ";
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool is_fold = value.substr(i).starts_with("\r\n ");
    if (is_fold) {
      line += "\r\n";
      ++i;
    } else if (value[i] != '\r' && value[i] != '\n') {
      line += value[i];
    }
  }
  return line + "\r\n";
}

bool IsHeaderName(std::string_view name) {
  return !name.empty() && name.size() <= 70 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string QuotedPrintable(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  std::size_t column = 0;
  const auto put = [&](std::string_view piece) {
    if (column + piece.size() > kLineLength - 1) {
      encoded += "=\r\n";
      column = 0;
    }
    encoded += piece;
    column += piece.size();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      encoded += "\r\n";
      column = 0;
      continue;
    }
    const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n';
    const bool is_plain =
        (c > 0x20 && c < 0x7F && c != '=') || ((c == ' ' || c == '\t') && !ends_line);
    const bool is_dot = c == '.' && column == 0;  // some servers eat a leading dot
    if (is_plain && !is_dot) {
      put(text.substr(i, 1));
    } else {
      const auto byte = static_cast<unsigned char>(c);
      put(std::string{'=', kHex[byte >> 4U], kHex[byte & 0xFU]});
    }
  }
  if (!encoded.ends_with("\r\n")) encoded += "\r\n";
  return encoded;
}

std::string Base64Lines(std::string_view bytes) {
  constexpr std::size_t kBytesPerLine = 57;
  std::string lines;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(kBytesPerLine, bytes.size())))
    lines += Base64(bytes.substr(0, kBytesPerLine)) + "\r\n";
  return lines;
}

std::string MailDate(Instant at) {
  static constexpr auto kDays =
      std::to_array<const char*>({"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"});
  static constexpr auto kMonths = std::to_array<const char*>(
      {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  std::array<char, 64> buffer{};
  const int length = std::snprintf(
      buffer.data(), buffer.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
      kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
      kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()));
  return {buffer.data(), static_cast<std::size_t>(length)};
}

}  // namespace warden
