// SPDX-License-Identifier: Apache-2.0
// The bare listener under load: /direct responds on the I/O thread, /hop on a worker thread, /busy
// refuses before the body is read. Prints its port and stays until standard input ends.
//
//   build/release/bin/bench_net &   then, with its port:
//   wrk -t1 -c8 -d5 http://127.0.0.1:PORT/hop
//   wrk -t1 -c8 -d5 -s tests/bench/net/post.lua http://127.0.0.1:PORT/busy
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "server/net/http_server.h"

namespace {

using warden::Respond;
using warden::ServerRequest;
using warden::ServerResponse;

// One thread that takes everything that has come and responds to it, as intake does.
class Worker {
 public:
  Worker() : thread_([this] { Run(); }) {}
  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    came_.notify_one();
    thread_.join();
  }
  void Push(Respond respond) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(respond));
    if (waiting_.size() == 1) came_.notify_one();
  }

 private:
  void Run() {
    for (;;) {
      std::vector<Respond> taken;
      {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        taken.swap(waiting_);
      }
      for (Respond& respond : taken) respond(ServerResponse{.body = "ok\n"});
    }
  }

  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Respond> waiting_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace

int main() {
  Worker worker;
  warden::HttpServer server;
  for (const char* method : {"GET", "POST"}) {
    server.Add({.method = method, .path = "/direct", .handler = [](ServerRequest, Respond respond) {
                  respond(ServerResponse{.body = "ok\n"});
                }});
    server.Add(
        {.method = method, .path = "/hop", .handler = [&worker](ServerRequest, Respond respond) {
           worker.Push(std::move(respond));
         }});
    server.Add({.method = method,
                .path = "/busy",
                .handler = [](ServerRequest, Respond) {},
                .admit =
                    [](const warden::RequestHead&) {
                      return ServerResponse{
                          .status = 503, .headers = {{"Retry-After", "1"}}, .body = "busy\n"};
                    }});
  }
  if (const auto started = server.Start({"127.0.0.1:0"}); !started) {
    std::fprintf(stderr, "%s\n", started.error().message.c_str());
    return 1;
  }
  std::printf("%d\n", server.port());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  server.Stop(std::chrono::seconds(1));
  return 0;
}
