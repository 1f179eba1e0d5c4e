// SPDX-License-Identifier: Apache-2.0
// What people are told of a surprise: its kind, its size in deviations of a normal distribution, a
// sentence. Pure.
#pragma once

#include <string>

#include "server/anomaly/auto_evidence.h"
#include "server/anomaly/verdict.h"

namespace warden::anomaly {

[[nodiscard]] Kind KindOf(const Surprise& surprise, const AutoState& state);

// So many deviations of a normal distribution are exceeded, on either side, once in 10^decades.
[[nodiscard]] double NormalOf(double decades);

// Why it is anomalous, without a full stop.
[[nodiscard]] std::string Describe(const Verdict& verdict);

// Moves the band's edge past the value, or short of it, where the search for the edge was not as
// exact as the score.
void AgreeWithBand(Verdict& verdict, bool is_anomalous);

}  // namespace warden::anomaly
