// SPDX-License-Identifier: Apache-2.0
// Our listener, with cpp-httplib and plain sockets as its peers.
#include "server/net/http_server.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "tests/fakes/raw_server.h"

namespace warden {
namespace {

using fakes::RawConnection;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Keeps Responds until the test lets them go.
class Desk {
 public:
  void Push(Respond respond) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(respond));
    came_.notify_all();
  }
  Respond Pop() {
    std::unique_lock lock(mutex_);
    if (!came_.wait_for(lock, seconds(10), [this] { return !waiting_.empty(); })) return {};
    Respond respond = std::move(waiting_.front());
    waiting_.pop_front();
    return respond;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Respond> waiting_;
};

// A description of the request as the response.
void Echo(ServerRequest request, Respond respond) {
  std::string out = request.method + ' ' + request.path + '\n';
  for (const NameValue& param : request.params) out += param.name + '=' + param.value + '\n';
  for (const NameValue& query : request.query) out += '?' + query.name + '=' + query.value + '\n';
  respond({.headers = {{"X-Peer", request.peer}}, .body = out + request.body});
}

class HttpServerTest : public testing::Test {
 protected:
  void Serve(ServerOptions options = {}) {
    server_ = std::make_unique<HttpServer>(options);
    server_->Add({.method = "GET", .path = "/echo/{name}", .handler = Echo});
    server_->Add({.method = "POST",
                  .path = "/echo/{name}",
                  .handler = Echo,
                  .max_body_bytes = 1000,
                  .turned_away = [this](const RequestHead& head,
                                        int status) -> std::optional<ServerResponse> {
                    const std::lock_guard lock(turned_away_mutex_);
                    turned_away_.push_back(std::string(head.Param("name").value_or("?")) + " " +
                                           std::to_string(status));
                    if (status != 408) return std::nullopt;
                    return ServerResponse{.status = 503, .body = "later"};
                  }});
    server_->Add(
        {.method = "POST",
         .path = "/large",
         .handler = [](ServerRequest request,
                       Respond respond) { respond({.body = std::to_string(request.body.size())}); },
         .max_body_bytes = std::size_t{64} << 20});
    server_->Add({.method = "POST",
                  .path = "/guarded",
                  .handler =
                      [this](ServerRequest request, Respond respond) {
                        ++guarded_;
                        Echo(std::move(request), std::move(respond));
                      },
                  .max_body_bytes = std::size_t{1} << 20,
                  .admit = [](const RequestHead& head) -> std::optional<ServerResponse> {
                    EXPECT_TRUE(head.body.empty());
                    if (head.Header("authorization") == "Bearer t") return std::nullopt;
                    return ServerResponse{.status = 401, .body = "who?"};
                  }});
    server_->Add(
        {.method = "POST", .path = "/later", .handler = [this](ServerRequest, Respond respond) {
           desk_.Push(std::move(respond));
         }});
    server_->Add({.method = "GET", .path = "/dropped", .handler = [](ServerRequest, Respond) {}});
    server_->Add({.method = "GET", .path = "/throws", .handler = [](ServerRequest, Respond) {
                    throw std::runtime_error("no");
                  }});
    server_->Add({.method = "GET", .path = "/big", .handler = [](ServerRequest, Respond respond) {
                    respond({.body = std::string(std::size_t{8} << 20, 'b')});
                  }});
    server_->Add(
        {.method = "GET", .path = "/headers", .handler = [](ServerRequest, Respond respond) {
           respond({.status = 204, .headers = {{"X-A", "1\r\nX-Evil: 2"}}});
         }});
    const auto started = server_->Start({"127.0.0.1:0"});
    ASSERT_TRUE(started) << started.error().message;
  }

  httplib::Client Client() { return httplib::Client("127.0.0.1", server_->port()); }
  RawConnection Raw() { return RawConnection::To(server_->port()); }
  static std::string Post(const std::string& path, const std::string& body) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }

  Desk desk_;
  std::atomic<int> guarded_{0};
  std::mutex turned_away_mutex_;
  std::vector<std::string> turned_away_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, GivesTheHandlerTheWholeRequest) {
  Serve();
  auto client = Client();
  const auto answer = client.Post("/echo/a%20b?q=1&q=%26", "hello", "text/plain");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "POST /echo/a b\nname=a b\n?q=1\n?q=&\nhello");
  EXPECT_EQ(answer->get_header_value("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_TRUE(answer->get_header_value("X-Peer").starts_with("127.0.0.1:"));
}

TEST_F(HttpServerTest, KeepsConnections) {
  Serve();
  auto client = Client();
  client.set_keep_alive(true);
  for (int i = 0; i < 20; ++i) {
    const auto answer = client.Get("/echo/x");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
  }
  EXPECT_EQ(server_->counts().connections, 1U);
  EXPECT_EQ(server_->counts().requests, 20U);
}

TEST_F(HttpServerTest, AnswersUnknownPathsAndMethodsInPlainText) {
  Serve();
  auto client = Client();
  const auto unknown = client.Get("/nowhere");
  EXPECT_EQ(unknown->status, 404);
  EXPECT_EQ(unknown->body, "Not Found\n");
  const auto method = client.Put("/echo/x", "body", "text/plain");
  EXPECT_EQ(method->status, 405);
  EXPECT_EQ(method->get_header_value("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(client.Get("/echo/%zz")->status, 400);
}

TEST_F(HttpServerTest, AnswersHeadWithoutTheBody) {
  Serve();
  RawConnection raw = Raw();
  raw.Send("HEAD /echo/x HTTP/1.1\r\nHost: h\r\n\r\nGET /echo/y HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string head = raw.ReadUntil("\r\n\r\n");
  EXPECT_NE(head.find("Content-Length: 20\r\n"), std::string::npos) << head;
  EXPECT_TRUE(raw.ReadMessage().ends_with("GET /echo/y\nname=y\n"));
}

TEST_F(HttpServerTest, LetsNoFieldStartAnother) {
  Serve();
  auto client = Client();
  const auto answer = client.Get("/headers");
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->get_header_value("X-A"), "1  X-Evil: 2");
  EXPECT_FALSE(answer->has_header("X-Evil"));
  EXPECT_FALSE(answer->has_header("Content-Length"));
}

TEST_F(HttpServerTest, ServesPipelinedRequestsInOrder) {
  Serve();
  RawConnection raw = Raw();
  std::string burst;
  for (int i = 0; i < 200; ++i)
    burst += Post("/echo/" + std::to_string(i), std::string(800 + i, 'x'));
  std::thread sender([&] { raw.Send(burst); });
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i);
    ASSERT_TRUE(raw.ReadMessage().ends_with("POST /echo/" + n + "\nname=" + n + "\n" +
                                            std::string(800 + i, 'x')));
  }
  sender.join();
}

TEST_F(HttpServerTest, AnswersWhenTheRespondComesFromAnotherThread) {
  Serve();
  auto client = Client();
  std::thread worker([this] { desk_.Pop()({.status = 202, .body = "late"}); });
  const auto answer = client.Post("/later");
  worker.join();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 202);
  EXPECT_EQ(answer->body, "late");
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsOneAtATime) {
  Serve();
  RawConnection raw = Raw();
  raw.Send(Post("/later", "1") + Post("/echo/second", "2"));
  Respond first = desk_.Pop();
  EXPECT_EQ(server_->counts().requests, 0U);
  EXPECT_EQ(Client().Post("/echo/x", std::string(900, 'y'), "text/plain")->status, 200);
  first({.body = "one"});
  EXPECT_TRUE(raw.ReadMessage().ends_with("one"));
  EXPECT_TRUE(raw.ReadMessage().ends_with("2"));
}

TEST_F(HttpServerTest, AnswersForAHandlerThatForgetsOrThrows) {
  Serve();
  auto client = Client();
  EXPECT_EQ(client.Get("/dropped")->status, 500);
  EXPECT_EQ(client.Get("/throws")->status, 500);
  EXPECT_EQ(client.Get("/echo/x")->status, 200);
}

TEST_F(HttpServerTest, RefusesByTheHeadAndKeepsTheConnection) {
  Serve();
  auto client = Client();
  client.set_keep_alive(true);
  EXPECT_EQ(client.Post("/guarded", std::string(1000, 'x'), "text/plain")->status, 401);
  EXPECT_EQ(guarded_, 0);
  EXPECT_EQ(
      client.Post("/guarded", httplib::Headers{{"Authorization", "Bearer t"}}, "ok", "text/plain")
          ->status,
      200);
  EXPECT_EQ(guarded_, 1);
  EXPECT_EQ(server_->counts().connections, 1U);
}

TEST_F(HttpServerTest, RefusesWithoutReadingALongBody) {
  Serve();
  RawConnection raw = Raw();
  raw.Send("POST /guarded HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
  const std::string answer = raw.ReadMessage();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 401 ")) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(HttpServerTest, RefusesTooLongBodiesAtOnce) {
  Serve();
  auto client = Client();
  EXPECT_EQ(client.Post("/echo/x", std::string(1000, 'x'), "text/plain")->status, 200);
  EXPECT_EQ(client.Post("/echo/x", std::string(1001, 'x'), "text/plain")->status, 413);
  RawConnection raw = Raw();
  raw.Send("POST /echo/x HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_TRUE(raw.ReadMessage().starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, APeerThatSendsAllOfATooLongBodyFirstHearsTheRefusal) {
  Serve();
  RawConnection raw = Raw();
  const std::string body(std::size_t{20} << 20, 'x');
  ASSERT_TRUE(raw.Send("POST /echo/x HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n"));
  EXPECT_TRUE(raw.Send(body));
  EXPECT_TRUE(raw.ReadMessage().starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, TellsTheRouteOfBodiesThatWereTurnedAway) {
  Serve({.body_timeout = milliseconds(100)});
  auto client = Client();
  EXPECT_EQ(client.Post("/echo/fits", std::string(1000, 'x'), "text/plain")->status, 200);
  EXPECT_EQ(client.Post("/echo/long", std::string(1001, 'x'), "text/plain")->status, 413);
  RawConnection broken = Raw();
  broken.Send("POST /echo/broken HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
  EXPECT_TRUE(broken.ReadMessage().starts_with("HTTP/1.1 400 "));
  RawConnection slow = Raw();
  slow.Send("POST /echo/slow HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nx");
  EXPECT_TRUE(slow.ReadMessage().starts_with("HTTP/1.1 503 ")) << "it may answer otherwise";
  server_->Stop(seconds(1));
  EXPECT_EQ(turned_away_, (std::vector<std::string>{"long 413", "broken 400", "slow 408"}));
}

TEST_F(HttpServerTest, RefusesEndlessChunksWhileTheyCome) {
  Serve();
  RawConnection raw = Raw();
  raw.Send("POST /echo/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::string answer;
  for (int i = 0; i < 11; ++i) raw.Send("64\r\n" + std::string(100, 'x') + "\r\n");
  EXPECT_TRUE(raw.ReadMessage().starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, TakesChunkedBodies) {
  Serve();
  auto client = Client();
  int pieces = 0;
  const auto answer = client.Post(
      "/echo/x",
      [&pieces](std::size_t, httplib::DataSink& sink) {
        if (pieces++ < 5) {
          sink.write("piece", 5);
        } else {
          sink.done();
        }
        return true;
      },
      "text/plain");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "POST /echo/x\nname=x\npiecepiecepiecepiecepiece");
}

TEST_F(HttpServerTest, MovesLargeBodiesBothWays) {
  Serve();
  auto client = Client();
  const auto up = client.Post("/large", std::string(std::size_t{20} << 20, 'u'), "text/plain");
  ASSERT_TRUE(up);
  EXPECT_EQ(up->body, std::to_string(20 << 20));
  const auto down = client.Get("/big");
  ASSERT_TRUE(down);
  EXPECT_EQ(down->body, std::string(std::size_t{8} << 20, 'b'));
}

TEST_F(HttpServerTest, ShedsWhenTooManyBodyBytesAreInFlight) {
  Serve({.max_body_bytes_in_flight = 100'000});
  RawConnection raw = Raw();
  raw.Send("POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n" +
           std::string(200'000, 'x'));
  const std::string answer = raw.ReadMessage();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_NE(answer.find("Retry-After: 1"), std::string::npos);
  auto client = Client();  // what was in flight has been given back
  EXPECT_EQ(client.Post("/large", std::string(90'000, 'x'), "text/plain")->status, 200);
  EXPECT_EQ(client.Post("/large", std::string(90'000, 'x'), "text/plain")->status, 200);
}

TEST_F(HttpServerTest, ABodyCountsUntilItsRequestIsAnswered) {
  Serve({.max_body_bytes_in_flight = 100'000});
  RawConnection held = Raw();
  held.Send(Post("/later", std::string(60'000, 'x')));
  Respond respond = desk_.Pop();
  ASSERT_TRUE(respond);
  auto client = Client();
  EXPECT_EQ(client.Post("/large", std::string(60'000, 'x'), "text/plain")->status, 503);
  EXPECT_EQ(client.Get("/echo/x")->status, 200) << "what has no body is served";
  respond({});
  EXPECT_TRUE(held.ReadMessage().starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(client.Post("/large", std::string(60'000, 'x'), "text/plain")->status, 200);
}

TEST_F(HttpServerTest, ABodyCountsAlsoWhenItsSenderHasGone) {
  Serve({.max_body_bytes_in_flight = 100'000});
  Respond respond;
  {
    RawConnection gone = Raw();
    gone.Send(Post("/later", std::string(60'000, 'x')));
    respond = desk_.Pop();
    ASSERT_TRUE(respond);
  }
  auto client = Client();
  EXPECT_EQ(client.Post("/large", std::string(60'000, 'x'), "text/plain")->status, 503);
  respond = nullptr;
  EXPECT_EQ(client.Post("/large", std::string(60'000, 'x'), "text/plain")->status, 200);
}

TEST_F(HttpServerTest, InvitesTheBodyOnlyWhenItIsWanted) {
  Serve();
  RawConnection raw = Raw();
  const std::string expect = "Expect: 100-continue\r\n";
  raw.Send("POST /echo/x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n" + expect + "\r\n");
  EXPECT_EQ(raw.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  raw.Send("body");
  EXPECT_TRUE(raw.ReadMessage().ends_with("body"));
  raw.Send("POST /guarded HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n" + expect + "\r\n");
  EXPECT_TRUE(raw.ReadMessage().starts_with("HTTP/1.1 401 "));
}

TEST_F(HttpServerTest, AnswersMalformedRequestsAndCloses) {
  Serve();
  for (const auto& [bytes, status] : std::vector<std::pair<std::string, std::string>>{
           {"GARBAGE\r\n\r\n", "400"},
           {"GET / HTTP/9.9\r\nHost: h\r\n\r\n", "505"},
           {"GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(40'000, 'x') + "\r\n\r\n", "431"}}) {
    RawConnection raw = Raw();
    raw.Send(bytes);
    const std::string answer = raw.ReadAll();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + status)) << answer;
  }
}

TEST_F(HttpServerTest, EndsSlowHeadersSlowBodiesAndIdleConnections) {
  Serve({.header_timeout = milliseconds(400),
         .body_timeout = milliseconds(300),
         .idle_timeout = milliseconds(200)});
  RawConnection idle = Raw();
  idle.Send("GET /echo/x HTTP/1.1\r\nHost: h\r\n\r\n");
  RawConnection body = Raw();
  body.Send("POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx");
  RawConnection header = Raw();
  header.Send("GET / HTTP/1.1\r\nHost:");
  RawConnection silent = Raw();
  EXPECT_TRUE(idle.ReadMessage().starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_TRUE(body.ReadAll().starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(header.ReadAll().starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(silent.ReadAll(), "");
}

TEST_F(HttpServerTest, ATrickleDoesNotExtendTheHeadersTime) {
  Serve({.header_timeout = milliseconds(60)});
  RawConnection raw = Raw();
  raw.Send("GET / HTTP/1.1\r\n");
  const auto start = std::chrono::steady_clock::now();
  while (raw.Send("A: b\r\n") && std::chrono::steady_clock::now() - start < seconds(10)) {
    std::this_thread::yield();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(10));
}

TEST_F(HttpServerTest, EndsPeersThatDoNotReadTheirResponse) {
  Serve({.write_timeout = milliseconds(40)});
  RawConnection raw = Raw();
  raw.Send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto until = std::chrono::steady_clock::now() + seconds(10);
  while (server_->counts().requests == 0 || server_->counts().open > 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    std::this_thread::yield();
  }
}

TEST_F(HttpServerTest, ClosesTheSlowestWhenTooManyAnswersAreUnread) {
  Serve({.max_answer_bytes_in_flight = std::size_t{20} << 20});  // two of /big
  std::list<RawConnection> peers;
  for (int i = 0; i < 5; ++i) {
    peers.push_back(Raw());
    peers.back().Send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(peers.back().ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 200"));
  }
  for (const std::size_t closed : {0U, 1U, 2U}) {
    auto peer = std::next(peers.begin(), static_cast<std::ptrdiff_t>(closed));
    EXPECT_LT(peer->ReadAll().size(), std::size_t{8} << 20) << "it waited for longest";
  }
  EXPECT_EQ(server_->counts().shed, 3U);
  EXPECT_EQ(Client().Get("/big")->body.size(), std::size_t{8} << 20)
      << "whoever reads is not in the way";
}

TEST_F(HttpServerTest, OneAnswerMayBeAsLargeAsItIs) {
  Serve({.max_answer_bytes_in_flight = 1});
  EXPECT_EQ(Client().Get("/big")->body.size(), std::size_t{8} << 20);
}

TEST_F(HttpServerTest, MakesRoomByClosingTheLongestIdleConnection) {
  Serve({.max_connections = 3});
  std::deque<RawConnection> peers;
  for (int i = 0; i < 3; ++i) {
    peers.push_back(Raw());
    peers.back().Send(Post("/echo/x", "x"));
    EXPECT_TRUE(peers.back().ReadMessage().starts_with("HTTP/1.1 200 "));
  }
  peers[0].Send(Post("/echo/x", "again"));
  EXPECT_TRUE(peers[0].ReadMessage().ends_with("again"));
  peers.push_back(Raw());
  peers.back().Send(Post("/echo/x", "x"));
  EXPECT_TRUE(peers.back().ReadMessage().starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(peers[1].ReadAll(), "");  // the one that was idle for longest
  peers[0].Send(Post("/echo/x", "still"));
  EXPECT_TRUE(peers[0].ReadMessage().ends_with("still"));
}

TEST_F(HttpServerTest, RefusesConnectionsWhenAllAreAtWork) {
  Serve({.max_connections = 1});
  RawConnection busy = Raw();
  busy.Send(Post("/later", ""));
  Respond respond = desk_.Pop();
  EXPECT_TRUE(Raw().ReadAll().starts_with("HTTP/1.1 503 "));
  respond({});
  EXPECT_TRUE(busy.ReadMessage().starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, TakesABurstOfConnections) {
  Serve();
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  std::atomic<int> served{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      std::vector<RawConnection> peers;
      for (int i = 0; i < kEach; ++i) {
        peers.push_back(Raw());
        peers.back().Send(Post("/echo/x", "x"));
      }
      for (RawConnection& peer : peers) {
        served += peer.ReadMessage().starts_with("HTTP/1.1 200 ") ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served, kThreads * kEach);
}

TEST_F(HttpServerTest, SurvivesUsedUpDescriptors) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "UBSan opens a pipe to look at an object's type: without descriptors it errs";
#endif
  Serve();
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  std::deque<RawConnection> peers;
  {
    // Connect first what the listener cannot accept any more, then give descriptors back.
    const int next = ::dup(0);
    ::close(next);
    rlimit tight = before;
    tight.rlim_cur = static_cast<rlim_t>(next) + 12;
    ::setrlimit(RLIMIT_NOFILE, &tight);
    for (int i = 0; i < 10; ++i) {
      peers.push_back(Raw());
      if (peers.back().fd() < 0) peers.pop_back();
    }
    RawConnection* const last = &peers.back();
    last->Send(Post("/echo/x", "x"));
    const std::string answer = last->ReadAll();
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 ")) << answer;
    ::setrlimit(RLIMIT_NOFILE, &before);
  }
  peers.clear();
  auto client = Client();
  const auto answer = client.Post("/echo/x", "after", "text/plain");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_GT(server_->counts().shed, 0U);
}

TEST_F(HttpServerTest, StopLetsRequestsInFlightFinish) {
  Serve();
  RawConnection idle = Raw();
  idle.Send(Post("/echo/x", ""));
  EXPECT_TRUE(idle.ReadMessage().starts_with("HTTP/1.1 200 "));
  RawConnection busy = Raw();
  busy.Send(Post("/later", ""));
  Respond respond = desk_.Pop();
  std::thread stopper([this] { server_->Stop(seconds(10)); });
  EXPECT_EQ(idle.ReadAll(), "");  // closed at once
  respond({.body = "done"});
  const std::string answer = busy.ReadAll();
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("done"));
  stopper.join();
  EXPECT_FALSE(Raw().Send("x") && !Raw().ReadAll().empty());
}

TEST_F(HttpServerTest, StopCutsWhatTakesTooLong) {
  Serve();
  RawConnection busy = Raw();
  busy.Send(Post("/later", ""));
  Respond respond = desk_.Pop();
  server_->Stop(milliseconds(20));
  EXPECT_EQ(busy.ReadAll(), "");
  respond({});  // without effect
  server_.reset();
}

TEST_F(HttpServerTest, RespondingAfterTheServersEndIsHarmless) {
  Serve();
  RawConnection busy = Raw();
  busy.Send(Post("/later", ""));
  Respond respond = desk_.Pop();
  server_.reset();
  respond({});
}

TEST_F(HttpServerTest, RespondingToAPeerThatHasGoneIsHarmless) {
  Serve();
  for (int i = 0; i < 20; ++i) {
    RawConnection peer = Raw();
    peer.Send(Post("/later", ""));
    Respond respond = desk_.Pop();
    peer.Reset();
    respond({.body = std::string(100'000, 'x')});
  }
  EXPECT_EQ(Client().Get("/echo/x")->status, 200);
}

TEST(HttpServer, ListensOnEveryFormOfAddress) {
  for (const char* address : {":0", "127.0.0.1:0", "localhost:0", "0.0.0.0:0"}) {
    HttpServer server;
    server.Add({.method = "GET", .path = "/echo", .handler = Echo});
    const auto started = server.Start({address});
    ASSERT_TRUE(started) << started.error().message;
    httplib::Client client("127.0.0.1", server.port());
    const auto answer = client.Get("/echo");
    ASSERT_TRUE(answer) << address;
    EXPECT_TRUE(answer->get_header_value("X-Peer").starts_with("127.0.0.1:")) << address;
  }
}

TEST(HttpServer, SaysWhyItCannotListen) {
  HttpServer first;
  ASSERT_TRUE(first.Start({"127.0.0.1:0"}));
  const std::string taken = "127.0.0.1:" + std::to_string(first.port());
  for (const auto& [address, code] :
       std::vector<std::pair<std::string, ErrorCode>>{{taken, ErrorCode::kUnavailable},
                                                      {"19093", ErrorCode::kInvalid},
                                                      {"127.0.0.1:", ErrorCode::kInvalid},
                                                      {"127.0.0.1:http!", ErrorCode::kInvalid}}) {
    HttpServer second;
    const auto started = second.Start({"127.0.0.1:0", address});
    ASSERT_FALSE(started) << address;
    EXPECT_EQ(started.error().code, code) << started.error().message;
    EXPECT_NE(started.error().message.find(address), std::string::npos);
  }
}

}  // namespace
}  // namespace warden
