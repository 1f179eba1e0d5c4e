// SPDX-License-Identifier: Apache-2.0
// One request or mail on libcurl: set up, judged, and reported to whoever sent it. Only the
// curl_*.cc files include this header; it is the one place where libcurl's types cross a file.
// Lives on the loop's thread.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "server/net/http_client.h"

namespace warden {

class CurlTransfer {
 public:
  enum class Outcome { kDone, kAgain };

  CurlTransfer() = default;
  virtual ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  // Sets the handle up for a (first or further) run. False: reported as failed, nothing to run.
  [[nodiscard]] virtual bool Prepare(CURLSH* share) = 0;
  // After a run: reports the outcome, or asks for another run.
  [[nodiscard]] virtual Outcome Conclude(CURLcode code) = 0;
  virtual void Cancel() = 0;

  [[nodiscard]] CURL* easy() const { return easy_; }

 protected:
  template <class Value>
  void Set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (setup_ == CURLE_OK) setup_ = code;
  }
  void SetCommon(std::chrono::milliseconds timeout);
  void SetTls(const TlsOptions& tls);
  // False: out of memory.
  bool Append(curl_slist*& list, const std::string& text);

  [[nodiscard]] SendFault Fault(CURLcode code, bool was_sent) const;
  // "host: cause": libcurl's own detail only where it cannot hold a path or a credential.
  [[nodiscard]] std::string Message(CURLcode code, std::string_view host) const;

  CURL* easy_ = curl_easy_init();
  CURLcode setup_ = CURLE_OK;

 private:
  char detail_[CURL_ERROR_SIZE] = {};
};

[[nodiscard]] std::unique_ptr<CurlTransfer> MakeHttpTransfer(HttpRequest request,
                                                             HttpClient::Done done,
                                                             std::string user_agent);
// Once `is_cancelled`, which it borrows, the transfer ends as cancelled.
[[nodiscard]] std::unique_ptr<CurlTransfer> MakeMailTransfer(MailRequest mail,
                                                             HttpClient::MailDone done,
                                                             const std::atomic<bool>& is_cancelled);

}  // namespace warden
