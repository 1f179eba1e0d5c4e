// SPDX-License-Identifier: Apache-2.0
// From surprise to alerts: each event is told once, and the threshold is moved until what is told
// costs what the user allowed.
//
// An event is news when it is more surprising than what was told before; that memory lasts
// kQuietSteps after the last surprising step and then fades. The threshold begins where theory puts
// the budget and follows what really happens, as in adaptive conformal inference (Gibbs & Candès
// 2021): every alert raises it, every step without one lowers it, so that over time alerts come at
// the budget's rate whatever the series; near misses, several times as frequent, are counted
// likewise and make it settle sooner. What is far beyond the threshold was no false alarm and does
// not raise it: who had an incident is not blind to the next. Pure.
#pragma once

#include "server/anomaly/auto_rates.h"
#include "server/anomaly/auto_state.h"

namespace warden::anomaly {

// The least surprise, in decades, that is an alert: `budget` alerts a day.
[[nodiscard]] double ThresholdOf(const AutoState& state, const Rates& rates, double budget);

// How much of it is news: `decades` itself, or 0 when it was told before. Moves that memory on.
[[nodiscard]] double TakeNews(AutoState& state, double decades, double threshold);

// Moves the threshold by one step in which so much was news.
void CountStep(AutoState& state, const Rates& rates, double budget, double news, double threshold);

}  // namespace warden::anomaly
