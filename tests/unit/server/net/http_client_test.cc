// SPDX-License-Identifier: Apache-2.0
// Our client, with cpp-httplib and plain sockets as its peers.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <vector>

#include "server/net/auth.h"
#include "server/net/curl_http_client.h"
#include "tests/fakes/raw_server.h"
#include "tests/fakes/stand_in_server.h"

namespace warden {
namespace {

using fakes::RawConnection;
using fakes::RawServer;
using fakes::Recorded;
using fakes::StandInServer;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string Header(const Recorded& request, std::string_view name) {
  return std::string(FindHeader(request.headers, name).value_or("<none>"));
}

// What it failed with, or "status 200".
std::string Fault(const HttpResult& result) {
  if (result) return "status " + std::to_string(result->status);
  return std::string(Name(result.error().kind)) + (result.error().body_was_sent ? ", sent" : "");
}

TEST(HttpClient, SendsMethodHeadersAndBodyAsGiven) {
  StandInServer server;
  server.SetScript([](const Recorded&) {
    return fakes::StandInAnswer{.status = 202, .body = "{}", .headers = {{"X-Id", "7"}}};
  });
  CurlHttpClient client;
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    const HttpResult result = client.Call({.method = method,
                                           .url = server.Url("/a%20b?c=d"),
                                           .headers = {{"Content-Type", "application/json"}},
                                           .authorization = BearerAuthorization("t"),
                                           .body = "{\"a\":\"\\u0000\"}"});
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->status, 202);
    EXPECT_EQ(result->body, "{}");
    EXPECT_EQ(FindHeader(result->headers, "x-ID"), "7");
    const Recorded got = server.requests().back();
    EXPECT_EQ(got.method, method);
    EXPECT_EQ(got.target, "/a%20b?c=d");
    EXPECT_EQ(got.body, "{\"a\":\"\\u0000\"}");
    EXPECT_EQ(Header(got, "Content-Type"), "application/json");
    EXPECT_EQ(Header(got, "Authorization"), "Bearer t");
    EXPECT_EQ(Header(got, "User-Agent"), "promwarden");
    EXPECT_EQ(Header(got, "Expect"), "<none>");
    EXPECT_EQ(Header(got, "Accept-Encoding"), "<none>");
  }
}

TEST(HttpClient, SendsRequestsWithoutBody) {
  StandInServer server;
  CurlHttpClient client;
  for (const char* method : {"GET", "HEAD", "DELETE", "POST"}) {
    EXPECT_EQ(Fault(client.Call({.method = method, .url = server.Url("/")})), "status 200");
    EXPECT_EQ(Header(server.requests().back(), "Content-Length"),
              std::string(method) == "POST" ? "0" : "<none>");
  }
}

TEST(HttpClient, SendsLargeBodies) {
  StandInServer server;
  CurlHttpClient client;
  const std::string body(std::size_t{20} << 20, 'u');
  EXPECT_EQ(Fault(client.Call({.method = "POST", .url = server.Url("/"), .body = body})),
            "status 200");
  EXPECT_EQ(server.requests().back().body, body);
}

TEST(HttpClient, SendsHeadersWithoutValue) {
  std::string head;
  RawServer server([&](RawConnection& peer) {
    head = peer.ReadMessage();
    peer.Send(kOk);
  });
  CurlHttpClient client;
  EXPECT_EQ(Fault(client.Call({.url = server.Url("/"), .headers = {{"X-Empty", ""}}})),
            "status 200");
  EXPECT_NE(head.find("\r\nX-Empty:\r\n"), std::string::npos) << head;
}

TEST(HttpClient, KeepsConnections) {
  std::atomic<int> served{0};
  RawServer server([&](RawConnection& peer) {
    while (!peer.ReadMessage().empty()) {
      ++served;
      peer.Send(kOk);
    }
  });
  CurlHttpClient client;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Fault(client.Call({.method = "POST", .url = server.Url("/"), .body = "x"})),
              "status 200");
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(served, 10);
}

TEST(HttpClient, GivesErrorStatusesAsAnswers) {
  StandInServer server;
  server.Answer("/", {.status = 503, .body = "no", .headers = {{"Retry-After", "30"}}});
  CurlHttpClient client;
  const HttpResult result = client.Call({.url = server.Url("/")});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 503);
  EXPECT_EQ(FindHeader(result->headers, "Retry-After"), "30");
}

TEST(HttpClient, TellsDnsFromRefusedFromMalformed) {
  CurlHttpClient client;
  EXPECT_EQ(Fault(client.Call({.url = "http://no-such-host.invalid/secret"})), "dns");
  const std::string closed = std::to_string(fakes::ClosedPort());
  EXPECT_EQ(Fault(client.Call({.url = "http://127.0.0.1:" + closed + "/secret"})), "connect");
  for (const char* url : {"", "http://", "ftp://h/x", "file:///etc/passwd", "http://a b/"}) {
    EXPECT_EQ(Fault(client.Call({.url = url})), "other") << url;
  }
  EXPECT_EQ(Fault(client.Call({.url = "http://127.0.0.1/", .headers = {{"A", "b\r\nC: d"}}})),
            "other");
}

TEST(HttpClient, NeverTellsPathOrCredentials) {
  CurlHttpClient client;
  RawServer cut([](RawConnection& peer) { peer.Reset(); });
  RawServer hang([](RawConnection& peer) { peer.WaitForClose(); });
  RawServer nonsense([](RawConnection& peer) {
    (void)peer.ReadMessage();
    peer.Send("canary nonsense\r\n\r\n");
  });
  const std::string port = std::to_string(fakes::ClosedPort());
  std::vector<HttpRequest> requests;
  for (const std::string& authority :
       {"127.0.0.1:" + port, std::string("canary.example:99999"), std::string("no.invalid"),
        "127.0.0.1:" + std::to_string(cut.port()), "127.0.0.1:" + std::to_string(hang.port()),
        "127.0.0.1:" + std::to_string(nonsense.port())}) {
    requests.push_back({.url = "http://user:canary@" + authority + "/canary?canary",
                        .authorization = "Bearer canary",
                        .timeout = milliseconds(50)});
  }
  requests.push_back(
      {.url = "https://127.0.0.1:" + port + "/canary", .tls = {.ca_file = "/nowhere"}});
  requests.push_back({.url = "http://127.0.0.1/canary", .proxy_url = "bad://u:canary@h/canary"});
  requests.push_back(
      {.url = "http://127.0.0.1/canary", .proxy_url = "http://u:canary@127.0.0.1:" + port});
  for (HttpRequest& request : requests) {
    const HttpResult result = client.Call(request);
    ASSERT_FALSE(result) << request.url;
    EXPECT_EQ(result.error().message.find("canary"), std::string::npos) << result.error().message;
    EXPECT_FALSE(result.error().message.empty());
  }
}

TEST(HttpClient, LimitsTheWaitForAConnection) {
  const fakes::SilentListener listener;
  CurlHttpClient client;
  const HttpRequest request{.method = "POST",
                            .url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/",
                            .body = "x",
                            .connect_timeout = milliseconds(50)};
  EXPECT_EQ(Fault(client.Call(request)), "timeout_before_send");
}

TEST(HttpClient, LimitsTheWaitForAnAnswer) {
  RawServer server([](RawConnection& peer) { peer.WaitForClose(); });
  CurlHttpClient client;
  const auto call = [&](const char* body) {
    return Fault(client.Call(
        {.method = "POST", .url = server.Url("/"), .body = body, .timeout = milliseconds(500)}));
  };
  auto without_body = std::async(std::launch::async, call, "");
  EXPECT_EQ(call("x"), "timeout_after_send, sent");
  EXPECT_EQ(without_body.get(), "timeout_after_send, sent");
}

TEST(HttpClient, KnowsThatNotAllOfTheBodyWasSent) {
  // It reads nothing, so that the body fills the buffers between and stays there.
  std::promise<void> ends;
  RawServer server([&, end = ends.get_future().share()](RawConnection&) { end.wait(); });
  {
    CurlHttpClient client;
    const HttpRequest request{.method = "POST",
                              .url = server.Url("/"),
                              .body = std::string(std::size_t{64} << 20, 'x'),
                              .timeout = milliseconds(300)};
    EXPECT_EQ(Fault(client.Call(request)), "timeout_before_send");
  }
  ends.set_value();
}

TEST(HttpClient, LimitsATrickleAsAWhole) {
  RawServer server([](RawConnection& peer) {
    (void)peer.ReadMessage();
    peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (peer.Send("x")) std::this_thread::sleep_for(milliseconds(1));
  });
  CurlHttpClient client;
  const HttpResult result = client.Call(
      {.method = "POST", .url = server.Url("/"), .body = "x", .timeout = milliseconds(500)});
  EXPECT_EQ(Fault(result), "timeout_after_send, sent");
  EXPECT_EQ(result.error().status, 200);  // the receiver had agreed
}

TEST(HttpClient, BoundsTheAnswer) {
  RawServer server([](RawConnection& peer) {
    (void)peer.ReadMessage();
    peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (peer.Send("400\r\n" + std::string(0x400, 'x') + "\r\n")) {
    }
  });
  CurlHttpClient client;
  const HttpResult result = client.Call({.method = "POST", .url = server.Url("/"), .body = "x"});
  EXPECT_EQ(Fault(result), "too_large, sent");
  EXPECT_EQ(result.error().status, 200);

  StandInServer exact;
  exact.Answer("/", {.body = std::string(1000, 'x')});
  EXPECT_EQ(Fault(client.Call({.url = exact.Url("/"), .max_response_bytes = 1000})), "status 200");
  EXPECT_EQ(Fault(client.Call({.url = exact.Url("/"), .max_response_bytes = 999})),
            "too_large, sent");
}

TEST(HttpClient, BoundsTheAnswersHeaders) {
  RawServer server([](RawConnection& peer) {
    (void)peer.ReadMessage();
    peer.Send("HTTP/1.1 200 OK\r\n");
    while (peer.Send("A: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  CurlHttpClient client;
  EXPECT_FALSE(client.Call({.url = server.Url("/")}));
}

TEST(HttpClient, TellsWhereTheConnectionWasCut) {
  CurlHttpClient client;
  const std::vector<std::pair<std::string, RawServer::Script>> cases{
      {"reset_after_send, sent",
       [](RawConnection& peer) {
         (void)peer.ReadMessage();
         peer.Reset();
       }},
      {"reset_after_send, sent", [](RawConnection& peer) { (void)peer.ReadMessage(); }},
      {"reset_after_send, sent",
       [](RawConnection& peer) {
         (void)peer.ReadMessage();
         peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
       }},
      {"other, sent", [](RawConnection& peer) {
         (void)peer.ReadMessage();
         peer.Send("no HTTP at all\r\n\r\n");
       }}};
  for (const auto& [expected, script] : cases) {
    RawServer server(script);
    EXPECT_EQ(Fault(client.Call({.method = "POST", .url = server.Url("/"), .body = "body"})),
              expected);
    EXPECT_EQ(server.connections(), 1);
  }
  RawServer early([](RawConnection& peer) {
    (void)peer.ReadUntil("\r\n\r\n");
    peer.Reset();
  });
  EXPECT_EQ(Fault(client.Call({.method = "POST",
                               .url = early.Url("/"),
                               .body = std::string(std::size_t{64} << 20, 'x')})),
            "reset_before_send");
}

TEST(HttpClient, NeverSendsABodyTwiceByItself) {
  // A kept connection that is cut only after it has taken the second request.
  std::atomic<int> taken{0};
  RawServer server([&](RawConnection& peer) {
    if (peer.ReadMessage().empty()) return;
    ++taken;
    peer.Send(kOk);
    if (peer.ReadMessage().empty()) return;
    ++taken;
    peer.Reset();
  });
  CurlHttpClient client;
  const HttpRequest post{.method = "POST", .url = server.Url("/"), .body = "page me"};
  EXPECT_EQ(Fault(client.Call(post)), "status 200");
  EXPECT_EQ(Fault(client.Call(post)), "reset_after_send, sent");
  EXPECT_EQ(taken, 2);
}

TEST(HttpClient, ConnectsAnewWhenAKeptConnectionHasEnded) {
  std::atomic<int> ended{0};
  RawServer server([&](RawConnection& peer) {
    (void)peer.ReadMessage();
    peer.Send(kOk);
    peer.CloseSend();
    ++ended;
    peer.WaitForClose();
  });
  CurlHttpClient client;
  const HttpRequest post{.method = "POST", .url = server.Url("/"), .body = "x"};
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(Fault(client.Call(post)), "status 200");
    while (ended < i) std::this_thread::yield();
  }
}

TEST(HttpClient, GivesRedirectsAsAnswersByDefault) {
  StandInServer other;
  StandInServer server;
  server.Answer("/", {.status = 307, .headers = {{"Location", other.Url("/stolen")}}});
  CurlHttpClient client;
  EXPECT_EQ(Fault(client.Call({.method = "POST", .url = server.Url("/"), .body = "x"})),
            "status 307");
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_TRUE(other.requests().empty());
}

TEST(HttpClient, FollowsRedirectsOnlyWithinTheOrigin) {
  StandInServer other;
  StandInServer server;
  server.Answer("/away", {.status = 307, .headers = {{"Location", other.Url("/stolen")}}});
  server.Answer("/metadata",
                {.status = 302, .headers = {{"Location", "http://169.254.169.254/latest"}}});
  server.Answer("/file", {.status = 302, .headers = {{"Location", "file:///etc/passwd"}}});
  server.Answer("/moved", {.status = 307, .headers = {{"Location", "/new?x=1"}}});
  server.Answer("/found", {.status = 302, .headers = {{"Location", server.Url("/new")}}});
  server.Answer("/loop", {.status = 307, .headers = {{"Location", "/loop"}}});
  CurlHttpClient client;
  const auto call = [&](const std::string& method, const std::string& path) {
    return Fault(client.Call({.method = method,
                              .url = server.Url(path),
                              .authorization = "Bearer t",
                              .body = method == "POST" ? "x" : "",
                              .follow_redirects = true}));
  };
  EXPECT_EQ(call("POST", "/away"), "status 307");
  EXPECT_EQ(call("GET", "/away"), "status 307");
  EXPECT_EQ(call("GET", "/metadata"), "status 302");
  EXPECT_EQ(call("GET", "/file"), "status 302");
  EXPECT_EQ(call("POST", "/moved"), "status 200");
  EXPECT_EQ(server.requests().back().target, "/new?x=1");
  EXPECT_EQ(server.requests().back().body, "x");
  EXPECT_EQ(Header(server.requests().back(), "Authorization"), "Bearer t");
  EXPECT_EQ(call("GET", "/found"), "status 200");
  EXPECT_EQ(call("POST", "/found"), "status 302");  // would have lost the body
  const std::size_t before = server.requests().size();
  EXPECT_EQ(call("POST", "/loop"), "status 307");
  EXPECT_EQ(server.requests().size(), before + 11);
  EXPECT_TRUE(other.requests().empty());
}

TEST(HttpClient, GoesThroughAProxyAndIgnoresTheEnvironments) {
  StandInServer proxy;
  CurlHttpClient client;
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  StandInServer direct;
  EXPECT_EQ(Fault(client.Call({.url = direct.Url("/")})), "status 200");
  ::unsetenv("http_proxy");
  EXPECT_EQ(Fault(client.Call({.url = "http://somewhere.invalid/x", .proxy_url = proxy.Url()})),
            "status 200");
  EXPECT_EQ(Header(proxy.requests().back(), "Host"), "somewhere.invalid");
}

TEST(HttpClient, ReachesSomeHostsWithoutTheProxy) {
  StandInServer proxy;
  StandInServer direct;
  CurlHttpClient client;
  const auto call = [&](const std::string& no_proxy) {
    return Fault(
        client.Call({.url = direct.Url("/"), .proxy_url = proxy.Url(), .no_proxy = no_proxy}));
  };
  EXPECT_EQ(call("other.example,127.0.0.0/8"), "status 200");
  EXPECT_EQ(direct.requests().size(), 1U);
  EXPECT_EQ(call("other.example"), "status 200");
  EXPECT_EQ(direct.requests().size(), 1U);
  EXPECT_EQ(proxy.requests().size(), 1U);
}

TEST(HttpClient, OneHangingHostDelaysNobodyElse) {
  RawServer hanging([](RawConnection& peer) { peer.WaitForClose(); });
  StandInServer server;
  std::atomic<int> hung{0};
  {
    CurlHttpClient client({.max_connections_per_host = 4});
    for (int i = 0; i < 50; ++i) {
      client.Send(
          {.method = "POST", .url = hanging.Url("/"), .body = "x"},
          [&](const HttpResult& result) { hung += Fault(result).starts_with("cancelled"); });
    }
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(Fault(client.Call({.url = server.Url("/"), .timeout = seconds(5)})), "status 200");
    }
    EXPECT_LE(hanging.connections(), 4);
    EXPECT_EQ(hung, 0);
  }
  EXPECT_EQ(hung, 50);
}

TEST(HttpClient, ServesManyThreadsAtOnce) {
  StandInServer server;
  server.SetScript(
      [](const Recorded& request) { return fakes::StandInAnswer{.body = request.body}; });
  CurlHttpClient client;
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string body = std::to_string(t * 1000 + i);
        const HttpResult result =
            client.Call({.method = "POST", .url = server.Url("/"), .body = body});
        good += result && result->body == body;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
}

TEST(HttpClient, MaySendAgainFromWithinDone) {
  StandInServer server;
  CurlHttpClient client;
  std::promise<std::string> second;
  client.Send({.url = server.Url("/1")}, [&](const HttpResult&) {
    client.Send({.url = server.Url("/2")},
                [&](const HttpResult& result) { second.set_value(Fault(result)); });
  });
  EXPECT_EQ(second.get_future().get(), "status 200");
}

TEST(HttpClient, EndsWhatIsInFlightAsCancelled) {
  RawServer server([](RawConnection& peer) {
    (void)peer.ReadMessage();
    peer.WaitForClose();
  });
  auto client = std::make_unique<CurlHttpClient>();
  std::promise<std::string> outcome;
  client->Send({.method = "POST", .url = server.Url("/"), .body = "x"},
               [&](const HttpResult& result) { outcome.set_value(Fault(result)); });
  while (server.connections() == 0) std::this_thread::yield();
  client.reset();
  EXPECT_TRUE(outcome.get_future().get().starts_with("cancelled"));
}

TEST(HttpClient, WhatACancelledOneSendsIsCancelledToo) {
  RawServer server([](RawConnection& peer) { peer.WaitForClose(); });
  std::atomic<int> cancelled{0};
  auto client = std::make_unique<CurlHttpClient>();
  CurlHttpClient* const sender = client.get();
  for (int i = 0; i < 10; ++i) {
    sender->Send({.url = server.Url("/")}, [&, sender](const HttpResult& first) {
      cancelled += Fault(first).starts_with("cancelled");
      sender->Send({.url = server.Url("/")}, [&](const HttpResult& second) {
        cancelled += Fault(second).starts_with("cancelled");
      });
    });
  }
  client.reset();
  EXPECT_EQ(cancelled, 20);
}

}  // namespace
}  // namespace warden
