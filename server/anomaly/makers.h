// SPDX-License-Identifier: Apache-2.0
// One maker per detector of detectors.def, each defined in the detector's own file, which documents
// it.
#pragma once

#include <memory>

#include "server/anomaly/detector.h"

namespace warden::anomaly {

#define DETECTOR(kind, name)                                    \
  [[nodiscard]] std::unique_ptr<Detector> Make##kind##Detector( \
      const DetectorParameters& parameters);
#include "server/anomaly/detectors.def"
#undef DETECTOR

}  // namespace warden::anomaly
