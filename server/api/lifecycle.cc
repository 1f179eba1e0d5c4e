// SPDX-License-Identifier: Apache-2.0
// Is it alive, is it ready, what is it doing, reload: the endpoints that Prometheus and
// Alertmanager have too.
#include <utility>

#include "server/api/access.h"
#include "server/api/api.h"
#include "server/api/json.h"
#include "server/api/landing.h"
#include "server/api/readiness.h"

namespace warden::api {
namespace {

ServerResponse Plain(int status, std::string body) {
  ServerResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

ServerResponse Ready(const Parts& parts, Readiness& readiness) {
  if (parts.draining) return Plain(503, "promwarden is shutting down.\n");
  const bool is_healthy = parts.writer.healthy();
  const auto failures = parts.writer.failures();
  const auto trouble = is_healthy ? "" : parts.writer.trouble();
  // Between healthy and its reason there may be a moment.
  const auto why = readiness.Look(is_healthy || !trouble.empty() ? trouble : "it failed just now",
                                  failures, parts.clock.Now());
  if (why) return Plain(503, "promwarden cannot write to its store: " + *why + "\n");
  return Plain(200, "promwarden is ready.\n");
}

ServerResponse BuildInformation(const Parts& parts) {
  Json json;
  json.Object()
      .Field("version", parts.build.version)
      .Field("revision", parts.build.revision)
      .EndObject();
  return Success(json.Take());
}

}  // namespace

void AddLifecycleRoutes(const std::shared_ptr<const Parts>& parts) {
  const auto at_once = [](auto answer) {
    return [answer](const ServerRequest&, Respond respond) { respond(answer()); };
  };
  AddRoute(parts,
           {"GET", "/-/healthy", at_once([] { return Plain(200, "promwarden is healthy.\n"); })});
  AddRoute(parts, {"GET", "/-/ready", at_once([parts, readiness = std::make_shared<Readiness>()] {
                     return Ready(*parts, *readiness);
                   })});
  const auto reload = OnWorker(parts, [parts](const ServerRequest&) {
    if (auto done = parts->reload(); !done)
      return Plain(500, "failed to reload config: " + done.error().message + "\n");
    return Plain(200, "");
  });
  for (const char* method : {"POST", "PUT"})
    AddRoute(
        parts,
        {.method = method, .path = "/-/reload", .handler = reload, .admit = OperatorsOnly(parts)});
  AddRoute(parts, {"GET", "/metrics", OnWorker(parts, [parts](const ServerRequest&) {
                     ServerResponse response;
                     response.content_type = "text/plain; version=0.0.4; charset=utf-8";
                     response.body = RenderMetrics(*parts);
                     return response;
                   })});
  AddRoute(parts, {"GET", "/api/v1/status/buildinfo",
                   at_once([parts] { return BuildInformation(*parts); })});
  AddRoute(parts, {"GET", "/",
                   OnLister(parts, [parts](const ServerRequest&) { return LandingPage(*parts); })});
}

}  // namespace warden::api
