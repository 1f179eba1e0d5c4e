// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/stand_in/journal.h"

#include "tests/e2e/stand_in/json.h"

namespace warden::stand_in {

Journal::Journal(const std::string& file) {
  if (!file.empty()) file_.open(file, std::ios::app);
}

void Journal::Add(const Received& received) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto at_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  std::string headers;
  for (const auto& [name, value] : received.headers) {
    headers += (headers.empty() ? "" : ",") + Quote(name) + ":" + Quote(value);
  }
  const std::lock_guard lock(mutex_);
  std::string line =
      "{\"seq\":" + std::to_string(lines_.size() + 1) + ",\"at_ms\":" + std::to_string(at_ms) +
      ",\"service\":" + Quote(received.service) + ",\"method\":" + Quote(received.method) +
      ",\"target\":" + Quote(received.target) + ",\"status\":" + std::to_string(received.status) +
      ",\"headers\":{" + headers + "},\"body\":" + Quote(received.body) + received.more + "}";
  if (file_.is_open()) file_ << line << std::endl;
  lines_.push_back({received.service, std::move(line)});
}

std::string Journal::Lines(const std::string& service, std::int64_t after) const {
  const std::lock_guard lock(mutex_);
  std::string out = "[";
  for (std::size_t i = after > 0 ? static_cast<std::size_t>(after) : 0; i < lines_.size(); ++i) {
    if (!service.empty() && lines_[i].service != service) continue;
    if (out.size() > 1) out += ",\n";
    out += lines_[i].json;
  }
  return out + "]\n";
}

void Journal::Script(const std::string& service, const ScriptedAnswer& answer, int times) {
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < times; ++i) scripts_[service].push_back(answer);
}

std::optional<ScriptedAnswer> Journal::Next(const std::string& service) {
  const std::lock_guard lock(mutex_);
  const auto found = scripts_.find(service);
  if (found == scripts_.end() || found->second.empty()) return std::nullopt;
  ScriptedAnswer answer = std::move(found->second.front());
  found->second.pop_front();
  return answer;
}

void Journal::ClearScripts() {
  const std::lock_guard lock(mutex_);
  scripts_.clear();
}

}  // namespace warden::stand_in
