// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_http_client.h"

namespace warden::fakes {

void FakeHttpClient::Answer(int status, std::string body, HttpHeaders headers) {
  const std::lock_guard lock(mutex_);
  answers_.emplace_back(HttpResponse{status, std::move(headers), std::move(body)});
}

void FakeHttpClient::Fail(SendFault kind, bool body_was_sent) {
  const std::lock_guard lock(mutex_);
  answers_.emplace_back(std::unexpected(
      HttpFailure{kind, body_was_sent, 0, "scripted failure: " + std::string(Name(kind))}));
}

void FakeHttpClient::SetScript(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

void FakeHttpClient::AnswerMail(MailResult result) {
  const std::lock_guard lock(mutex_);
  mail_answers_.push_back(std::move(result));
}

void FakeHttpClient::Hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void FakeHttpClient::Release(std::size_t count) {
  for (; count > 0; --count) {
    Step step;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) return;
      step = std::move(waiting_.front());
      waiting_.pop_front();
    }
    step();
  }
}

void FakeHttpClient::StopHolding() {
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    held_ = false;
    count = waiting_.size();
  }
  Release(count);
}

void FakeHttpClient::RunOrHold(Step step) {
  {
    const std::lock_guard lock(mutex_);
    if (held_) {
      waiting_.push_back(std::move(step));
      return;
    }
  }
  step();
}

HttpResult FakeHttpClient::NextAnswer(const HttpRequest& request) {
  Script script;
  {
    const std::lock_guard lock(mutex_);
    if (!answers_.empty()) {
      HttpResult answer = std::move(answers_.front());
      answers_.pop_front();
      return answer;
    }
    script = script_;
  }
  return script ? script(request) : HttpResponse{200, {}, ""};
}

void FakeHttpClient::Send(HttpRequest request, Done done) {
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  RunOrHold([this, request = std::move(request), done = std::move(done)]() mutable {
    done(NextAnswer(request));
  });
}

void FakeHttpClient::SendMail(MailRequest mail, MailDone done) {
  {
    const std::lock_guard lock(mutex_);
    mails_.push_back(std::move(mail));
  }
  RunOrHold([this, done = std::move(done)]() mutable {
    MailResult result = MailReceipt{};
    {
      const std::lock_guard lock(mutex_);
      if (!mail_answers_.empty()) {
        result = std::move(mail_answers_.front());
        mail_answers_.pop_front();
      }
    }
    done(std::move(result));
  });
}

std::vector<HttpRequest> FakeHttpClient::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<MailRequest> FakeHttpClient::mails() const {
  const std::lock_guard lock(mutex_);
  return mails_;
}

std::size_t FakeHttpClient::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

}  // namespace warden::fakes
