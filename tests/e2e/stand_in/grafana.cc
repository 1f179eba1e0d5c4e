// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/stand_in/grafana.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <set>

namespace warden::stand_in {
namespace {

// One dashboard; a panel of it is hidden in a collapsed row.
// clang-format off
constexpr const char* kDashboard = R"json({"meta":{"canEdit":true,"slug":"service-overview"},"dashboard":{
"id":7,"uid":"service-overview","title":"Service Overview","panels":[
{"id":2,"type":"timeseries","title":"Request Rate"},{"id":3,"type":"timeseries","title":"Latency"},
{"id":4,"type":"row","title":"Errors","collapsed":true,"panels":[{"id":5,"type":"timeseries","title":"Error Ratio"}]}]}})json";
constexpr const char* kFound = R"json([
{"id":7,"uid":"service-overview","title":"Service Overview","type":"dash-db","tags":[]},
{"id":8,"uid":"service-overview-old","title":"Service Overview (old)","type":"dash-db","tags":[]}])json";
// clang-format on

constexpr std::size_t kTagBytes = 500;

GrafanaAnswer Error(int status, const std::string& message) {
  return {status, "{\"message\":" + Quote(message) + "}"};
}

std::int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// `a:b:c` is stored as `a:b`.
std::vector<std::string> Tags(const rapidjson::Value& body) {
  std::vector<std::string> tags;
  const auto member = body.FindMember("tags");
  if (member == body.MemberEnd() || !member->value.IsArray()) return tags;
  for (const auto& tag : member->value.GetArray()) {
    if (!tag.IsString()) continue;
    std::string text = tag.GetString();
    const std::size_t first = text.find(':');
    if (first != std::string::npos) text = text.substr(0, text.find(':', first + 1));
    if (!text.empty()) tags.push_back(text);
  }
  return tags;
}

bool IsTooLong(const std::vector<std::string>& tags) {
  std::size_t bytes = 2;
  for (const std::string& tag : tags) bytes += tag.size() + 3;
  return bytes > kTagBytes;
}

std::int64_t QueryNumber(const std::multimap<std::string, std::string>& query, const char* key) {
  const auto found = query.find(key);
  return found == query.end() ? 0 : std::atoll(found->second.c_str());
}

}  // namespace

std::string Grafana::Print(const Annotation& a) {
  std::string tags;
  for (const std::string& tag : a.tags) tags += (tags.empty() ? "" : ",") + Quote(tag);
  return "{\"id\":" + std::to_string(a.id) + ",\"dashboardUID\":" + Quote(a.dashboard_uid) +
         ",\"panelId\":" + std::to_string(a.panel_id) + ",\"time\":" + std::to_string(a.time) +
         ",\"timeEnd\":" + std::to_string(a.time_end) + ",\"text\":" + Quote(a.text) +
         ",\"tags\":[" + tags + "]}";
}

GrafanaAnswer Grafana::Create(const rapidjson::Document& body) {
  Annotation a;
  a.text = Text(body, "text");
  if (a.text.empty())
    return Error(400, "Failed to save annotation: text field should not be empty");
  a.dashboard_uid = Text(body, "dashboardUID");
  if (a.dashboard_uid != "service-overview") a.dashboard_uid.clear();
  a.panel_id = Number(body, "panelId");
  a.time = Number(body, "time", NowMs());
  a.time_end = Number(body, "timeEnd", a.time);
  if (a.time_end < a.time) std::swap(a.time, a.time_end);
  a.tags = Tags(body);
  if (IsTooLong(a.tags)) return Error(400, "tag limit exceeded");
  a.id = next_id_++;
  annotations_[a.id] = a;
  return {200, "{\"message\":\"Annotation added\",\"id\":" + std::to_string(a.id) + "}"};
}

GrafanaAnswer Grafana::Change(Annotation& a, const rapidjson::Document& body) {
  Annotation next = a;
  if (const std::string text = Text(body, "text"); !text.empty()) next.text = text;
  if (body.HasMember("tags")) next.tags = Tags(body);
  if (const std::int64_t time = Number(body, "time"); time > 0) next.time = time;
  if (const std::int64_t end = Number(body, "timeEnd"); end > 0) next.time_end = end;
  if (IsTooLong(next.tags)) return Error(400, "tag limit exceeded");
  if (next.time_end < next.time) std::swap(next.time, next.time_end);
  a = std::move(next);
  return {200, R"({"message":"Annotation patched"})"};
}

// All tags asked for must be there, and the window must overlap when both of its ends are given.
GrafanaAnswer Grafana::Find(const std::multimap<std::string, std::string>& query) const {
  std::set<std::string> wanted;
  for (auto [it, end] = query.equal_range("tags"); it != end; ++it) wanted.insert(it->second);
  const std::int64_t from = QueryNumber(query, "from");
  const std::int64_t to = QueryNumber(query, "to");
  std::string out;
  for (const auto& [id, a] : annotations_) {
    const std::set<std::string> has(a.tags.begin(), a.tags.end());
    if (!std::includes(has.begin(), has.end(), wanted.begin(), wanted.end())) continue;
    if (from > 0 && to > 0 && (a.time > to || a.time_end < from)) continue;
    out += (out.empty() ? "" : ",") + Print(a);
  }
  return {200, "[" + out + "]"};
}

GrafanaAnswer Grafana::One(const GrafanaRequest& request) {
  const auto found =
      annotations_.find(std::atoll(request.path.substr(request.path.rfind('/') + 1).c_str()));
  if (found == annotations_.end()) return Error(404, "Annotation not found");
  if (request.method == "GET") return {200, Print(found->second)};
  if (request.method == "DELETE") {
    annotations_.erase(found);
    return {200, R"({"message":"Annotation deleted"})"};
  }
  rapidjson::Document body;
  body.Parse(request.body.c_str(), request.body.size());
  if (body.HasParseError() || !body.IsObject()) return Error(400, "bad request data");
  return Change(found->second, body);
}

GrafanaAnswer Grafana::Answer(const GrafanaRequest& request) {
  const std::lock_guard lock(mutex_);
  const std::string& path = request.path;
  const bool has_body = request.method != "GET" && request.method != "DELETE";
  if (path == "/api/health") {
    return {200, R"({"commit":"stand-in","database":"ok","version":"10.4.0"})"};
  }
  if (has_body && !request.content_type.starts_with("application/json")) {
    return Error(400, "bad request data");
  }
  if (path == "/api/search") return {200, kFound};
  if (path == "/api/dashboards/uid/service-overview") return {200, kDashboard};
  if (path.starts_with("/api/dashboards/uid/")) return Error(404, "Dashboard not found");
  if (path == "/api/annotations" && request.method == "GET") return Find(request.query);
  if (path == "/api/annotations" && request.method == "POST") {
    rapidjson::Document body;
    body.Parse(request.body.c_str(), request.body.size());
    if (body.HasParseError() || !body.IsObject()) return Error(400, "bad request data");
    return Create(body);
  }
  if (path.starts_with("/api/annotations/")) return One(request);
  return Error(404, "Not found");
}

}  // namespace warden::stand_in
