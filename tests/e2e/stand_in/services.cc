// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/stand_in/services.h"

#include <httplib.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>

namespace warden::stand_in {
namespace {

struct Reply {
  int status = 200;
  std::string body;
  std::string type = "application/json";
};

double Now() { return Seconds(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string ServiceOf(const std::string& path) {
  if (path.starts_with("/slack")) return "slack";
  if (path.starts_with("/discord")) return "discord";
  if (path.starts_with("/telegram")) return "telegram";
  if (path.starts_with("/v2/enqueue")) return "pagerduty";
  if (path.starts_with("/grafana")) return "grafana";
  return "webhook";
}

Reply Slack(const rapidjson::Document& body) {
  if (body.HasParseError() || !body.IsObject()) return {400, "invalid_payload", "text/plain"};
  if (Text(body, "text").empty() && !body.HasMember("blocks") && !body.HasMember("attachments")) {
    return {400, "no_text", "text/plain"};
  }
  return {200, "ok", "text/plain"};
}

Reply Discord(const httplib::Request& request, const rapidjson::Document& body) {
  if (body.HasParseError() || !body.IsObject() ||
      (Text(body, "content").empty() && !body.HasMember("embeds"))) {
    return {400, R"({"message":"Cannot send an empty message","code":50006})"};
  }
  if (request.get_param_value("wait") != "true") return {204, ""};
  return {200, R"({"id":"1100000000000000001","type":0})"};
}

Reply Telegram(const rapidjson::Document& body) {
  if (body.HasParseError() || Text(body, "text").empty()) {
    return {400,
            R"({"ok":false,"error_code":400,"description":"Bad Request: message text is empty"})"};
  }
  return {200, R"({"ok":true,"result":{"message_id":42}})"};
}

Reply PagerDuty(const rapidjson::Document& body) {
  if (body.HasParseError() || Text(body, "routing_key").empty() ||
      Text(body, "event_action").empty()) {
    return {400, R"({"status":"invalid event","message":"Event object is invalid","errors":[]})"};
  }
  return {202, R"({"status":"success","message":"Event processed","dedup_key":)" +
                   Quote(Text(body, "dedup_key")) + "}"};
}

Reply Own(const std::string& service, const httplib::Request& request, Grafana& grafana) {
  if (service == "grafana") {
    const auto answer =
        grafana.Answer({request.method, request.path.substr(std::string("/grafana").size()),
                        request.params, request.get_header_value("Content-Type"), request.body});
    return {answer.status, answer.body};
  }
  rapidjson::Document body;
  body.Parse(request.body.c_str(), request.body.size());
  if (service == "slack") return Slack(body);
  if (service == "discord") return Discord(request, body);
  if (service == "telegram") return Telegram(body);
  if (service == "pagerduty") return PagerDuty(body);
  return {200, R"({"status":"received"})"};
}

void Serve(Journal& journal, Grafana& grafana, const httplib::Request& request,
           httplib::Response& response) {
  Received received;
  received.service = ServiceOf(request.path);
  received.method = request.method;
  received.target = request.target;
  received.headers.insert(request.headers.begin(), request.headers.end());
  received.body = request.body;
  const auto scripted = journal.Next(received.service);
  if (scripted) {
    std::this_thread::sleep_for(scripted->delay);
    received.status = response.status = scripted->status;
    for (const auto& [name, value] : scripted->headers) response.set_header(name, value);
    response.set_content(scripted->body, "application/json");
  } else {
    const Reply reply = Own(received.service, request, grafana);
    received.status = response.status = reply.status;
    response.set_content(reply.body, reply.type);
  }
  journal.Add(received);
}

void AddScript(Journal& journal, const httplib::Request& request, httplib::Response& response) {
  rapidjson::Document body;
  body.Parse(request.body.c_str(), request.body.size());
  if (body.HasParseError() || Text(body, "service").empty()) {
    response.status = 400;
    return;
  }
  ScriptedAnswer answer;
  answer.status = static_cast<int>(Number(body, "status", 200));
  answer.body = Text(body, "body");
  answer.delay = std::chrono::milliseconds(Number(body, "delay_ms"));
  if (body.HasMember("headers") && body["headers"].IsObject()) {
    for (const auto& header : body["headers"].GetObject()) {
      if (header.value.IsString())
        answer.headers[header.name.GetString()] = header.value.GetString();
    }
  }
  journal.Script(Text(body, "service"), answer, static_cast<int>(Number(body, "times", 1)));
}

}  // namespace

void AddServices(httplib::Server& server, Journal& journal, Grafana& grafana, Shop& shop) {
  using Request = httplib::Request;
  using Response = httplib::Response;
  server.Get("/received", [&](const Request& request, Response& response) {
    response.set_content(journal.Lines(request.get_param_value("service"),
                                       std::atoll(request.get_param_value("after").c_str())),
                         "application/json");
  });
  server.Post("/script", [&](const Request& request, Response& response) {
    AddScript(journal, request, response);
  });
  server.Delete("/script", [&](const Request&, Response&) { journal.ClearScripts(); });
  server.Get("/metrics", [&](const Request&, Response& response) {
    response.set_content(shop.Metrics(Now()), "text/plain; version=0.0.4");
  });
  server.Get("/history", [&](const Request& request, Response& response) {
    response.set_content(shop.History(Now(), Seconds(1), request.get_param_value("labels")),
                         "application/openmetrics-text; version=1.0.0");
  });
  server.Post(R"(/incident/(on|off))", [&](const Request& request, Response&) {
    shop.SetIncident(request.matches[1] == "on");
  });
  const auto serve = [&](const Request& request, Response& response) {
    Serve(journal, grafana, request, response);
  };
  server.Post(".*", serve).Put(".*", serve).Patch(".*", serve).Delete(".*", serve);
  server.Get(".*", serve);
}

}  // namespace warden::stand_in
