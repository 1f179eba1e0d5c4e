// SPDX-License-Identifier: Apache-2.0
// The values that would not be surprising: where a step's evidence crosses the threshold on either
// side of what is expected. Sought from where the last band ended, by a bracket and false
// position. When the steps before are so unusual that no value would make this one ordinary, the
// band is the one there would be without them: what to come back to. Pure.
#pragma once

#include "server/anomaly/auto_evidence.h"

namespace warden::anomaly {

struct Band {
  double lower = 0;
  double upper = 0;
  bool holds = true;  // false: even values inside cross the threshold, because of those before
};

// `above` and `below`: half widths of the last band in scales, moved to this one's.
[[nodiscard]] Band BandOf(const Evidence& evidence, const Outlook& forecast, double threshold,
                          float& above, float& below);

}  // namespace warden::anomaly
