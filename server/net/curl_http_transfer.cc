// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "server/net/curl_transfer.h"

namespace warden {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kMaxRedirects = 10;

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

std::string Part(const Url& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return "";
  std::string out(text);
  curl_free(text);
  return out;
}

// Null when it is not an http or https URL.
Url ParseUrl(const std::string& text) {
  Url url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return nullptr;
  const std::string scheme = Part(url, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return nullptr;
  return url;
}

std::string Port(const Url& url) { return Part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT); }

bool MayFollow(const Url& from, const Url& to) {
  if (!to || !EqualsIgnoringCase(Part(from, CURLUPART_HOST), Part(to, CURLUPART_HOST))) {
    return false;
  }
  const bool was_plain = Part(from, CURLUPART_SCHEME) == "http";
  const bool is_plain = Part(to, CURLUPART_SCHEME) == "http";
  return was_plain == is_plain ? Port(from) == Port(to) : was_plain;
}

bool HasLineBreak(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

class HttpTransfer final : public CurlTransfer {
 public:
  HttpTransfer(HttpRequest request, HttpClient::Done done, std::string user_agent)
      : request_(std::move(request)),
        done_(std::move(done)),
        user_agent_(std::move(user_agent)),
        deadline_(Steady::now() + request_.timeout) {}
  ~HttpTransfer() override {
    curl_slist_free_all(headers_);
    curl_slist_free_all(proxy_headers_);
    curl_slist_free_all(connect_to_);
  }

  bool Prepare(CURLSH* share) override;
  Outcome Conclude(CURLcode code) override;
  void Cancel() override {
    Report(
        std::unexpected(HttpFailure{SendFault::kCancelled, WasSent(), 0, "cancelled at shutdown"}));
  }

 private:
  void SetUrl(const Url& url);
  void SetMethod();
  void SetHeaders(const std::string& host_header);
  [[nodiscard]] bool WasSent() const;
  [[nodiscard]] std::optional<std::string> Redirect() const;
  void Report(HttpResult result) { std::exchange(done_, nullptr)(std::move(result)); }
  bool Refuse(std::string message) {
    Report(std::unexpected(HttpFailure{SendFault::kOther, false, 0, std::move(message)}));
    return false;
  }

  static std::size_t OnHeader(char* bytes, std::size_t, std::size_t count, void* self);
  static std::size_t OnBody(char* bytes, std::size_t, std::size_t count, void* self);
  static std::size_t OnRead(char* into, std::size_t, std::size_t space, void* self);
  static int OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent);
  static int OnSeek(void*, curl_off_t, int) { return CURL_SEEKFUNC_FAIL; }

  HttpRequest request_;
  HttpClient::Done done_;
  std::string user_agent_;
  Steady::time_point deadline_;
  std::string host_;
  curl_slist* headers_ = nullptr;
  curl_slist* proxy_headers_ = nullptr;
  curl_slist* connect_to_ = nullptr;
  HttpResponse response_;
  std::size_t read_bytes_ = 0;
  bool all_written_ = false;  // on whichever connection
  bool is_too_large_ = false;
  int redirects_ = 0;
};

bool HttpTransfer::Prepare(CURLSH* share) {
  const Url url = ParseUrl(request_.url);
  if (!url) return Refuse("the URL is malformed or neither http nor https");
  host_ = Part(url, CURLUPART_HOST) + ':' + Port(url);
  const auto breaks = [](const HttpHeader& header) {
    return HasLineBreak(header.name) || HasLineBreak(header.value);
  };
  if (HasLineBreak(request_.method) || HasLineBreak(request_.authorization) ||
      std::ranges::any_of(request_.headers, breaks) ||
      std::ranges::any_of(request_.proxy_headers, breaks)) {
    return Refuse(host_ + ": a header holds a line break");
  }
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Steady::now());
  curl_easy_reset(easy_);
  SetCommon(left);
  Set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::max<std::int64_t>(request_.connect_timeout.count(), 1)));
  Set(CURLOPT_SHARE, share);
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(CURLOPT_PROXY, request_.proxy_url.c_str());
  if (!request_.no_proxy.empty()) Set(CURLOPT_NOPROXY, request_.no_proxy.c_str());
  Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  Set(CURLOPT_MAXLIFETIME_CONN, 600L);  // so that a changed DNS record is noticed
  Set(CURLOPT_USERAGENT, user_agent_.c_str());
  SetTls(request_.tls);
  SetUrl(url);
  SetMethod();
  Set(CURLOPT_HEADERFUNCTION, &OnHeader);
  Set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  Set(CURLOPT_WRITEFUNCTION, &OnBody);
  Set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  response_ = {};
  read_bytes_ = 0;
  all_written_ = false;
  return setup_ == CURLE_OK || Refuse(host_ + ": " + curl_easy_strerror(setup_));
}

// A server_name stands in the URL, for SNI and the certificate's check, while the connection goes
// to the real host.
void HttpTransfer::SetUrl(const Url& url) {
  std::string host_header;
  curl_slist_free_all(std::exchange(connect_to_, nullptr));
  const std::string& name = request_.tls.server_name;
  if (!name.empty() && Part(url, CURLUPART_SCHEME) == "https") {
    const std::string host = Part(url, CURLUPART_HOST);
    const std::string port = Part(url, CURLUPART_PORT);
    host_header = port.empty() ? host : host + ':' + port;
    curl_url_set(url.get(), CURLUPART_HOST, name.c_str(), 0);
    if (!Append(connect_to_, name + ':' + Port(url) + ':' + host + ':' + Port(url))) {
      setup_ = CURLE_OUT_OF_MEMORY;
    }
    Set(CURLOPT_CONNECT_TO, connect_to_);
  }
  Set(CURLOPT_URL, Part(url, CURLUPART_URL).c_str());
  SetHeaders(host_header);
}

void HttpTransfer::SetHeaders(const std::string& host_header) {
  curl_slist_free_all(std::exchange(headers_, nullptr));
  bool is_complete = Append(headers_, "Expect:");  // no wait for 100 Continue
  if (!host_header.empty() && !FindHeader(request_.headers, "Host")) {
    is_complete = Append(headers_, "Host: " + host_header) && is_complete;
  }
  if (!request_.authorization.empty()) {
    is_complete = Append(headers_, "Authorization: " + request_.authorization) && is_complete;
  }
  if (!request_.body.empty() && !FindHeader(request_.headers, "Content-Type")) {
    is_complete = Append(headers_, "Content-Type:") && is_complete;  // not a form
  }
  for (const HttpHeader& header : request_.headers) {
    // libcurl's way of writing a header with an empty value
    const std::string line =
        header.value.empty() ? header.name + ';' : header.name + ": " + header.value;
    is_complete = Append(headers_, line) && is_complete;
  }
  curl_slist_free_all(std::exchange(proxy_headers_, nullptr));
  for (const HttpHeader& header : request_.proxy_headers)
    is_complete = Append(proxy_headers_, header.name + ": " + header.value) && is_complete;
  if (!is_complete) setup_ = CURLE_OUT_OF_MEMORY;
  Set(CURLOPT_HTTPHEADER, headers_);
  if (proxy_headers_ == nullptr) return;
  Set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  Set(CURLOPT_PROXYHEADER, proxy_headers_);
}

// The body is handed out by a callback that cannot go back: libcurl repeats a request by itself
// when a kept connection turns out to be cut, and so it can do that only as long as nothing of the
// body was sent.
void HttpTransfer::SetMethod() {
  const std::string& method = request_.method;
  const bool wants_length = method == "POST" || method == "PUT" || method == "PATCH";
  if (method == "HEAD") {
    Set(CURLOPT_NOBODY, 1L);
  } else if (!request_.body.empty() || wants_length) {
    Set(CURLOPT_POST, 1L);
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    Set(CURLOPT_READFUNCTION, &OnRead);
    Set(CURLOPT_READDATA, static_cast<void*>(this));
    Set(CURLOPT_SEEKFUNCTION, &OnSeek);
    Set(CURLOPT_NOPROGRESS, 0L);
    Set(CURLOPT_XFERINFOFUNCTION, &OnProgress);
    Set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
    if (method != "POST") Set(CURLOPT_CUSTOMREQUEST, method.c_str());
  } else if (method != "GET") {
    Set(CURLOPT_CUSTOMREQUEST, method.c_str());
  }
}

std::size_t HttpTransfer::OnRead(char* into, std::size_t, std::size_t space, void* self) {
  auto& me = *static_cast<HttpTransfer*>(self);
  const std::size_t count = std::min(space, me.request_.body.size() - me.read_bytes_);
  me.request_.body.copy(into, count, me.read_bytes_);
  me.read_bytes_ += count;
  return count;
}

int HttpTransfer::OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent) {
  auto& me = *static_cast<HttpTransfer*>(self);
  if (static_cast<std::size_t>(sent) >= me.request_.body.size()) me.all_written_ = true;
  return 0;
}

std::size_t HttpTransfer::OnHeader(char* bytes, std::size_t, std::size_t count, void* self) {
  auto& me = *static_cast<HttpTransfer*>(self);
  std::string_view line(bytes, count);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    me.response_.headers.clear();  // those of a 100 Continue do not count
  } else if (colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    const std::size_t start = value.find_first_not_of(" \t");
    value = start == std::string_view::npos ? std::string_view{} : value.substr(start);
    value = value.substr(0, value.find_last_not_of(" \t") + 1);
    me.response_.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  }
  return count;
}

std::size_t HttpTransfer::OnBody(char* bytes, std::size_t, std::size_t count, void* self) {
  auto& me = *static_cast<HttpTransfer*>(self);
  if (me.response_.body.size() + count > me.request_.max_response_bytes) {
    me.is_too_large_ = true;
    return 0;
  }
  me.response_.body.append(bytes, count);
  return count;
}

bool HttpTransfer::WasSent() const {
  if (request_.body.empty()) {
    long request_bytes = 0;
    curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &request_bytes);
    return request_bytes > 0;
  }
  return all_written_;
}

// The URL to go on with, when the response is a redirect that may be followed.
std::optional<std::string> HttpTransfer::Redirect() const {
  const int status = response_.status;
  const bool keeps_method = status == 307 || status == 308;
  const bool becomes_get = status == 301 || status == 302 || status == 303;
  const bool is_read = request_.method == "GET" || request_.method == "HEAD";
  if (!request_.follow_redirects || redirects_ >= kMaxRedirects) return std::nullopt;
  if (!keeps_method && !(becomes_get && is_read)) return std::nullopt;
  const auto location = FindHeader(response_.headers, "Location");
  const Url from = ParseUrl(request_.url);
  Url to(curl_url_dup(from.get()));
  if (!location ||
      curl_url_set(to.get(), CURLUPART_URL, std::string(*location).c_str(), 0) != CURLUE_OK) {
    return std::nullopt;
  }
  to = ParseUrl(Part(to, CURLUPART_URL));
  if (!MayFollow(from, to)) return std::nullopt;
  return Part(to, CURLUPART_URL);
}

CurlTransfer::Outcome HttpTransfer::Conclude(CURLcode code) {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  if (code == CURLE_OK) {
    if (auto target = Redirect()) {
      ++redirects_;
      request_.url = std::move(*target);
      return Outcome::kAgain;
    }
    Report(std::move(response_));
    return Outcome::kDone;
  }
  HttpFailure failure;
  failure.body_was_sent = WasSent();
  failure.status = response_.status;
  if (is_too_large_) {
    failure.kind = SendFault::kTooLarge;
    failure.message = host_ + ": the answer is longer than " +
                      std::to_string(request_.max_response_bytes) + " bytes";
  } else {
    failure.kind = Fault(code, failure.body_was_sent);
    failure.message = Message(code, host_);
  }
  Report(std::unexpected(std::move(failure)));
  return Outcome::kDone;
}

}  // namespace

std::unique_ptr<CurlTransfer> MakeHttpTransfer(HttpRequest request, HttpClient::Done done,
                                               std::string user_agent) {
  return std::make_unique<HttpTransfer>(std::move(request), std::move(done), std::move(user_agent));
}

}  // namespace warden
