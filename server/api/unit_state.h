// SPDX-License-Identifier: Apache-2.0
// Thresholds and models of the unit checks as JSON: what the store keeps of them between starts,
// and the shape in which they are shown. Pure.
#pragma once

#include <string>
#include <string_view>

#include "server/api/json.h"
#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/finops/unit_checks.h"
#include "server/finops/unit_models.h"

namespace warden::api {

// For the store. Reading fails on what it did not write.
[[nodiscard]] std::string EncodeThresholds(const finops::UnitThresholds& thresholds);
[[nodiscard]] Result<finops::UnitThresholds> DecodeThresholds(std::string_view json);
[[nodiscard]] std::string EncodeModels(const finops::UnitModels& models);
[[nodiscard]] Result<finops::UnitModels> DecodeModels(std::string_view json);

// For people.
void ShowThresholds(Json& json, const finops::UnitThresholds& thresholds);
void ShowModels(Json& json, const finops::UnitModels& models);
void ShowAnomaly(Json& json, const finops::UnitAnomaly& anomaly, const std::string& persona,
                 const finops::UnitMetrics& metrics);

}  // namespace warden::api
