// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>

#include "server/net/curl_http_client.h"
#include "tests/fakes/raw_server.h"
#include "tests/fakes/stand_in_server.h"
#include "tests/fakes/test_certificates.h"

namespace warden {
namespace {

using fakes::RawConnection;
using fakes::RawServer;
using fakes::StandInServer;
using fakes::TestCertificates;

std::string Fault(const HttpResult& result) {
  if (result) return "status " + std::to_string(result->status);
  return std::string(Name(result.error().kind));
}

class HttpClientTls : public testing::Test {
 protected:
  std::string Get(const StandInServer& server, TlsOptions tls) {
    return Fault(client_.Call({.url = server.Url("/"), .tls = std::move(tls)}));
  }
  static fakes::StandInTls Serve(const TestCertificates::Files& files) {
    return {.cert_file = files.cert_file, .key_file = files.key_file};
  }

  TestCertificates certificates_;
  CurlHttpClient client_;
};

TEST_F(HttpClientTls, TrustsOnlyTheGivenAuthority) {
  const StandInServer server(Serve(certificates_.Issue("localhost")));
  const TestCertificates others;
  EXPECT_EQ(Get(server, {.ca_file = certificates_.ca_file()}), "status 200");
  EXPECT_EQ(Get(server, {.ca_file = others.ca_file()}), "tls");
  EXPECT_EQ(Get(server, {}), "tls");
  EXPECT_EQ(Get(server, {.ca_file = "/nowhere.pem"}), "tls");
  EXPECT_EQ(Get(server, {.insecure_skip_verify = true}), "status 200");
  EXPECT_EQ(Get(server, {.ca_file = others.ca_file()}), "tls");  // no kept connection helps
}

TEST_F(HttpClientTls, ChecksTheName) {
  const StandInServer server(Serve(certificates_.Issue("hooks.example")));
  const std::string ca = certificates_.ca_file();
  EXPECT_EQ(Get(server, {.ca_file = ca}), "tls");
  EXPECT_EQ(Get(server, {.ca_file = ca, .server_name = "hooks.example"}), "status 200");
  EXPECT_EQ(FindHeader(server.requests().back().headers, "Host"),
            "localhost:" + std::to_string(server.port()));
  EXPECT_EQ(Get(server, {.ca_file = ca, .server_name = "other.example"}), "tls");
}

TEST_F(HttpClientTls, RefusesExpiredCertificates) {
  const StandInServer server(
      Serve(certificates_.Issue("localhost", TestCertificates::Validity::kExpired)));
  const HttpResult result =
      client_.Call({.url = server.Url("/secret"), .tls = {.ca_file = certificates_.ca_file()}});
  EXPECT_EQ(Fault(result), "tls");
  EXPECT_NE(result.error().message.find("expired"), std::string::npos) << result.error().message;
  EXPECT_FALSE(result.error().body_was_sent);
}

TEST_F(HttpClientTls, ShowsItsOwnCertificate) {
  const TestCertificates::Files files = certificates_.Issue("localhost");
  const StandInServer server(fakes::StandInTls{.cert_file = files.cert_file,
                                               .key_file = files.key_file,
                                               .client_ca_file = certificates_.ca_file()});
  const TestCertificates::Files mine = certificates_.Issue("promwarden");
  const std::string ca = certificates_.ca_file();
  EXPECT_EQ(Get(server, {.ca_file = ca, .cert_file = mine.cert_file, .key_file = mine.key_file}),
            "status 200");
  EXPECT_NE(Get(server, {.ca_file = ca}), "status 200");
  EXPECT_EQ(Get(server, {.ca_file = ca, .cert_file = "/nowhere", .key_file = "/nowhere"}), "tls");
}

TEST_F(HttpClientTls, KeepsBelowACeiling) {
  const StandInServer server(Serve(certificates_.Issue("localhost")));
  const std::string ca = certificates_.ca_file();
  EXPECT_EQ(Get(server, {.ca_file = ca, .max_version = TlsFloor::kTls12}), "status 200");
  EXPECT_NE(Get(server, {.ca_file = ca, .max_version = TlsFloor::kTls10}), "status 200");
}

TEST_F(HttpClientTls, ReadsRotatedFilesAtTheNextConnection) {
  const std::string path = certificates_.ca_file() + ".current";
  const TestCertificates others;
  const StandInServer server(Serve(certificates_.Issue("localhost")));
  std::filesystem::copy_file(others.ca_file(), path);
  EXPECT_EQ(Get(server, {.ca_file = path}), "tls");
  std::filesystem::copy_file(certificates_.ca_file(), path,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(Get(server, {.ca_file = path}), "status 200");
}

TEST_F(HttpClientTls, TellsARefusalFromACut) {
  const auto call = [this](const RawServer& server, int timeout_ms = 10'000) {
    return Fault(client_.Call({.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/",
                               .timeout = std::chrono::milliseconds(timeout_ms),
                               .tls = {.ca_file = certificates_.ca_file()}}));
  };
  EXPECT_EQ(call(RawServer([](RawConnection& peer) {
              (void)peer.Read(10);
              peer.Reset();
            })),
            "connect");
  EXPECT_EQ(call(RawServer([](RawConnection& peer) {
              (void)peer.Read(10);
              peer.CloseSend();
              peer.WaitForClose();
            })),
            "connect");
  EXPECT_EQ(call(RawServer([](RawConnection& peer) {
              peer.Send("HTTP/1.1 400 Bad Request\r\n\r\n");
              peer.WaitForClose();
            })),
            "tls");
  EXPECT_EQ(call(RawServer([](RawConnection& peer) { peer.WaitForClose(); }), 200),
            "timeout_before_send");
}

}  // namespace
}  // namespace warden
