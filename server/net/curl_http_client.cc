// SPDX-License-Identifier: Apache-2.0
#include "server/net/curl_http_client.h"

#include <pthread.h>

#include <atomic>
#include <cassert>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/net/curl_transfer.h"

namespace warden {

class CurlHttpClient::Loop {
 public:
  Loop(const char* name, const CurlOptions& options);
  ~Loop();

  [[nodiscard]] const std::string& user_agent() const { return user_agent_; }
  void Submit(std::unique_ptr<CurlTransfer> transfer);

 private:
  void Run();
  void StartIncoming();
  void StartOne(std::unique_ptr<CurlTransfer> transfer);
  void Reap();

  const std::string user_agent_;
  CURLM* const multi_;
  CURLSH* const share_;  // TLS sessions; used on the thread only, so it needs no locks
  std::unordered_map<CURL*, std::unique_ptr<CurlTransfer>> active_;  // thread only

  std::mutex mutex_;
  std::vector<std::unique_ptr<CurlTransfer>> incoming_;  // guarded by mutex_
  bool ends_ = false;                                    // guarded by mutex_
  std::thread thread_;
};

namespace {

// Once per process, before any thread of ours uses libcurl.
void InitialiseCurl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  assert(code == CURLE_OK);
  (void)code;
}

CURLM* MakeMulti() {
  InitialiseCurl();
  return curl_multi_init();
}

}  // namespace

CurlHttpClient::Loop::Loop(const char* name, const CurlOptions& options)
    : user_agent_(options.user_agent), multi_(MakeMulti()), share_(curl_share_init()) {
  assert(multi_ != nullptr && share_ != nullptr);
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, options.max_connections_per_host);
  curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, options.max_connections);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, options.max_connections);
  thread_ = std::thread([this, name] {
    ::pthread_setname_np(::pthread_self(), name);
    Run();
  });
}

CurlHttpClient::Loop::~Loop() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
  curl_multi_cleanup(multi_);
  curl_share_cleanup(share_);
}

void CurlHttpClient::Loop::Submit(std::unique_ptr<CurlTransfer> transfer) {
  {
    std::unique_lock lock(mutex_);
    if (ends_) {  // sent by the `done` of a cancelled one
      lock.unlock();
      return transfer->Cancel();
    }
    incoming_.push_back(std::move(transfer));
    if (incoming_.size() > 1) return;  // the thread has been woken already
  }
  curl_multi_wakeup(multi_);
}

void CurlHttpClient::Loop::Run() {
  for (;;) {
    StartIncoming();
    int running = 0;
    curl_multi_perform(multi_, &running);
    Reap();
    {
      const std::lock_guard lock(mutex_);
      if (ends_) break;
      if (!incoming_.empty()) continue;
    }
    // libcurl shortens the wait to its next timeout.
    curl_multi_poll(multi_, nullptr, 0, 10'000, nullptr);
  }
  for (auto& [easy, transfer] : active_) {
    curl_multi_remove_handle(multi_, easy);
    transfer->Cancel();
  }
  active_.clear();
  for (const auto& transfer : incoming_) transfer->Cancel();
  incoming_.clear();
}

void CurlHttpClient::Loop::StartIncoming() {
  std::vector<std::unique_ptr<CurlTransfer>> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(incoming_);
  }
  for (auto& transfer : taken) StartOne(std::move(transfer));
}

void CurlHttpClient::Loop::StartOne(std::unique_ptr<CurlTransfer> transfer) {
  if (!transfer->Prepare(share_)) return;
  CURL* const easy = transfer->easy();
  curl_multi_add_handle(multi_, easy);
  active_.emplace(easy, std::move(transfer));
}

void CurlHttpClient::Loop::Reap() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    auto node = active_.extract(message->easy_handle);
    assert(!node.empty());
    curl_multi_remove_handle(multi_, node.key());
    if (node.mapped()->Conclude(code) == CurlTransfer::Outcome::kAgain) {
      StartOne(std::move(node.mapped()));
    }
  }
}

// Threads that send one mail after another, started as they are needed.
class CurlHttpClient::MailThreads {
 public:
  explicit MailThreads(std::size_t most) : most_(most) { InitialiseCurl(); }
  ~MailThreads();
  void Submit(MailRequest mail, MailDone done);

 private:
  void Run();

  const std::size_t most_;
  std::atomic<bool> ends_{false};  // written under mutex_
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::unique_ptr<CurlTransfer>> waiting_;  // guarded by mutex_
  std::size_t idle_ = 0;                               // guarded by mutex_
  std::vector<std::thread> threads_;                   // guarded by mutex_
};

CurlHttpClient::MailThreads::~MailThreads() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
    threads.swap(threads_);
  }
  came_.notify_all();
  for (std::thread& thread : threads) thread.join();
  for (const auto& transfer : waiting_) transfer->Cancel();
}

void CurlHttpClient::MailThreads::Submit(MailRequest mail, MailDone done) {
  auto transfer = MakeMailTransfer(std::move(mail), std::move(done), ends_);
  {
    std::unique_lock lock(mutex_);
    if (ends_) {
      lock.unlock();
      return transfer->Cancel();
    }
    waiting_.push_back(std::move(transfer));
    if (waiting_.size() > idle_ && threads_.size() < most_) {
      threads_.emplace_back([this] {
        ::pthread_setname_np(::pthread_self(), "mail-client");
        Run();
      });
    }
  }
  came_.notify_one();
}

void CurlHttpClient::MailThreads::Run() {
  for (;;) {
    std::unique_ptr<CurlTransfer> transfer;
    {
      std::unique_lock lock(mutex_);
      ++idle_;
      came_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
      --idle_;
      if (ends_) return;
      transfer = std::move(waiting_.front());
      waiting_.pop_front();
    }
    if (!transfer->Prepare(nullptr)) continue;
    const auto outcome = transfer->Conclude(curl_easy_perform(transfer->easy()));
    assert(outcome == CurlTransfer::Outcome::kDone);
    (void)outcome;
  }
}

CurlHttpClient::CurlHttpClient(CurlOptions options)
    : requests_(std::make_unique<Loop>("http-client", options)),
      mails_(std::make_unique<MailThreads>(options.max_mails)) {}

CurlHttpClient::~CurlHttpClient() = default;

void CurlHttpClient::Send(HttpRequest request, Done done) {
  requests_->Submit(MakeHttpTransfer(std::move(request), std::move(done), requests_->user_agent()));
}

void CurlHttpClient::SendMail(MailRequest mail, MailDone done) {
  mails_->Submit(std::move(mail), std::move(done));
}

}  // namespace warden
