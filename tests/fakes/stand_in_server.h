// SPDX-License-Identifier: Apache-2.0
// A stand-in for Slack, Grafana, Prometheus and their like: cpp-httplib on a free loopback port,
// with answers per path and a record of what came. Safe from any thread. Destroy the clients first:
// a kept connection delays the end by a second. For peers that break HTTP see raw_server.h.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/net/http_headers.h"

namespace httplib {
class Server;
struct Request;
struct Response;
}  // namespace httplib

namespace warden::fakes {

struct Recorded {
  std::string method = {};
  std::string target = {};  // path and query as they came
  std::string path = {};
  HttpHeaders headers = {};
  std::string body = {};
};

struct StandInAnswer {
  int status = 200;
  std::string body = {};
  HttpHeaders headers = {};
  std::string content_type = "application/json";
};

struct StandInTls {
  std::string cert_file = {};
  std::string key_file = {};
  std::string client_ca_file = {};  // not empty: clients must show a certificate of it
};

class StandInServer {
 public:
  using Script = std::function<StandInAnswer(const Recorded&)>;

  StandInServer();
  explicit StandInServer(const StandInTls& tls);
  ~StandInServer();
  StandInServer(const StandInServer&) = delete;
  StandInServer& operator=(const StandInServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // http://127.0.0.1:PORT, or https://localhost:PORT
  [[nodiscard]] std::string Url(const std::string& path = "") const;

  // What `path` answers from now on, whatever the method. Other paths: 200 with an empty body.
  void Answer(const std::string& path, StandInAnswer answer);
  // Answers everything that has no Answer. May block its own request.
  void SetScript(Script script);

  [[nodiscard]] std::vector<Recorded> requests() const;
  // False when fewer have come within `timeout`.
  [[nodiscard]] bool WaitForRequests(
      std::size_t count, std::chrono::milliseconds timeout = std::chrono::seconds(10)) const;

 private:
  void Start();
  void Handle(const httplib::Request& request, httplib::Response& response);

  std::unique_ptr<httplib::Server> server_;
  bool tls_ = false;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::map<std::string, StandInAnswer> answers_;
  Script script_;
  std::vector<Recorded> requests_;
  std::thread thread_;
};

}  // namespace warden::fakes
