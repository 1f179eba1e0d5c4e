// SPDX-License-Identifier: Apache-2.0
#include "server/cli/prometheus_clients.h"

#include <mutex>
#include <utility>
#include <variant>

#include "server/delivery/request.h"

namespace warden::cli {
namespace {

// Ten thousand series of a week at five minutes, as Prometheus writes them, fit twice.
constexpr std::size_t kLargestAnswer = std::size_t{512} << 20;

struct SharedPemFiles {
  std::mutex mutex;
  PemFiles files;  // guarded by mutex
};

}  // namespace

std::function<promapi::PrometheusClient(const std::shared_ptr<const Config>&)> PrometheusClients(
    HttpClient& http) {
  auto pem = std::make_shared<SharedPemFiles>();
  return [&http, pem](const std::shared_ptr<const Config>& config) {
    return promapi::PrometheusClient(http, [pem, config]() -> Result<HttpRequest> {
      ChannelHttpRequest base;
      base.method = "GET";
      base.url = config->prometheus.url;
      base.http = &config->prometheus.http;
      base.timeout = config->prometheus.timeout;
      const std::lock_guard lock(pem->mutex);
      auto prepared = Prepare(std::move(base), pem->files);
      if (!prepared) return std::unexpected(prepared.error());
      auto request = std::get<HttpRequest>(std::move(prepared->request));
      request.max_response_bytes = kLargestAnswer;
      return request;
    });
  };
}

}  // namespace warden::cli
