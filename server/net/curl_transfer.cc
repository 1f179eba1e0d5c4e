// SPDX-License-Identifier: Apache-2.0
#include "server/net/curl_transfer.h"

#include <algorithm>

namespace warden {
namespace {

bool IsTlsRefusal(CURLcode code) {
  switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_USE_SSL_FAILED:
      return true;
    default:
      return false;
  }
}

bool IsCut(CURLcode code) {
  switch (code) {
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_FAIL_REWIND:  // a kept connection was cut after it took the body
      return true;
    default:
      return false;
  }
}

long SslVersion(TlsFloor version) {
  switch (version) {
    case TlsFloor::kTls10:
      return CURL_SSLVERSION_TLSv1_0;
    case TlsFloor::kTls11:
      return CURL_SSLVERSION_TLSv1_1;
    case TlsFloor::kTls12:
      return CURL_SSLVERSION_TLSv1_2;
    case TlsFloor::kTls13:
      return CURL_SSLVERSION_TLSv1_3;
  }
  return CURL_SSLVERSION_TLSv1_2;
}

long MaxSslVersion(TlsFloor version) {
  switch (version) {
    case TlsFloor::kTls10:
      return CURL_SSLVERSION_MAX_TLSv1_0;
    case TlsFloor::kTls11:
      return CURL_SSLVERSION_MAX_TLSv1_1;
    case TlsFloor::kTls12:
      return CURL_SSLVERSION_MAX_TLSv1_2;
    case TlsFloor::kTls13:
      return CURL_SSLVERSION_MAX_TLSv1_3;
  }
  return CURL_SSLVERSION_MAX_DEFAULT;
}

}  // namespace

CurlTransfer::~CurlTransfer() { curl_easy_cleanup(easy_); }

void CurlTransfer::SetCommon(std::chrono::milliseconds timeout) {
  setup_ = CURLE_OK;
  detail_[0] = '\0';
  Set(CURLOPT_ERRORBUFFER, detail_);
  Set(CURLOPT_PRIVATE, static_cast<void*>(this));
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_QUICK_EXIT, 1L);  // never wait for a resolver that hangs
  Set(CURLOPT_TCP_KEEPALIVE, 1L);
  Set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(timeout.count(), 1)));
}

void CurlTransfer::SetTls(const TlsOptions& tls) {
  // A ceiling below the usual floor means what it says.
  const TlsFloor floor =
      tls.max_version ? std::min(tls.min_version, *tls.max_version) : tls.min_version;
  Set(CURLOPT_SSLVERSION,
      SslVersion(floor) |
          (tls.max_version ? MaxSslVersion(*tls.max_version) : long{CURL_SSLVERSION_MAX_DEFAULT}));
  Set(CURLOPT_SSL_VERIFYPEER, tls.insecure_skip_verify ? 0L : 1L);
  Set(CURLOPT_SSL_VERIFYHOST, tls.insecure_skip_verify ? 0L : 2L);
  // Reading the system's authorities takes milliseconds, so they are kept a minute; an own file is
  // read each time.
  Set(CURLOPT_CA_CACHE_TIMEOUT, tls.ca_file.empty() ? 60L : 0L);
  if (!tls.ca_file.empty()) {
    Set(CURLOPT_CAINFO, tls.ca_file.c_str());
    Set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  }
  if (!tls.cert_file.empty()) {
    Set(CURLOPT_SSLCERT, tls.cert_file.c_str());
    Set(CURLOPT_SSLKEY, tls.key_file.empty() ? tls.cert_file.c_str() : tls.key_file.c_str());
    Set(CURLOPT_SSL_SESSIONID_CACHE, 0L);  // a resumed session would keep the old certificate
  }
}

bool CurlTransfer::Append(curl_slist*& list, const std::string& text) {
  curl_slist* const longer = curl_slist_append(list, text.c_str());
  if (longer == nullptr) return false;
  list = longer;
  return true;
}

SendFault CurlTransfer::Fault(CURLcode code, bool was_sent) const {
  const std::string_view detail = detail_;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return SendFault::kDns;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return SendFault::kConnect;
    case CURLE_OPERATION_TIMEDOUT:
      return was_sent ? SendFault::kTimeoutAfterSend : SendFault::kTimeoutBeforeSend;
    case CURLE_SSL_CONNECT_ERROR:
      // The peer hung up; it did not refuse.
      if (detail.find("SSL_ERROR_SYSCALL") != std::string_view::npos ||
          detail.find("unexpected eof") != std::string_view::npos ||
          detail.find("reset by peer") != std::string_view::npos) {
        return SendFault::kConnect;
      }
      return SendFault::kTls;
    default:
      if (IsTlsRefusal(code)) return SendFault::kTls;
      if (IsCut(code)) return was_sent ? SendFault::kResetAfterSend : SendFault::kResetBeforeSend;
      return SendFault::kOther;
  }
}

std::string CurlTransfer::Message(CURLcode code, std::string_view host) const {
  const bool has_url =
      std::string_view(detail_).find("://") != std::string_view::npos;  // a proxy's
  const bool may_tell =
      !has_url && (IsTlsRefusal(code) || IsCut(code) || code == CURLE_COULDNT_RESOLVE_HOST ||
                   code == CURLE_COULDNT_CONNECT || code == CURLE_OPERATION_TIMEDOUT);
  std::string message(host);
  if (!message.empty()) message += ": ";
  const std::size_t start = message.size();
  message += may_tell && detail_[0] != '\0' ? detail_ : curl_easy_strerror(code);
  if (message[start] >= 'A' && message[start] <= 'Z' && message.compare(start, 3, "SSL") != 0) {
    message[start] = static_cast<char>(message[start] + 32);
  }
  return message;
}

}  // namespace warden
