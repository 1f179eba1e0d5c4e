// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <utility>

#include "server/base/secret.h"
#include "server/net/curl_transfer.h"

namespace warden {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kMostWords = 300;  // of a reply

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host.starts_with("127.") || host == "::1" || host == "[::1]";
}

// What may stand in an SMTP command line.
bool IsCommandText(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool IsAddress(std::string_view text) {
  return !text.empty() && IsCommandText(text) &&
         text.find_first_of("<> ") == std::string_view::npos;
}

// The dialogue, followed line by line: libcurl reports only its last reply, we want to know who was
// refused and whether the server was still to answer when the connection broke.
class MailTransfer final : public CurlTransfer {
 public:
  MailTransfer(MailRequest mail, HttpClient::MailDone done, const std::atomic<bool>& is_cancelled)
      : mail_(std::move(mail)),
        done_(std::move(done)),
        is_cancelled_(is_cancelled),
        deadline_(Steady::now() + mail_.timeout) {}
  ~MailTransfer() override { curl_slist_free_all(recipients_); }

  bool Prepare(CURLSH* share) override;
  Outcome Conclude(CURLcode code) override;
  void Cancel() override {
    Report(std::unexpected(
        MailFailure{SendFault::kCancelled, 0, all_written_, "cancelled at shutdown"}));
  }

 private:
  void Report(MailResult result) { std::exchange(done_, nullptr)(std::move(result)); }
  bool Refuse(std::string message) {
    Report(std::unexpected(MailFailure{SendFault::kOther, 0, false, std::move(message)}));
    return false;
  }
  [[nodiscard]] std::string Url() const;
  void SetSecurity();
  void HearCommand(std::string_view line);
  void HearReply(std::string_view line);

  static std::size_t OnRead(char* into, std::size_t, std::size_t space, void* self);
  static int OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<MailTransfer*>(self)->is_cancelled_ ? 1 : 0;
  }
  static int OnDebug(CURL*, curl_infotype type, char* bytes, std::size_t count, void* self);

  MailRequest mail_;
  HttpClient::MailDone done_;
  const std::atomic<bool>& is_cancelled_;
  Steady::time_point deadline_;
  std::string host_;
  curl_slist* recipients_ = nullptr;
  std::size_t read_bytes_ = 0;
  bool all_written_ = false;  // message and final dot
  bool awaits_reply_ = true;  // the greeting
  bool said_quit_ = false;    // what follows is no answer to the mail
  int last_code_ = 0;         // of the last whole reply
  std::string last_words_;    // behind the code
  bool asked_recipient_ = false;
  std::size_t next_recipient_ = 0;
  std::vector<RefusedRecipient> refused_;
};

std::string MailTransfer::Url() const {
  const bool is_v6 = mail_.host.find(':') != std::string::npos && !mail_.host.starts_with('[');
  char* const hello = curl_easy_escape(easy_, mail_.hello.c_str(), 0);
  std::string url = mail_.security == MailSecurity::kTls ? "smtps://" : "smtp://";
  url += is_v6 ? '[' + mail_.host + ']' : mail_.host;
  url += ':' + std::to_string(mail_.port) + '/' + (hello == nullptr ? "localhost" : hello);
  curl_free(hello);
  return url;
}

void MailTransfer::SetSecurity() {
  const bool needs_secrecy = !mail_.username.empty() && !IsLoopback(mail_.host);
  switch (mail_.security) {
    case MailSecurity::kTls:
    case MailSecurity::kStartTls:
      return Set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    case MailSecurity::kOpportunistic:
      return Set(CURLOPT_USE_SSL,
                 static_cast<long>(needs_secrecy ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    case MailSecurity::kNone:
      return Set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_NONE));
  }
}

bool MailTransfer::Prepare(CURLSH*) {
  host_ = mail_.host + ':' + std::to_string(mail_.port);
  if (mail_.to.empty()) return Refuse(host_ + ": the mail has no recipient");
  if (!IsAddress(mail_.from) || !std::ranges::all_of(mail_.to, IsAddress) ||
      !IsCommandText(mail_.hello)) {
    return Refuse(host_ + ": an address of the mail is malformed");
  }
  SetCommon(std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Steady::now()));
  Set(CURLOPT_NOPROGRESS, 0L);
  Set(CURLOPT_XFERINFOFUNCTION, &OnProgress);
  Set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
  Set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  Set(CURLOPT_PROXY, "");
  Set(CURLOPT_URL, Url().c_str());
  SetTls(mail_.tls);
  SetSecurity();
  Set(CURLOPT_FORBID_REUSE, 1L);
  if (!mail_.username.empty()) {
    Set(CURLOPT_USERNAME, mail_.username.c_str());
    Set(CURLOPT_PASSWORD, mail_.password.c_str());
    if (!mail_.identity.empty()) Set(CURLOPT_SASL_AUTHZID, mail_.identity.c_str());
    if (mail_.login == MailLogin::kCramMd5) Set(CURLOPT_LOGIN_OPTIONS, "AUTH=CRAM-MD5");
    if (mail_.login == MailLogin::kPassword) Set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
  }
  Set(CURLOPT_MAIL_FROM, mail_.from.c_str());
  for (const std::string& address : mail_.to) {
    if (!Append(recipients_, address)) setup_ = CURLE_OUT_OF_MEMORY;
  }
  Set(CURLOPT_MAIL_RCPT, recipients_);
  Set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
  Set(CURLOPT_UPLOAD, 1L);
  Set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail_.message.size()));
  Set(CURLOPT_READFUNCTION, &OnRead);
  Set(CURLOPT_READDATA, static_cast<void*>(this));
  Set(CURLOPT_VERBOSE, 1L);  // for the dialogue; nothing of it is printed
  Set(CURLOPT_DEBUGFUNCTION, &OnDebug);
  Set(CURLOPT_DEBUGDATA, static_cast<void*>(this));
  return setup_ == CURLE_OK || Refuse(host_ + ": " + curl_easy_strerror(setup_));
}

std::size_t MailTransfer::OnRead(char* into, std::size_t, std::size_t space, void* self) {
  auto& me = *static_cast<MailTransfer*>(self);
  const std::size_t count = std::min(space, me.mail_.message.size() - me.read_bytes_);
  me.mail_.message.copy(into, count, me.read_bytes_);
  me.read_bytes_ += count;
  return count;
}

int MailTransfer::OnDebug(CURL*, curl_infotype type, char* bytes, std::size_t count, void* self) {
  auto& me = *static_cast<MailTransfer*>(self);
  const std::string_view text(bytes, count);
  if (type == CURLINFO_HEADER_OUT) {
    me.HearCommand(text);
  } else if (type == CURLINFO_HEADER_IN) {
    me.HearReply(text);
  } else if (type == CURLINFO_DATA_OUT) {
    me.awaits_reply_ = true;
    me.all_written_ = me.read_bytes_ == me.mail_.message.size();
  }
  return 0;
}

void MailTransfer::HearCommand(std::string_view line) {
  if (line.starts_with("QUIT")) {
    said_quit_ = true;
    curl_easy_setopt(easy_, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                     1L);  // for a farewell that never comes
    return;
  }
  awaits_reply_ = true;
  asked_recipient_ = line.starts_with("RCPT TO:");
}

// `550-first line`, `550 last line`: only the last one counts.
void MailTransfer::HearReply(std::string_view line) {
  int code = 0;
  if (said_quit_ || line.size() < 4 || line[3] == '-') return;
  if (std::from_chars(line.data(), line.data() + 3, code).ptr != line.data() + 3) return;
  last_code_ = code;
  last_words_ = line.substr(4, kMostWords);
  last_words_.erase(last_words_.find_last_not_of("\r\n ") + 1);
  awaits_reply_ = false;
  if (asked_recipient_ && next_recipient_ < mail_.to.size()) {
    if (code >= 400) refused_.push_back({mail_.to[next_recipient_], code});
    ++next_recipient_;
    asked_recipient_ = false;
  }
}

CurlTransfer::Outcome MailTransfer::Conclude(CURLcode code) {
  if (code == CURLE_ABORTED_BY_CALLBACK) {
    Cancel();
    return Outcome::kDone;
  }
  if (code == CURLE_OK) {
    Report(MailReceipt{std::move(refused_)});
    return Outcome::kDone;
  }
  MailFailure failure;
  failure.body_was_sent = all_written_;
  failure.kind = Fault(code, all_written_);
  failure.message = Message(code, host_);
  const bool was_refused = !awaits_reply_ && last_code_ >= 400;
  if (was_refused) {
    failure.kind = SendFault::kRefused;
    failure.smtp_code = last_code_;
    // Refused by every recipient: one that may take it later makes the whole worth another try.
    for (const RefusedRecipient& recipient : refused_) {
      if (recipient.smtp_code < 500) failure.smtp_code = recipient.smtp_code;
    }
    failure.message = host_ + ": the server refused with " + std::to_string(failure.smtp_code);
    if (failure.smtp_code == last_code_ && !last_words_.empty())
      failure.message += ": " + Redact(last_words_, mail_.password);
  }
  Report(std::unexpected(std::move(failure)));
  return Outcome::kDone;
}

}  // namespace

std::unique_ptr<CurlTransfer> MakeMailTransfer(MailRequest mail, HttpClient::MailDone done,
                                               const std::atomic<bool>& is_cancelled) {
  return std::make_unique<MailTransfer>(std::move(mail), std::move(done), is_cancelled);
}

}  // namespace warden
