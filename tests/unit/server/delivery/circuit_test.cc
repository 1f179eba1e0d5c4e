// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/circuit.h"

#include <gtest/gtest.h>

#include "server/delivery/gate.h"

namespace warden {
namespace {

using namespace std::chrono_literals;
using enum CircuitSignal;

const Instant kNow{Duration{1'000'000'000}};
const CircuitPolicy kPolicy{.failures = 3, .open = 30s, .max_open = 5min, .refused = 5min};

Circuit After(Circuit circuit, std::initializer_list<CircuitSignal> signals) {
  for (const CircuitSignal signal : signals) circuit = Ended(kPolicy, circuit, signal, kNow);
  return circuit;
}

TEST(Circuit, OpensAfterFailuresInARow) {
  EXPECT_EQ(After({}, {kFailure, kFailure}).state, CircuitState::kClosed);
  EXPECT_EQ(After({}, {kFailure, kFailure, kSuccess, kFailure, kFailure}).state,
            CircuitState::kClosed);
  const Circuit open = After({}, {kFailure, kFailure, kNothing, kFailure});
  EXPECT_EQ(open.state, CircuitState::kOpen);
  EXPECT_EQ(OpensAt(kPolicy, open, kNow), kNow + 30s);
}

TEST(Circuit, LetsOneProbePass) {
  const Circuit open = After({}, {kFailure, kFailure, kFailure});
  const Instant later = kNow + 31s;
  EXPECT_EQ(OpensAt(kPolicy, open, later), later);
  const Circuit probing = Started(open);
  EXPECT_EQ(probing.state, CircuitState::kHalfOpen);
  EXPECT_EQ(OpensAt(kPolicy, probing, later), Instant::max());
  EXPECT_EQ(Ended(kPolicy, probing, kSuccess, later), Circuit{});
}

TEST(Circuit, DoublesThePauseOfAFailedProbe) {
  Circuit circuit = After({}, {kFailure, kFailure, kFailure});
  Instant now = kNow;
  for (const Duration expected :
       {Duration{60s}, Duration{120s}, Duration{240s}, Duration{300s}, Duration{300s}}) {
    now = circuit.probe_at;
    circuit = Ended(kPolicy, Started(circuit), kFailure, now);
    EXPECT_EQ(circuit.state, CircuitState::kOpen);
    EXPECT_EQ(circuit.probe_at - now, expected);
  }
}

TEST(Circuit, RefusedOpensAtOnceAndProbesSlowly) {
  const Circuit open = After({}, {kRefused});
  EXPECT_EQ(open.probe_at, kNow + 5min);
  EXPECT_EQ(Ended(kPolicy, Started(open), kRefused, open.probe_at).probe_at, open.probe_at + 5min);
}

TEST(Circuit, LateFailuresDoNotProlongIt) {
  const Circuit open = After({}, {kFailure, kFailure, kFailure});
  EXPECT_EQ(Ended(kPolicy, open, kFailure, kNow + 10s), open);
}

TEST(Circuit, ProbeThatWasNotSentMayBeRepeatedAtOnce) {
  const Circuit probing = Started(After({}, {kFailure, kFailure, kFailure}));
  const Circuit again = Ended(kPolicy, probing, kNothing, kNow);
  EXPECT_EQ(again.state, CircuitState::kOpen);
  EXPECT_EQ(OpensAt(kPolicy, again, kNow), kNow);
}

TEST(Circuit, ClockThatJumpsBackDoesNotLockIt) {
  const Circuit open = After({}, {kRefused});
  EXPECT_EQ(OpensAt(kPolicy, open, kNow - 24h), kNow - 24h);
  EXPECT_EQ(OpensAt(kPolicy, open, kNow), kNow + 5min);
}

TEST(TokenBucket, GivesBurstThenRate) {
  TokenBucket bucket({.per_second = 2, .burst = 3}, kNow);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bucket.ReadyAt(kNow), kNow);
    bucket.Take(kNow);
  }
  EXPECT_EQ(bucket.ReadyAt(kNow), kNow + 500ms);
  EXPECT_EQ(bucket.ReadyAt(kNow + 499ms), kNow + 500ms);
  EXPECT_EQ(bucket.ReadyAt(kNow + 500ms), kNow + 500ms);
  bucket.Take(kNow + 500ms);
  EXPECT_EQ(bucket.ReadyAt(kNow + 500ms), kNow + 1s);
}

TEST(TokenBucket, NeverHoldsMoreThanBurst) {
  TokenBucket bucket({.per_second = 1, .burst = 2}, kNow);
  const Instant later = kNow + 1h;
  bucket.Take(later);
  bucket.Take(later);
  EXPECT_EQ(bucket.ReadyAt(later), later + 1s);
}

TEST(TokenBucket, SurvivesAClockThatJumpsBack) {
  TokenBucket bucket({.per_second = 1, .burst = 1}, kNow);
  bucket.Take(kNow);
  const Instant before = kNow - 24h;
  EXPECT_EQ(bucket.ReadyAt(before), before + 1s);
  bucket.Take(before + 1s);
  EXPECT_EQ(bucket.ReadyAt(before + 2s), before + 2s);
}

TEST(TokenBucket, ReadyAtIsReachedExactly) {
  for (const double per_second : {1.0 / 3, 0.5, 1.0 / 7, 100.0, 3.7}) {
    TokenBucket bucket({.per_second = per_second, .burst = 1}, kNow);
    bucket.Take(kNow);
    const Instant at = bucket.ReadyAt(kNow);
    EXPECT_GT(at, kNow);
    EXPECT_EQ(bucket.ReadyAt(at), at) << per_second;
  }
}

TEST(Gate, RetryAfterPausesTheWholeDestination) {
  Gate gate({.rate = {100, 100}}, kNow);
  gate.Start(kNow);
  gate.End({.result = AttemptResult::kRetry, .retry_after = 30s}, kNow);
  EXPECT_TRUE(gate.is_shut(kNow));
  EXPECT_EQ(gate.ReadyAt(kNow), kNow + 30s);
  EXPECT_EQ(gate.state(), CircuitState::kClosed);
  EXPECT_FALSE(gate.is_shut(kNow + 30s));
  EXPECT_EQ(gate.ReadyAt(kNow + 30s), kNow + 30s);
}

TEST(Gate, CapsThePauseAtAQuarterOfAnHour) {
  Gate gate({.rate = {100, 100}}, kNow);
  gate.Start(kNow);
  gate.End({.result = AttemptResult::kRetry, .retry_after = 24h}, kNow);
  EXPECT_EQ(gate.ReadyAt(kNow), kNow + 15min);
}

TEST(Gate, PolitelyBusyIsNoFailure) {
  Gate gate({.rate = {100, 100}, .circuit = {.failures = 2}}, kNow);
  for (int i = 0; i < 10; ++i) {
    gate.Start(kNow);
    gate.End({.result = AttemptResult::kRetry, .retry_after = 1s}, kNow);
  }
  EXPECT_EQ(gate.state(), CircuitState::kClosed);
}

TEST(Gate, ContentThatIsRefusedSaysNothingAgainstTheDestination) {
  Gate gate({.rate = {100, 100}, .circuit = {.failures = 2}}, kNow);
  for (int i = 0; i < 10; ++i) {
    gate.Start(kNow);
    gate.End({.result = AttemptResult::kRefusedContent}, kNow);
  }
  EXPECT_EQ(gate.state(), CircuitState::kClosed);
}

TEST(Gate, ResetForgetsWhatWasRefused) {
  Gate gate({.rate = {100, 100}}, kNow);
  gate.Start(kNow);
  gate.End({.result = AttemptResult::kRefusedDestination}, kNow);
  EXPECT_TRUE(gate.is_shut(kNow));
  gate.Reset({.rate = {100, 100}}, kNow);
  EXPECT_EQ(gate.ReadyAt(kNow), kNow);
}

}  // namespace
}  // namespace warden
