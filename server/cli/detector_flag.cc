// SPDX-License-Identifier: Apache-2.0
#include "server/cli/detector_flag.h"

#include <string_view>
#include <vector>

#include "promql/rulefile/names.h"

namespace warden::cli {
namespace {

std::string Listed(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) {
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

}  // namespace

Result<anomaly::NamedDetector> DetectorOf(const std::string& name) {
  if (const auto named = anomaly::DetectorNamed(name)) return *named;
  const auto names = anomaly::DetectorNames();
  std::string message = "there is no detector \"" + name + "\"";
  const std::string_view nearest = promql::rulefile::Nearest(name, names);
  if (!nearest.empty()) message += ", did you mean " + std::string(nearest) + "?";
  return Fail(ErrorCode::kInvalid,
              message + (nearest.empty() ? "; there are " : " There are ") + Listed(names));
}

std::string DetectorHelp() {
  return "Detector (" + std::string(anomaly::Name(anomaly::kDefaultDetector)) + "): one of " +
         Listed(anomaly::DetectorNames());
}

}  // namespace warden::cli
