// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/transport.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace warden {
namespace {

std::string LowerCase(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
  });
  return text;
}

ChannelResponse ToChannel(HttpResponse&& response) {
  ChannelResponse out{response.status, {}, std::move(response.body)};
  out.headers.reserve(response.headers.size());
  for (HttpHeader& header : response.headers) {
    out.headers.emplace_back(LowerCase(std::move(header.name)), std::move(header.value));
  }
  return out;
}

std::string Refusals(const MailReceipt& receipt) {
  std::string text;
  for (const RefusedRecipient& refused : receipt.refused) {
    text += text.empty() ? "refused: " : ", ";
    text += refused.address + " (" + std::to_string(refused.smtp_code) + ")";
  }
  return text;
}

}  // namespace

Heard Hear(HttpResult result) {
  if (result) return ToChannel(std::move(*result));
  HttpFailure& failure = result.error();
  // The status came, only the text was more than anybody needs.
  if (failure.kind == SendFault::kTooLarge && failure.status != 0) {
    return ChannelResponse{failure.status, {}, ""};
  }
  return Classify(failure.kind, failure.body_was_sent, std::move(failure.message));
}

Heard Hear(const MailResult& result) {
  if (result) return ChannelResponse{250, {}, Refusals(*result)};
  const MailFailure& failure = result.error();
  if (failure.kind == SendFault::kRefused && failure.smtp_code != 0) {
    return ChannelResponse{failure.smtp_code, {}, failure.message};
  }
  return Classify(failure.kind, failure.body_was_sent, failure.message);
}

Attempt Classify(SendFault fault, bool body_was_sent, std::string reason) {
  const auto with = [&](AttemptResult result) {
    return Attempt{.result = result, .reason = std::move(reason)};
  };
  switch (fault) {
    case SendFault::kDns:
    case SendFault::kConnect:
    case SendFault::kTimeoutBeforeSend:
    case SendFault::kResetBeforeSend:
      return with(AttemptResult::kRetry);
    case SendFault::kTls:
      return with(AttemptResult::kRefusedDestination);
    case SendFault::kTimeoutAfterSend:
    case SendFault::kResetAfterSend:
      return with(AttemptResult::kUnknown);
    case SendFault::kTooLarge:
      return with(body_was_sent ? AttemptResult::kUnknown : AttemptResult::kRetry);
    case SendFault::kCancelled:
      return with(body_was_sent ? AttemptResult::kUnknown : AttemptResult::kNotSent);
    case SendFault::kRefused:
      return with(AttemptResult::kRetry);
    case SendFault::kOther:
      return with(body_was_sent ? AttemptResult::kUnknown : AttemptResult::kRefusedDestination);
  }
  return with(AttemptResult::kRetry);
}

Attempt FromVerdict(const Verdict& verdict) {
  AttemptResult result = AttemptResult::kDelivered;
  switch (verdict.outcome) {
    case Outcome::kDelivered:
      break;
    case Outcome::kContinue:
      assert(false && "the exchange goes on");
      break;
    case Outcome::kRetry:
      result = AttemptResult::kRetry;
      break;
    case Outcome::kRefusedContent:
      result = AttemptResult::kRefusedContent;
      break;
    case Outcome::kRefusedDestination:
      result = AttemptResult::kRefusedDestination;
      break;
  }
  // A time that has passed already is no advice: it would have us ask again without a pause.
  const bool is_advice = verdict.retry_after && *verdict.retry_after > Duration::zero();
  return {.result = result,
          .reason = verdict.reason,
          .retry_after = is_advice ? verdict.retry_after : std::nullopt};
}

CircuitSignal SignalOf(const Attempt& attempt) {
  switch (attempt.result) {
    case AttemptResult::kDelivered:
    case AttemptResult::kRefusedContent:
      return CircuitSignal::kSuccess;
    case AttemptResult::kRefusedDestination:
      return CircuitSignal::kRefused;
    case AttemptResult::kRetry:
    case AttemptResult::kUnknown:
      return CircuitSignal::kFailure;
    case AttemptResult::kNotSent:
    case AttemptResult::kNotWanted:
    case AttemptResult::kGone:
      return CircuitSignal::kNothing;
  }
  return CircuitSignal::kNothing;
}

}  // namespace warden
