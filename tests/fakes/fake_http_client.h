// SPDX-License-Identifier: Apache-2.0
// An HttpClient without a network: it records what is sent and answers from a script, at once and
// on the caller's thread, or, while held, when the test says so. Safe from any thread.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/net/http_client.h"

namespace warden::fakes {

class FakeHttpClient final : public HttpClient {
 public:
  using Script = std::function<HttpResult(const HttpRequest&)>;

  // Answers are used up in order; then the script answers; without one, 200 with an empty body.
  void Answer(int status, std::string body = "", HttpHeaders headers = {});
  void Fail(SendFault kind, bool body_was_sent = false);
  void SetScript(Script script);
  void AnswerMail(MailResult result);  // in order; then everything is taken

  // While held, what is sent waits for Release.
  void Hold();
  // Lets the oldest `count` waiting requests and mails finish; later ones still wait.
  void Release(std::size_t count);
  void StopHolding();

  void Send(HttpRequest request, Done done) override;
  void SendMail(MailRequest mail, MailDone done) override;

  [[nodiscard]] std::vector<HttpRequest> requests() const;
  [[nodiscard]] std::vector<MailRequest> mails() const;
  [[nodiscard]] std::size_t waiting() const;

 private:
  using Step = std::move_only_function<void()>;
  void RunOrHold(Step step);
  [[nodiscard]] HttpResult NextAnswer(const HttpRequest& request);

  mutable std::mutex mutex_;
  std::deque<HttpResult> answers_;
  std::deque<MailResult> mail_answers_;
  Script script_;
  bool held_ = false;
  std::deque<Step> waiting_;
  std::vector<HttpRequest> requests_;
  std::vector<MailRequest> mails_;
};

}  // namespace warden::fakes
