// SPDX-License-Identifier: Apache-2.0
#include "server/channels/judge.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "server/base/http_status.h"
#include "server/channels/text.h"

namespace warden {
namespace {

std::optional<int> Number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers still send (RFC 9110, 5.6.7).
std::optional<Instant> ParseHttpDate(std::string_view text) {
  static constexpr auto kMonths = std::to_array<std::string_view>(
      {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto* const month = std::ranges::find(kMonths, text.substr(8, 3));
  const std::optional<int> day = Number(text.substr(5, 2));
  const std::optional<int> year = Number(text.substr(12, 4));
  const std::optional<int> hour = Number(text.substr(17, 2));
  const std::optional<int> minute = Number(text.substr(20, 2));
  const std::optional<int> second = Number(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return Instant{std::chrono::sys_days(date)} + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

Duration WithinLimits(Duration pause) {
  return std::clamp(pause, Duration::zero(), kMaxRetryAfter);
}

}  // namespace

Duration RetryAfterSeconds(double seconds) {
  constexpr double kMost = std::chrono::duration<double>(kMaxRetryAfter).count();
  if (std::isnan(seconds)) return Duration::zero();
  return std::chrono::ceil<Duration>(
      std::chrono::duration<double>(std::clamp(seconds, 0.0, kMost)));
}

std::optional<Duration> RetryAfter(const ChannelResponse& response, Instant now) {
  std::string_view text = response.Header("retry-after");
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  if (text.find_first_not_of("0123456789") == std::string_view::npos) {
    const int longest = 86400;
    return WithinLimits(std::chrono::seconds(Number(text).value_or(longest)));
  }
  const std::optional<Instant> at = ParseHttpDate(text);
  if (!at) return std::nullopt;
  return WithinLimits(*at - now);
}

bool IsRetryStatus(int status) {
  return status == 408 || status == 425 || status == 429 || (status >= 500 && status <= 599) ||
         status < 200;
}

void Secrets::AddText(std::string text) {
  constexpr std::size_t kTooShortToHide = 4;
  if (text.size() < kTooShortToHide) return;
  texts_.push_back(std::move(text));
  std::ranges::sort(texts_, std::ranges::greater(), &std::string::size);
}

void Secrets::Add(const Secret& secret) {
  if (!secret.is_set()) return;
  if (Result<std::string> text = secret.Reveal()) AddText(*std::move(text));
}

void Secrets::AddUrl(const Secret& url) {
  if (!url.is_set()) return;
  const Result<std::string> revealed = url.Reveal();
  if (!revealed) return;
  const std::string& text = *revealed;
  AddText(text);
  const std::size_t scheme = text.find("://");
  const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t at = text.find('@', host);
  const std::size_t path = text.find_first_of("/?#", host);
  if (at < path) AddText(text.substr(host, at - host));
  if (path == std::string::npos) return;
  AddText(text.substr(path));
  // Each part of the path and query by itself, when it is long enough to be a key.
  constexpr std::size_t kKeyLength = 8;
  for (std::size_t begin = path; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of("/?&=#", begin + 1), text.size());
    if (end - begin - 1 >= kKeyLength) AddText(text.substr(begin + 1, end - begin - 1));
    begin = end;
  }
}

std::string Secrets::Quote(std::string_view text) const {
  constexpr std::size_t kEnough = 16'384;
  constexpr std::size_t kShown = 200;
  std::string quoted = CleanLine(text.substr(0, kEnough));
  for (const std::string& secret : texts_) quoted = Redact(std::move(quoted), secret);
  return Cut(quoted, kShown);
}

std::string AnswerReason(int status, std::string_view words, const Secrets& secrets) {
  std::string reason = std::to_string(status);
  const std::string_view known = ReasonPhrase(status);
  if (!known.empty()) reason += " " + std::string(known);
  const std::string quoted = secrets.Quote(words);
  return quoted.empty() ? reason : reason + ": " + quoted;
}

Verdict JudgeStatus(const ChannelResponse& response, Instant now, std::string_view words,
                    const Secrets& secrets) {
  Verdict verdict;
  const int status = response.status;
  verdict.reason = AnswerReason(status, words, secrets);
  if (status >= 200 && status < 300) {
    verdict.outcome = Outcome::kDelivered;
    verdict.reason = std::to_string(status);
  } else if (IsRetryStatus(status)) {
    verdict.outcome = Outcome::kRetry;
    verdict.retry_after = RetryAfter(response, now);
  } else if (status == 401 || status == 403 || status == 407) {
    verdict.outcome = Outcome::kRefusedDestination;
  } else if (status >= 300 && status < 400) {
    verdict.outcome = Outcome::kRefusedDestination;
    verdict.reason =
        AnswerReason(status, "the address redirects: configure the final one", secrets);
  } else {
    verdict.outcome = Outcome::kRefusedContent;
  }
  return verdict;
}

namespace {

// Whether a status code of a mail server (RFC 3463) begins so: `5.1.` of `550 5.1.1 unknown`, not
// of an address such as 10.5.1.7.
bool HasMailStatus(std::string_view text, std::string_view beginning) {
  for (auto at = text.find(beginning); at != std::string_view::npos;
       at = text.find(beginning, at + 1)) {
    const char before = at == 0 ? ' ' : text[at - 1];
    if (before != '.' && (before < '0' || before > '9')) return true;
  }
  return false;
}

}  // namespace

Verdict JudgeSmtp(const ChannelResponse& response, const Secrets& secrets) {
  Verdict verdict;
  const std::string words = secrets.Quote(response.body);
  verdict.reason = std::to_string(response.status) + (words.empty() ? "" : ": " + words);
  const std::string& text = response.body;
  const auto says = [&text](std::string_view code) { return HasMailStatus(text, code); };
  if (response.status >= 200 && response.status < 300) {
    verdict.outcome = Outcome::kDelivered;
    verdict.reason = std::to_string(response.status);
  } else if (response.status < 500) {
    verdict.outcome = Outcome::kRetry;
  } else if (response.status == 530 || response.status == 534 || response.status == 535 ||
             response.status == 538 || response.status == 551 || response.status == 553 ||
             says("5.1.") || says("5.2.1") || says("5.7.8") || says("5.7.9")) {
    verdict.outcome = Outcome::kRefusedDestination;
  } else if (response.status == 550 && !says("5.6.") && !says("5.7.")) {
    verdict.outcome = Outcome::kRefusedDestination;
  } else {
    verdict.outcome = Outcome::kRefusedContent;
  }
  return verdict;
}

}  // namespace warden
