// SPDX-License-Identifier: Apache-2.0
#include "server/net/http_client.h"

#include <future>
#include <utility>

namespace warden {

std::string_view Name(SendFault fault) {
  switch (fault) {
    case SendFault::kDns:
      return "dns";
    case SendFault::kConnect:
      return "connect";
    case SendFault::kTls:
      return "tls";
    case SendFault::kTimeoutBeforeSend:
      return "timeout_before_send";
    case SendFault::kTimeoutAfterSend:
      return "timeout_after_send";
    case SendFault::kResetBeforeSend:
      return "reset_before_send";
    case SendFault::kResetAfterSend:
      return "reset_after_send";
    case SendFault::kTooLarge:
      return "too_large";
    case SendFault::kCancelled:
      return "cancelled";
    case SendFault::kRefused:
      return "refused";
    case SendFault::kOther:
      return "other";
  }
  return "other";
}

HttpResult HttpClient::Call(HttpRequest request) {
  std::promise<HttpResult> outcome;
  auto result = outcome.get_future();
  Send(std::move(request), [outcome = std::move(outcome)](HttpResult sent) mutable {
    outcome.set_value(std::move(sent));
  });
  return result.get();
}

MailResult HttpClient::CallMail(MailRequest mail) {
  std::promise<MailResult> outcome;
  auto result = outcome.get_future();
  SendMail(std::move(mail), [outcome = std::move(outcome)](MailResult sent) mutable {
    outcome.set_value(std::move(sent));
  });
  return result.get();
}

}  // namespace warden
