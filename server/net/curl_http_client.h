// SPDX-License-Identifier: Apache-2.0
// HttpClient on libcurl's multi interface: one own thread named `http-client`, connections kept and
// shared by all requests. A destination that hangs holds at most max_connections_per_host of them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "server/net/http_client.h"

namespace warden {

struct CurlOptions {
  long max_connections_per_host = 16;  // more requests wait their turn, inside their timeout
  long max_connections = 256;
  std::size_t max_mails = 4;  // at once; more wait their turn, inside their timeout
  std::string user_agent = "promwarden";
};

class CurlHttpClient final : public HttpClient {
 public:
  explicit CurlHttpClient(CurlOptions options = {});
  // Ends what is in flight with kCancelled, runs every `done`, joins the thread. Nobody may send
  // any more.
  ~CurlHttpClient() override;

  void Send(HttpRequest request, Done done) override;
  void SendMail(MailRequest mail, MailDone done) override;

 private:
  class Loop;
  class MailThreads;
  std::unique_ptr<Loop> requests_;
  std::unique_ptr<MailThreads> mails_;
};

}  // namespace warden
