// SPDX-License-Identifier: Apache-2.0
// A load generator that is not itself the limit: bodies are made before the clock starts, each of 8
// kept connections sends the next request when the last is answered, and nothing is parsed but the
// status line and the length.
//
//   intake_load flood PORT webhook|alertmanager ALERTS_A_REQUEST REQUESTS   → rate, p50, p99
//   intake_load lone PORT SINK_PORT TIMES                                   → first notification:
//   p50, p99
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr int kConnections = 8;
constexpr int kGroups = 50;

int Fatal(const char* what) {
  std::perror(what);
  std::exit(1);
}

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Fatal("connect");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

int Listen(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(fd, 64) != 0)
    Fatal("listen");
  return fd;
}

std::string Now() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
  return text;
}

std::string Labels(std::int64_t number, int group) {
  return R"({"alertname":"BenchAlert)" + std::to_string(group) +
         R"(","cluster":"eu-1","instance":"host-)" + std::to_string(number) +
         R"(.example.org:9100","job":"node","severity":"warning","team":"infra"})";
}

std::string Annotations(std::int64_t number) {
  return R"({"summary":"Disk of host-)" + std::to_string(number) +
         R"( is filling","description":"The disk will be full within four hours at the present rate.","runbook_url":"https://runbooks.example.org/disk"})";
}

std::string Alert(std::int64_t number, int group, const std::string& starts, bool for_webhook) {
  std::string text = "{";
  if (for_webhook) text += R"("status":"firing","endsAt":"0001-01-01T00:00:00Z",)";
  return text + R"("labels":)" + Labels(number, group) + R"(,"annotations":)" +
         Annotations(number) + R"(,"startsAt":")" + starts +
         R"(","generatorURL":"http://prometheus.example.org:9090/graph?g0.expr=x"})";
}

std::string Body(std::int64_t first, int count, int group, const std::string& starts,
                 bool for_webhook) {
  std::string alerts = "[";
  for (int i = 0; i < count; ++i)
    alerts += (i > 0 ? "," : "") + Alert(first + i, group, starts, for_webhook);
  alerts += "]";
  if (!for_webhook) return alerts;
  const std::string name = "BenchAlert" + std::to_string(group);
  return R"({"receiver":"promwarden","status":"firing","alerts":)" + alerts +
         R"(,"groupLabels":{"alertname":")" + name +
         R"("},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://am","version":"4","groupKey":"{}:{alertname=\")" +
         name + R"(\"}","truncatedAlerts":0})" + "\n";
}

std::string Request(const char* path, const std::string& body) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

void SendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) Fatal("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// Reads one answer (Content-Length or no body) and gives its status.
int ReadAnswer(int fd) {
  std::string head;
  char chunk[4096];
  std::size_t end = std::string::npos;
  while ((end = head.find("\r\n\r\n")) == std::string::npos) {
    const auto got = recv(fd, chunk, sizeof chunk, 0);
    if (got <= 0) Fatal("recv");
    head.append(chunk, static_cast<std::size_t>(got));
  }
  const int status = std::atoi(head.c_str() + 9);
  std::size_t length = 0;
  for (const char* name : {"Content-Length: ", "content-length: "}) {
    if (const auto at = head.find(name); at != std::string::npos)
      length = std::strtoul(head.c_str() + at + 16, nullptr, 10);
  }
  std::size_t have = head.size() - end - 4;
  while (have < length) {
    const auto got = recv(fd, chunk, std::min(sizeof chunk, length - have), 0);
    if (got <= 0) Fatal("recv");
    have += static_cast<std::size_t>(got);
  }
  return status;
}

double Percentile(std::vector<double>& values, double share) {
  std::sort(values.begin(), values.end());
  return values.at(std::min(values.size() - 1,
                            static_cast<std::size_t>(share * static_cast<double>(values.size()))));
}

int Flood(int port, bool for_webhook, int alerts, int requests) {
  const char* path = for_webhook ? "/api/v1/webhook" : "/api/v2/alerts";
  const std::string starts = Now();
  std::vector<std::vector<std::string>> work(kConnections);
  std::int64_t number = std::time(nullptr) % 100'000 * 1'000'000;
  for (int i = 0; i < requests; ++i, number += alerts) {
    work[static_cast<std::size_t>(i % kConnections)].push_back(
        Request(path, Body(number, alerts, i % kGroups, starts, for_webhook)));
  }
  std::vector<std::vector<double>> took(kConnections);
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  const auto began = SteadyClock::now();
  for (std::size_t c = 0; c < kConnections; ++c) {
    threads.emplace_back([&, c] {
      const int fd = Connect(port);
      for (const auto& request : work[c]) {
        const auto start = SteadyClock::now();
        SendAll(fd, request);
        if (ReadAnswer(fd) / 100 != 2) ++refused;
        took[c].push_back(
            std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count());
      }
      close(fd);
    });
  }
  for (auto& thread : threads) thread.join();
  const std::chrono::duration<double> all = SteadyClock::now() - began;
  std::vector<double> ms;
  for (const auto& part : took) ms.insert(ms.end(), part.begin(), part.end());
  std::printf(
      "{\"alerts_per_second\":%.0f,\"requests_per_second\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
      "\"refused\":%d}\n",
      requests * static_cast<double>(alerts) / all.count(), requests / all.count(),
      Percentile(ms, 0.5), Percentile(ms, 0.99), refused.load());
  return refused == 0 ? 0 : 1;
}

// From the first byte of a lone webhook to the first byte of its notification at a webhook
// receiver.
int Lone(int port, int sink_port, int times) {
  const int listener = Listen(sink_port);
  std::vector<double> ms;
  const int fd = Connect(port);
  std::int64_t number = std::time(nullptr);
  for (int i = 0; i < times; ++i) {
    const auto request =
        Request("/api/v1/webhook", Body(number * 1000 + i, 1, 1000 + i, Now(), true));
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    std::atomic<bool> heard{false};
    SteadyClock::time_point at;
    std::thread sink([&] {
      const int peer = accept(listener, nullptr, nullptr);
      char byte = 0;
      if (recv(peer, &byte, 1, 0) != 1) Fatal("sink");
      at = SteadyClock::now();
      heard = true;
      char rest[65536];
      [[maybe_unused]] const auto ignored = recv(peer, rest, sizeof rest, 0);
      SendAll(peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      close(peer);
    });
    const auto start = SteadyClock::now();
    SendAll(fd, request);
    ReadAnswer(fd);
    sink.join();
    ms.push_back(std::chrono::duration<double, std::milli>(at - start).count());
  }
  std::printf("{\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n", Percentile(ms, 0.5), Percentile(ms, 0.99));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view verb = argc > 1 ? argv[1] : "";
  if (verb == "flood" && argc == 6) {
    return Flood(std::atoi(argv[2]), std::string_view{argv[3]} == "webhook", std::atoi(argv[4]),
                 std::atoi(argv[5]));
  }
  if (verb == "lone" && argc == 5)
    return Lone(std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]));
  std::fputs(
      "usage: intake_load flood PORT webhook|alertmanager ALERTS REQUESTS | lone PORT SINK_PORT "
      "TIMES\n",
      stderr);
  return 2;
}
