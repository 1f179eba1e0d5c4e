// SPDX-License-Identifier: Apache-2.0
#include "server/api/api.h"

#include <utility>

#include "server/api/json.h"
#include "server/api/request_limiter.h"

namespace warden::api {

void AddRoutes(const std::shared_ptr<const Parts>& parts) {
  AddWebhookRoutes(parts);
  AddIncidentRoutes(parts);
  AddIncidentPage(parts);
  AddChartRoutes(parts);
  AddDeliveryRoutes(parts);
  AddQuarantineRoutes(parts);
  AddLifecycleRoutes(parts);
  AddPredecessorRoutes(parts);
  const auto limiter = std::make_shared<RequestLimiter>();
  AddUnitRoutes(parts, limiter);
  AddUnitAlertRoute(parts, limiter);
  AddWatchRoutes(parts, limiter);
  AddDocumentRoute(parts);
}

void AddRoute(const std::shared_ptr<const Parts>& parts, HttpRoute route) {
  const std::string pattern = route.path;
  const auto count = [parts, pattern, method = route.method](int status) {
    parts->metrics.http_requests.Add({pattern, method, std::to_string(status)});
  };
  route.turned_away = [count, also = std::move(route.turned_away)](const RequestHead& head,
                                                                   int status) {
    auto otherwise = also ? also(head, status) : std::nullopt;
    count(otherwise ? otherwise->status : status);
    return otherwise;
  };
  if (route.admit) {
    route.admit = [count, admit = std::move(route.admit)](const RequestHead& head) {
      auto refused = admit(head);
      if (refused) count(refused->status);
      return refused;
    };
  }
  route.handler = [parts, pattern, count, handler = std::move(route.handler)](ServerRequest request,
                                                                              Respond respond) {
    const auto began = std::chrono::steady_clock::now();
    handler(std::move(request), [parts, pattern, count, began,
                                 respond = std::move(respond)](ServerResponse response) mutable {
      count(response.status);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
      parts->metrics.http_request_duration.Observe({pattern}, took.count());
      respond(std::move(response));
    });
  };
  // The first page is asked for as it is configured, with the slash at the end or without.
  if (pattern == "/" && !parts->prefix.empty()) {
    HttpRoute bare = route;
    bare.path = parts->prefix;
    parts->server.Add(std::move(bare));
  }
  route.path = parts->prefix + route.path;
  parts->server.Add(std::move(route));
}

namespace {

Handler On(const std::shared_ptr<const Parts>& parts, Worker& worker,
           std::function<ServerResponse(const ServerRequest&)> handler) {
  return [parts, &worker, handler = std::move(handler)](ServerRequest request, Respond respond) {
    // Shared, because a job that is not taken must still answer.
    auto answer = std::make_shared<Respond>(std::move(respond));
    const bool taken = worker.Post(
        [handler, answer, request = std::move(request)]() mutable { (*answer)(handler(request)); });
    if (!taken) (*answer)(ComeAgain("too many requests are waiting"));
  };
}

}  // namespace

Handler OnWorker(const std::shared_ptr<const Parts>& parts,
                 std::function<ServerResponse(const ServerRequest&)> handler) {
  return On(parts, parts->worker, std::move(handler));
}

Handler OnLister(const std::shared_ptr<const Parts>& parts,
                 std::function<ServerResponse(const ServerRequest&)> handler) {
  return On(parts, parts->lister, std::move(handler));
}

ServerResponse ComeAgain(std::string_view reason) {
  auto response = Failure(503, "unavailable", reason);
  response.headers.push_back({"Retry-After", "1"});
  return response;
}

ServerResponse FailureOf(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalid:
      return Failure(400, "bad_data", error.message);
    case ErrorCode::kUnavailable:
      return ComeAgain(error.message);
    case ErrorCode::kCorrupt:
      return Failure(422, "bad_data", error.message);
    case ErrorCode::kInternal:
      break;
  }
  return Failure(500, "internal", error.message);
}

}  // namespace warden::api
