// SPDX-License-Identifier: Apache-2.0
#include "server/net/request_reader.h"

#include <gtest/gtest.h>

namespace warden {
namespace {

using State = RequestReader::State;

constexpr std::size_t kMaxHeader = 1024;

struct Outcome {
  State state;
  int bad_status;
  std::string method;
  std::string body;
  std::string rest;
};

// Feeds `bytes` in pieces of `step`, as a connection does, until one request is whole or bad.
Outcome Read(const std::string& bytes, std::size_t step, std::size_t max_body = 100) {
  RequestReader reader(kMaxHeader);
  std::string pending;
  std::size_t at = 0;
  while (reader.state() != State::kDone && reader.state() != State::kBad) {
    pending.erase(0, reader.Feed(pending));
    if (reader.state() == State::kHeaderDone) {
      reader.SetBodyLimit(max_body);
    } else if (reader.state() == State::kHeader || reader.state() == State::kBody) {
      if (at == bytes.size()) break;
      pending += bytes.substr(at, step);
      at = std::min(bytes.size(), at + step);
    }
  }
  return {reader.state(), reader.bad_status(), reader.request().method, reader.request().body,
          pending + bytes.substr(at)};
}

// The status of a bad request, however it is cut to pieces; 0 when whole, -1 when more is awaited.
int Verdict(const std::string& bytes) {
  int verdict = -2;
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    const Outcome outcome = Read(bytes, step);
    const int now = outcome.state == State::kBad    ? outcome.bad_status
                    : outcome.state == State::kDone ? 0
                                                    : -1;
    EXPECT_TRUE(verdict == -2 || verdict == now) << bytes << " in pieces of " << step;
    verdict = now;
  }
  return verdict;
}

TEST(RequestReader, ReadsTheSameHoweverTheBytesCome) {
  const std::string plain = "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET";
  const std::string chunked =
      "\r\nPOST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2;ext=1\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: t\r\n\r\nGET";
  for (const std::string& bytes : {plain, chunked}) {
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
      const Outcome outcome = Read(bytes, step);
      EXPECT_EQ(outcome.state, State::kDone) << step;
      EXPECT_EQ(outcome.method, "POST") << step;
      EXPECT_EQ(outcome.body, "hello") << step;
      EXPECT_EQ(outcome.rest, "GET") << step;
    }
  }
}

TEST(RequestReader, KeepsHeadersInOrderAndDropsTrailers) {
  RequestReader reader(kMaxHeader);
  const std::string bytes =
      "POST /x HTTP/1.1\r\nHost: h\r\nB:  2 \r\nA: 1\r\nB: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\nSecret: t\r\n\r\n";
  std::size_t used = reader.Feed(bytes);
  ASSERT_EQ(reader.state(), State::kHeaderDone);
  reader.SetBodyLimit(10);
  used += reader.Feed(bytes.substr(used));
  ASSERT_EQ(reader.state(), State::kDone);
  EXPECT_EQ(used, bytes.size());
  const HttpHeaders expected{
      {"Host", "h"}, {"B", "2"}, {"A", "1"}, {"B", "3"}, {"Transfer-Encoding", "chunked"}};
  EXPECT_EQ(reader.request().headers, expected);
}

TEST(RequestReader, StopsAfterTheHeaderAndAfterEachRequest) {
  RequestReader reader(kMaxHeader);
  std::string bytes =
      "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nAGET /2 HTTP/1.1\r\nHost: h\r\n\r\n";
  bytes.erase(0, reader.Feed(bytes));
  EXPECT_EQ(reader.state(), State::kHeaderDone);
  EXPECT_TRUE(bytes.starts_with("AGET"));
  EXPECT_EQ(reader.content_length(), 1U);
  reader.SetBodyLimit(1);
  bytes.erase(0, reader.Feed(bytes));
  EXPECT_EQ(reader.state(), State::kDone);
  EXPECT_TRUE(bytes.starts_with("GET"));
  EXPECT_TRUE(reader.keep_alive());
  reader.Next();
  EXPECT_FALSE(reader.has_begun());
  bytes.erase(0, reader.Feed(bytes));
  EXPECT_EQ(reader.state(), State::kHeaderDone);
  EXPECT_EQ(reader.request().target, "/2");
  EXPECT_TRUE(reader.request().body.empty());
}

TEST(RequestReader, BoundsTheBody) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(Verdict(head + "Content-Length: 100\r\n\r\n" + std::string(100, 'x')), 0);
  EXPECT_EQ(Verdict(head + "Content-Length: 101\r\n\r\n"), 413);
  EXPECT_EQ(Verdict(head + "Content-Length: 99999999999999999999\r\n\r\n"), 400);
  EXPECT_EQ(Verdict(head + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + std::string(100, 'x') +
                    "\r\n0\r\n\r\n"),
            0);
  EXPECT_EQ(Verdict(head + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + std::string(100, 'x') +
                    "\r\n1\r\ny\r\n0\r\n\r\n"),
            413);
  EXPECT_EQ(Verdict(head + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(4096, 'e')), 400);
}

TEST(RequestReader, BoundsTheHeader) {
  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  while (many.size() <= kMaxHeader) many += "A: b\r\n";
  EXPECT_EQ(Verdict(many + "\r\n"), 431);
  EXPECT_EQ(Verdict("GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(kMaxHeader, 'x')), 431);
  EXPECT_EQ(Verdict("GET /" + std::string(kMaxHeader, 'x')), 431);
}

TEST(RequestReader, RefusesWhatTwoServersCouldReadInTwoWays) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(Verdict(head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"), 400);
  EXPECT_EQ(Verdict(head + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx"), 400);
  EXPECT_EQ(Verdict(head + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\nx"), 400);
  EXPECT_EQ(Verdict(head + "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501);
  EXPECT_EQ(Verdict(head + "Transfer-Encoding: xchunked\r\n\r\n"), 501);
  EXPECT_EQ(Verdict(head + "Transfer-Encoding : chunked\r\n\r\n"), 400);
  EXPECT_EQ(Verdict(head + "Content-Length: +1\r\n\r\nx"), 400);
  EXPECT_EQ(Verdict(head + "Content-Length: 1 1\r\n\r\nx"), 400);
  EXPECT_EQ(Verdict(head + "Host: other\r\n\r\n"), 400);
  EXPECT_EQ(Verdict("POST / HTTP/1.1\r\n\r\n"), 400);
}

TEST(RequestReader, RefusesWhatIsNotHttp) {
  EXPECT_EQ(Verdict("GET /\r\n\r\n"), 400);
  EXPECT_EQ(Verdict("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(Verdict(std::string("\x16\x03\x01\x02\x00\x01\x00", 7)), 400);
  EXPECT_EQ(Verdict("G\x01T / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(Verdict("GET / HTTP/1.1\r\nHost: h\r\nbroken\r\n\r\n"), 400);
  EXPECT_EQ(Verdict("GET / HTTP/1.1\r\nHost: h\r\nA: b\x01\r\n\r\n"), 400);
}

TEST(RequestReader, NeverKeepsConnectionsOfHttp10) {
  RequestReader reader(kMaxHeader);
  (void)reader.Feed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_EQ(reader.state(), State::kHeaderDone);
  EXPECT_FALSE(reader.keep_alive());
}

}  // namespace
}  // namespace warden
