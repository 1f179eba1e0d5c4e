// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/stand_in_server.h"

#include <httplib.h>

#include <cassert>
#include <utility>

// Debian's httplib is not instrumented: what the thread sanitizer sees of its memory calls, without
// its locks, looks like races. The sanitizer, if it is there, asks here.
extern "C" const char* __tsan_default_suppressions();   // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __tsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "called_from_lib:libcpp-httplib.so\n";
}

namespace warden::fakes {

StandInServer::StandInServer() : server_(std::make_unique<httplib::Server>()) { Start(); }

StandInServer::StandInServer(const StandInTls& tls)
    : server_(std::make_unique<httplib::SSLServer>(
          tls.cert_file.c_str(), tls.key_file.c_str(),
          tls.client_ca_file.empty() ? nullptr : tls.client_ca_file.c_str())),
      tls_(true) {
  Start();
}

StandInServer::~StandInServer() {
  server_->stop();
  thread_.join();
}

void StandInServer::Start() {
  assert(server_->is_valid());
  const auto plain = [this](const httplib::Request& request, httplib::Response& response) {
    Handle(request, response);
  };
  const std::string any = R"([\s\S]*)";
  server_->Get(any, plain).Post(any, plain).Put(any, plain).Patch(any, plain).Delete(any, plain);
  // A kept connection holds a thread of cpp-httplib until it has been idle this long.
  server_->new_task_queue = [] { return new httplib::ThreadPool(32); };
  server_->set_keep_alive_timeout(1);
  server_->set_keep_alive_max_count(1'000'000);
  server_->set_tcp_nodelay(true);
  server_->set_payload_max_length(std::size_t{64} << 20);
  const int port = server_->bind_to_any_port("127.0.0.1");
  assert(port > 0);
  port_ = static_cast<std::uint16_t>(port);
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  while (!server_->is_running()) std::this_thread::yield();
}

std::string StandInServer::Url(const std::string& path) const {
  return (tls_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_) + path;
}

void StandInServer::Answer(const std::string& path, StandInAnswer answer) {
  const std::lock_guard lock(mutex_);
  answers_[path] = std::move(answer);
}

void StandInServer::SetScript(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

void StandInServer::Handle(const httplib::Request& request, httplib::Response& response) {
  Recorded recorded{request.method, request.target, request.path, {}, request.body};
  for (const auto& [name, value] : request.headers) {
    if (name == "REMOTE_ADDR" || name == "REMOTE_PORT") continue;  // cpp-httplib's own
    if (name == "LOCAL_ADDR" || name == "LOCAL_PORT") continue;
    recorded.headers.push_back({name, value});
  }
  StandInAnswer answer;
  Script script;
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(recorded);
    const auto found = answers_.find(request.path);
    if (found != answers_.end()) {
      answer = found->second;
    } else {
      script = script_;
    }
  }
  came_.notify_all();
  if (script) answer = script(recorded);
  response.status = answer.status;
  for (const HttpHeader& header : answer.headers) response.set_header(header.name, header.value);
  response.set_content(answer.body, answer.content_type);
}

std::vector<Recorded> StandInServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool StandInServer::WaitForRequests(std::size_t count, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return came_.wait_for(lock, timeout, [&] { return requests_.size() >= count; });
}

}  // namespace warden::fakes
