// SPDX-License-Identifier: Apache-2.0
#include "server/cli/alertmanager_poster.h"

#include <mutex>
#include <utility>
#include <variant>

#include "server/delivery/request.h"

namespace warden::cli {
namespace {

struct SharedPemFiles {
  std::mutex mutex;
  PemFiles files;  // guarded by mutex
};

std::string AlertsUrl(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url + "/api/v2/alerts";
}

}  // namespace

std::function<Result<void>(const std::shared_ptr<const Config>&, std::string)> AlertmanagerPoster(
    HttpClient& http) {
  auto pem = std::make_shared<SharedPemFiles>();
  return [&http, pem](const std::shared_ptr<const Config>& config,
                      std::string alerts) -> Result<void> {
    if (config->alertmanager_url.empty())
      return Fail(ErrorCode::kInvalid, "there is no alertmanager_url");
    ChannelHttpRequest base;
    base.url = AlertsUrl(config->alertmanager_url);
    base.headers = {{"content-type", "application/json"}};
    base.body = std::move(alerts);
    base.http = &config->global.http;
    Result<Prepared> prepared;
    {
      const std::lock_guard lock(pem->mutex);
      prepared = Prepare(std::move(base), pem->files);
    }
    if (!prepared) return std::unexpected(prepared.error());
    const auto answer = http.Call(std::get<HttpRequest>(std::move(prepared->request)));
    if (!answer) return Fail(ErrorCode::kUnavailable, answer.error().message);
    if (answer->status / 100 == 2) return {};
    return Fail(ErrorCode::kUnavailable, "Alertmanager answered " + std::to_string(answer->status));
  };
}

}  // namespace warden::cli
