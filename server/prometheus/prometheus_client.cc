// SPDX-License-Identifier: Apache-2.0
#include "server/prometheus/prometheus_client.h"

#include <algorithm>
#include <utility>

namespace warden::promapi {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

milliseconds Left(steady_clock::time_point deadline) {
  return std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
}

// Queries only read: what got no answer may be asked again. What took all the time, or will fail
// the same way, not.
bool IsWorthRetry(const HttpFailure& failure) {
  switch (failure.kind) {
    case SendFault::kDns:
    case SendFault::kConnect:
    case SendFault::kResetBeforeSend:
    case SendFault::kResetAfterSend:
    case SendFault::kTimeoutBeforeSend:
      return true;
    default:
      return false;
  }
}

bool IsWorthRetry(int status) { return status == 502 || status == 504; }

Error ErrorOf(const HttpFailure& failure, const HttpRequest& request) {
  if (failure.kind == SendFault::kTooLarge) {
    return {ErrorCode::kInvalid,
            "the answer is larger than " + std::to_string(request.max_response_bytes) + " bytes"};
  }
  const bool is_url = failure.kind == SendFault::kOther;
  return {is_url ? ErrorCode::kInvalid : ErrorCode::kUnavailable,
          std::string(Name(failure.kind)) + ": " + failure.message};
}

}  // namespace

PrometheusClient::PrometheusClient(HttpClient& http, Prepare prepare, AnswerLimits limits)
    : http_(http), prepare_(std::move(prepare)), limits_(limits) {}

template <class OneQuery>
Result<QueryAnswer> PrometheusClient::Ask(const HttpRequest& base, const OneQuery& query,
                                          Deadline deadline, const AnswerLimits& limits) const {
  constexpr int kAttempts = 2;
  for (int attempt = 1;; ++attempt) {
    HttpRequest request = base;
    request.timeout = Left(deadline);
    if (request.timeout <= milliseconds{0}) {
      return Fail(ErrorCode::kUnavailable, "the time for this query is over");
    }
    request.connect_timeout = std::min(request.connect_timeout, request.timeout);
    request = BuildRequest(request, query);
    const HttpResult result = http_.Call(request);
    const bool last = attempt == kAttempts || Left(deadline) <= milliseconds{0};
    if (!result) {
      if (!last && IsWorthRetry(result.error())) continue;
      return std::unexpected(ErrorOf(result.error(), request));
    }
    if (!last && IsWorthRetry(result->status)) continue;
    return ReadAnswer(result->status, result->body, limits);
  }
}

Result<QueryAnswer> PrometheusClient::Query(const InstantQuery& query, milliseconds budget) const {
  const Result<HttpRequest> base = prepare_();
  if (!base) return std::unexpected(base.error());
  return Ask(*base, query, steady_clock::now() + (budget.count() > 0 ? budget : base->timeout),
             limits_);
}

Result<QueryAnswer> PrometheusClient::Query(const RangeQuery& query, milliseconds budget,
                                            const SeriesChoice* choice) const {
  AnswerLimits limits = limits_;
  limits.choice = choice;
  const Result<HttpRequest> base = prepare_();
  if (!base) return std::unexpected(base.error());
  const Result<std::vector<RangeQuery>> parts = Parts(query);
  if (!parts) return std::unexpected(parts.error());
  const Deadline deadline = steady_clock::now() + (budget.count() > 0 ? budget : base->timeout);
  QueryAnswer whole;
  whole.type = ResultType::kMatrix;
  for (const RangeQuery& part : *parts) {
    Result<QueryAnswer> answer = Ask(*base, part, deadline, limits);
    if (!answer) return answer;
    if (parts->size() == 1) return answer;
    Append(whole, std::move(*answer));
  }
  return whole;
}

}  // namespace warden::promapi
