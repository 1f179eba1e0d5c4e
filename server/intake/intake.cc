// SPDX-License-Identifier: Apache-2.0
#include "server/intake/intake.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "server/base/log.h"

namespace warden {
namespace {

// How long an alert that ended is remembered to tell late copies from news.
constexpr std::chrono::hours kAlertMemory{1};
constexpr std::chrono::minutes kHousekeeping{10};
constexpr std::chrono::milliseconds kMorePruning{500};
constexpr std::int64_t kPrunedAtOnce = 200;
// A turn is cut here, so that one answer does not wait for thousands of others.
constexpr std::size_t kMessagesATurn = 256;
// Whoever was just answered is likely to be back at once: a turn that waits this long for them has
// one fsync for all, where two groups of senders would otherwise take turns for ever.
constexpr std::chrono::microseconds kGathering{150};
// Several messages a turn, and turns that follow each other so closely, are a storm.
constexpr std::chrono::milliseconds kBusy{20};
// After a wait in vain this many turns do not wait.
constexpr int kTurnsWithoutGathering = 32;

}  // namespace

Intake::Intake(Store& store, StoreWriter& writer, const Clock& clock,
               std::shared_ptr<const Config> config, IntakeEvents events)
    : store_(store),
      writer_(writer),
      clock_(clock),
      events_(std::move(events)),
      max_queued_(config->intake.max_queued_requests),
      config_(std::move(config)) {}

Intake::~Intake() { Stop(); }

Result<void> Intake::Start() {
  if (auto loaded = Reload(); !loaded) return loaded;
  writer_.OnRecovery([this] { return Reload(); });
  flush_thread_ = std::thread([this] { FlushLoop(); });
  pthread_setname_np(flush_thread_.native_handle(), "flush");
  return {};
}

void Intake::Stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  if (flush_thread_.joinable()) flush_thread_.join();
  // What is queued is decided before this returns: work of the writer runs in order, and a long
  // queue takes several turns, each submitted by the one before.
  for (bool is_last = false; !is_last;) {
    {
      const std::lock_guard lock(mutex_);
      is_last = queue_.empty() && !turn_scheduled_;
    }
    [[maybe_unused]] const auto turned = writer_.Run([](Transaction&) { return Result<void>{}; });
  }
}

bool Intake::accepts() const {
  return writer_.healthy() && queued_.load() < max_queued_.load() && bytes_.load() < kMostBytes;
}

void Intake::Submit(WebhookMessage message, Done done) {
  Item item;
  item.bytes = Footprint(message);
  item.message = std::move(message);
  item.done = std::move(done);
  Enqueue(std::move(item));
}

void Intake::Quarantine(QuarantineRow row, Done done) {
  Item item;
  item.bytes = sizeof item + row.body.capacity();
  item.quarantine = std::move(row);
  item.done = std::move(done);
  Enqueue(std::move(item));
}

void Intake::Enqueue(Item item) {
  if (!writer_.healthy())
    return item.done(Fail(ErrorCode::kUnavailable, "the store cannot be written at present"));
  {
    const std::lock_guard lock(mutex_);
    // One message is taken however large it is: its body had a limit.
    const std::size_t bytes = bytes_.load();
    const bool has_room = bytes == 0 || bytes + item.bytes <= kMostBytes;
    if (!stopping_ && queue_.size() < max_queued_.load() && has_room) {
      bytes_ += item.bytes;
      queue_.push_back(std::move(item));
      queued_ = queue_.size();
      ScheduleTurn();
      if (gathered_at_ != 0 && queue_.size() >= gathered_at_) gathered_.notify_one();
      return;
    }
  }
  item.done(Fail(ErrorCode::kUnavailable, "too many messages are waiting"));
}

// With mutex_ held.
void Intake::ScheduleTurn() {
  if (std::exchange(turn_scheduled_, true)) return;
  auto items = std::make_shared<std::vector<Item>>();
  writer_.Submit([this, items](Transaction& transaction) { return Turn(transaction, *items); },
                 [this, items](const Result<void>& result) { EndTurn(result, *items); });
}

Result<void> Intake::Turn(Transaction& transaction, std::vector<Item>& items) {
  std::shared_ptr<const Config> config;
  Duration skipped{0};
  const auto began = std::chrono::steady_clock::now();
  auto pace = Ledger::Pace::kCalm;
  {
    std::unique_lock lock(mutex_);
    if (answered_ > 1 && began - answered_at_ < kBusy) pace = Ledger::Pace::kBusy;
    Gather(lock);
    skipped = std::exchange(skipped_, Duration{0});
    turn_scheduled_ = false;
    if (queue_.size() <= kMessagesATurn) {
      items.swap(queue_);
    } else {
      const auto cut = queue_.begin() + kMessagesATurn;
      items.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(cut));
      queue_.erase(queue_.begin(), cut);
      ScheduleTurn();
    }
    queued_ = queue_.size();
    config = std::exchange(next_config_, nullptr);
  }
  // The store, whose lock this holds, is read by the writer's recovery, which this begins.
  if (is_lost_) return Fail(ErrorCode::kUnavailable, "the store could not be read back");
  const Instant now = clock_.Now();
  changes_ = {};
  if (skipped > Duration{0}) triage_->SkipTime(skipped, now, changes_);
  if (config) {
    triage_->SetConfig(config, now, changes_);
    config_ = std::move(config);
    max_queued_ = config_->intake.max_queued_requests;
  }
  for (auto& item : items) {
    if (item.message) {
      item.receipt = triage_->Receive(std::move(*item.message), now, changes_);
    } else if (!item.quarantine.reason.empty()) {
      changes_.quarantine.push_back(std::move(item.quarantine));
    }
  }
  if (const auto expired = triage_->ExpireDue(now, changes_); expired > 0) {
    Log(LogLevel::kWarn, "alerts that nobody reports any more are taken as over",
        {{"alerts", expired}});
  }
  triage_->FlushDue(now, changes_);
  tally_.Apply(triage_->state(), changes_);
  const bool keeps_house = now < housekept_at_ || now - housekept_at_ >= kHousekeeping;
  if (keeps_house) pace = Ledger::Pace::kCalm;
  auto written = ledger_.Write(transaction, triage_->state(), changes_, pace, began);
  if (written && keeps_house) written = HouseKeep(transaction, now);
  if (written && (keeps_house || !changes_.quarantine.empty())) {
    const auto& storage = config_->storage;
    written = transaction.PruneQuarantine(now - storage.quarantine_retention,
                                          storage.quarantine_max_bytes);
  }
  return written;
}

// Forgets what is old; the tables are up to date.
Result<void> Intake::HouseKeep(Transaction& transaction, Instant now) {
  housekept_at_ = now;
  triage_->Forget(now - kAlertMemory);
  auto pruned = transaction.Prune(now - config_->storage.retention, kPrunedAtOnce);
  if (!pruned) return std::unexpected(pruned.error());
  // There is more to forget: a few at a time, but not later than it comes in.
  if (*pruned == kPrunedAtOnce) housekept_at_ = now - kHousekeeping + kMorePruning;
  return {};
}

// With mutex_ held; gives it up while it waits.
void Intake::Gather(std::unique_lock<std::mutex>& lock) {
  const auto answered = std::exchange(answered_, 0);
  if (answered < 2 || std::chrono::steady_clock::now() - answered_at_ > kGathering) return;
  if (turns_without_gathering_ > 0) {
    --turns_without_gathering_;
    return;
  }
  const std::size_t before = queue_.size();
  gathered_at_ = std::min(before + answered, kMessagesATurn);
  gathered_.wait_for(lock, kGathering,
                     [this] { return queue_.size() >= gathered_at_ || stopping_; });
  gathered_at_ = 0;
  if (queue_.size() == before) turns_without_gathering_ = kTurnsWithoutGathering;
}

void Intake::EndTurn(const Result<void>& result, std::vector<Item>& items) {
  // After an error of its own nobody else brings the image back to what the store has: before
  // anybody is answered, so that whoever comes back at once is taken.
  const bool is_own = !result && writer_.healthy();
  if (is_own) Recover();
  for (auto& item : items) {
    bytes_ -= item.bytes;
    if (!item.done) continue;
    if (result) {
      item.done(item.receipt);
    } else {
      item.done(std::unexpected(result.error()));
    }
  }
  if (!result) {
    if (!is_own) RefuseQueue(result.error());
    return;
  }
  if (events_.notified) {
    for (const auto& notification : changes_.notifications) events_.notified(notification);
  }
  if (!changes_.deliveries.empty() && events_.deliveries_added) events_.deliveries_added();
  auto next = triage_->NextFlush();
  if (const auto expiry = triage_->NextExpiry(); expiry && (!next || *expiry < *next))
    next = expiry;
  Publish();
  if (ledger_.lags()) {
    const Instant write_at = clock_.Now() + Ledger::kLag;
    next = next ? std::min(*next, write_at) : write_at;
  }
  bool earlier = false;
  {
    const std::lock_guard lock(mutex_);
    answered_ = items.size();
    answered_at_ = std::chrono::steady_clock::now();
    earlier = next && (!next_flush_ || *next < *next_flush_);
    next_flush_ = next;
  }
  if (earlier) wake_.notify_all();
}

void Intake::Recover() {
  if (auto reloaded = Reload(); !reloaded) {
    Log(LogLevel::kError, "cannot read the store back", {{"err", reloaded.error().message}});
    is_lost_ = true;
  }
}

void Intake::RefuseQueue(const Error& error) {
  std::vector<Item> items;
  {
    const std::lock_guard lock(mutex_);
    turn_scheduled_ = false;
    items.swap(queue_);
    queued_ = 0;
  }
  for (auto& item : items) {
    bytes_ -= item.bytes;
    if (item.done) item.done(std::unexpected(error));
  }
}

void Intake::Publish() {
  const std::lock_guard lock(counts_mutex_);
  counts_ = tally_.counts();
}

Result<void> Intake::Reload() {
  auto stored = store_.Load(clock_.Now() - kAlertMemory);
  if (!stored) return std::unexpected(stored.error());
  triage_ = std::make_unique<Triage>(config_, std::move(*stored));
  is_lost_ = false;
  tally_ = Tally(triage_->state());
  Publish();
  ledger_.Forget();
  triage_->ForgiveSilence(clock_.Now());
  const std::lock_guard lock(mutex_);
  next_flush_ = triage_->NextFlush();
  // What muted an alert may be gone from the configuration since then: the first turn looks again.
  if (!next_config_) next_config_ = config_;
  if (!triage_->state().incidents().empty()) next_flush_ = clock_.Now();
  return {};
}

void Intake::SetConfig(std::shared_ptr<const Config> config) {
  const std::lock_guard lock(mutex_);
  next_config_ = std::move(config);
  if (!stopping_) ScheduleTurn();
}

Result<void> Intake::ClearMemory() {
  return writer_.Run([this](Transaction& transaction) {
    // What is forgotten is in the tables first.
    Changes none;
    auto written = ledger_.Write(transaction, triage_->state(), none, Ledger::Pace::kCalm,
                                 std::chrono::steady_clock::now());
    if (written) triage_->ClearMemory(clock_.Now());
    return written;
  });
}

Result<void> Intake::FlushNow() {
  {
    const std::lock_guard lock(mutex_);
    ScheduleTurn();
  }
  return writer_.Run([](Transaction&) { return Result<void>{}; });
}

AlertCounts Intake::counts() const {
  const std::lock_guard lock(counts_mutex_);
  return counts_;
}

void Intake::FlushLoop() {
  // Looks at the wall clock at least this often: it may have been set.
  constexpr auto kLongestNap = std::chrono::seconds{1};
  constexpr auto kJump = std::chrono::minutes{1};  // set forward, or we were asleep
  std::unique_lock lock(mutex_);
  Instant last = clock_.Now();
  while (!stopping_) {
    const Instant now = clock_.Now();
    if (now < last) next_flush_ = now;  // it was: triage shifts what it had planned
    if (now - last > kJump) {
      skipped_ += now - last;
      next_flush_ = now;
    }
    last = now;
    const bool due = (next_flush_ && *next_flush_ <= now);
    if (due && writer_.healthy()) {
      next_flush_.reset();
      ScheduleTurn();
      continue;
    }
    Duration nap = kLongestNap;
    if (next_flush_ && !due) nap = std::min<Duration>(nap, *next_flush_ - now);
    wake_.wait_for(lock, nap);
  }
}

}  // namespace warden
