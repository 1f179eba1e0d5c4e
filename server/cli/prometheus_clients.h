// SPDX-License-Identifier: Apache-2.0
// Clients for the Prometheus of a configuration: its URL, authentication, TLS and proxy, secrets
// read at every query.
#pragma once

#include <functional>
#include <memory>

#include "server/config/config.h"
#include "server/net/http_client.h"
#include "server/prometheus/prometheus_client.h"

namespace warden::cli {

// The function is safe from any thread; it and its clients borrow `http`.
[[nodiscard]] std::function<promapi::PrometheusClient(const std::shared_ptr<const Config>&)>
PrometheusClients(HttpClient& http);

}  // namespace warden::cli
