// SPDX-License-Identifier: Apache-2.0
// Grafana's annotation, search and dashboard calls as a server of version 10 answers them, kept in
// memory: tags keep only their first two parts, an unknown dashboard makes an annotation of the
// whole organisation, an end before the start is swapped with it. Safe from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/stand_in/json.h"

namespace warden::stand_in {

struct GrafanaRequest {
  std::string method;
  std::string path;  // from /api on
  std::multimap<std::string, std::string> query;
  std::string content_type;
  std::string body;
};

struct GrafanaAnswer {
  int status = 200;
  std::string body;
};

class Grafana {
 public:
  [[nodiscard]] GrafanaAnswer Answer(const GrafanaRequest& request);

 private:
  struct Annotation {
    std::int64_t id = 0;
    std::string dashboard_uid;
    std::int64_t panel_id = 0;
    std::int64_t time = 0;
    std::int64_t time_end = 0;
    std::string text;
    std::vector<std::string> tags;
  };

  GrafanaAnswer Create(const rapidjson::Document& body);
  GrafanaAnswer Change(Annotation& annotation, const rapidjson::Document& body);
  GrafanaAnswer Find(const std::multimap<std::string, std::string>& query) const;
  GrafanaAnswer One(const GrafanaRequest& request);
  [[nodiscard]] static std::string Print(const Annotation& annotation);

  mutable std::mutex mutex_;
  std::map<std::int64_t, Annotation> annotations_;
  std::int64_t next_id_ = 1;
};

}  // namespace warden::stand_in
