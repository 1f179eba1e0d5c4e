// SPDX-License-Identifier: Apache-2.0
// What the stand-ins received, in order, one JSON object a line: in memory for GET /received and in
// a file. Also the script: answers that a service is to give next in place of its own.
// Safe from any thread; a line is in the file before the sender gets its answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace warden::stand_in {

struct Received {
  std::string service;
  std::string method;
  std::string target;
  std::multimap<std::string, std::string> headers;
  std::string body;
  int status = 0;    // answered; 0: none
  std::string more;  // further members of the line, each ",\"key\":value"
};

struct ScriptedAnswer {
  int status = 200;  // 0: the connection is closed without an answer
  std::map<std::string, std::string> headers;
  std::string body;
  std::chrono::milliseconds delay{0};
};

class Journal {
 public:
  explicit Journal(const std::string& file);  // empty: none

  void Add(const Received& received);
  // The lines from number `after` + 1 on as a JSON array; `service` empty: of all.
  [[nodiscard]] std::string Lines(const std::string& service, std::int64_t after) const;

  void Script(const std::string& service, const ScriptedAnswer& answer, int times);
  // Takes the next scripted answer of `service` off its queue.
  [[nodiscard]] std::optional<ScriptedAnswer> Next(const std::string& service);
  void ClearScripts();

 private:
  struct Line {
    std::string service;
    std::string json;
  };
  mutable std::mutex mutex_;
  std::ofstream file_;
  std::vector<Line> lines_;
  std::map<std::string, std::deque<ScriptedAnswer>> scripts_;
};

}  // namespace warden::stand_in
