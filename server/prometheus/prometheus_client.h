// SPDX-License-Identifier: Apache-2.0
// Asks a server that speaks the Prometheus HTTP API. Calls block until the answer is read or the
// budget is spent; they are safe from any thread (not from an HttpClient's `done`), and answers are
// parsed on the caller's thread. A query that failed before it was answered is sent once more,
// within the same budget. Borrows the HttpClient.
#pragma once

#include <chrono>
#include <functional>

#include "server/base/result.h"
#include "server/net/http_client.h"
#include "server/prometheus/answer.h"
#include "server/prometheus/query.h"

namespace warden::promapi {

class PrometheusClient {
 public:
  // The request every query starts from: `url` is the server's, `authorization`, `headers`, `tls`
  // and `proxy_url` are sent as they are, `timeout` is the usual budget, max_response_bytes the
  // largest answer read. Called for each query, so rotated secrets are seen; a failure is the
  // query's.
  using Prepare = std::function<Result<HttpRequest>()>;

  PrometheusClient(HttpClient& http, Prepare prepare, AnswerLimits limits = {});

  // `budget` for everything, retry and parts included; 0: the prepared request's timeout. Errors as
  // ReadAnswer's, and unavailable when the server cannot be reached in time; messages name the
  // host, never the rest of its URL.
  [[nodiscard]] Result<QueryAnswer> Query(const InstantQuery& query,
                                          std::chrono::milliseconds budget = {}) const;
  // With a choice more series than it takes are no error.
  [[nodiscard]] Result<QueryAnswer> Query(const RangeQuery& query,
                                          std::chrono::milliseconds budget = {},
                                          const SeriesChoice* choice = nullptr) const;

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  template <class OneQuery>
  [[nodiscard]] Result<QueryAnswer> Ask(const HttpRequest& base, const OneQuery& query,
                                        Deadline deadline, const AnswerLimits& limits) const;

  HttpClient& http_;
  Prepare prepare_;
  AnswerLimits limits_;
};

}  // namespace warden::promapi
