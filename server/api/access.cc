// SPDX-License-Identifier: Apache-2.0
#include "server/api/access.h"

#include <utility>

#include "server/api/json.h"
#include "server/base/log.h"
#include "server/net/auth.h"

namespace warden::api {
namespace {

void AddAccepted(const IntakeAuth& auth, AcceptedCredentials& accepted) {
  if (auth.basic) {
    auto username = auth.basic->username.Reveal();
    auto password = auth.basic->password.Reveal();
    if (username && password) {
      accepted.basic.push_back({std::move(*username), std::move(*password)});
    } else {
      Log(LogLevel::kError, "cannot read the credentials that senders must have",
          {{"err", (username ? password : username).error().message}});
    }
  }
  if (auth.bearer_token.is_set()) {
    if (auto token = auth.bearer_token.Reveal()) {
      accepted.bearer.push_back(std::move(*token));
    } else {
      Log(LogLevel::kError, "cannot read the token that senders must have",
          {{"err", token.error().message}});
    }
  }
}

std::optional<ServerResponse> Check(const AcceptedCredentials& accepted, const RequestHead& head) {
  if (CheckAuthorization(head.Header("authorization"), accepted) == AuthVerdict::kAccepted)
    return std::nullopt;
  const auto key = head.Header("x-api-key");
  if (key && CheckAuthorization(BearerAuthorization(*key), accepted) == AuthVerdict::kAccepted)
    return std::nullopt;
  auto response = Failure(401, "unauthorized", "credentials are missing or wrong");
  response.headers.push_back({"WWW-Authenticate", Challenge(accepted)});
  return response;
}

}  // namespace

std::optional<ServerResponse> RefuseSender(const Parts& parts, std::string_view name,
                                           const RequestHead& head) {
  const auto config = parts.config();
  const auto* source = config->FindSource(name);
  const auto& auth = source != nullptr && source->auth ? *source->auth : config->intake.auth;
  if (!auth.is_required()) return std::nullopt;
  AcceptedCredentials accepted;
  AddAccepted(auth, accepted);
  return Check(accepted, head);
}

Admit OperatorsOnly(const std::shared_ptr<const Parts>& parts) {
  return [parts](const RequestHead& head) -> std::optional<ServerResponse> {
    const auto config = parts->config();
    AcceptedCredentials accepted;
    bool is_required = config->intake.auth.is_required();
    if (is_required) {
      AddAccepted(config->intake.auth, accepted);
    } else {
      for (const auto& source : config->intake.sources) {
        if (!source.auth || !source.auth->is_required()) continue;
        is_required = true;
        AddAccepted(*source.auth, accepted);
      }
    }
    return is_required ? Check(accepted, head) : std::nullopt;
  };
}

}  // namespace warden::api
