// SPDX-License-Identifier: Apache-2.0
// Golden anomaly data: JSON files under PROMWARDEN_SHARED/anomaly, made with statsmodels and
// pandas.
#pragma once

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/istreamwrapper.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "server/anomaly/holt_winters_model.h"

namespace warden::anomaly {

inline std::filesystem::path GoldenFolder() {
  const char* shared = std::getenv("PROMWARDEN_SHARED");
  const char* source = std::getenv("PROMWARDEN_SOURCE");
  const std::filesystem::path root = source == nullptr ? "../.." : source;
  return (shared == nullptr ? root / "../shared" : std::filesystem::path(shared)) / "anomaly";
}

// Files of a folder whose names start with `prefix`, sorted; empty when the folder is missing.
inline std::vector<std::filesystem::path> GoldenFiles(const std::string& folder,
                                                      const std::string& prefix) {
  std::vector<std::filesystem::path> files;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(GoldenFolder() / folder, missing)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix) && name.ends_with(".json")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

inline rapidjson::Document ReadJson(const std::filesystem::path& path) {
  std::ifstream file(path);
  rapidjson::IStreamWrapper stream(file);
  rapidjson::Document document;
  document.ParseStream<rapidjson::kParseFullPrecisionFlag>(stream);
  EXPECT_FALSE(document.HasParseError()) << path;
  return document;
}

// Numbers with null as NaN.
inline std::vector<double> Numbers(const rapidjson::Value& array) {
  std::vector<double> numbers;
  for (const auto& item : array.GetArray()) {
    numbers.push_back(item.IsNull() ? std::nan("") : item.GetDouble());
  }
  return numbers;
}

inline double NumberOr(const rapidjson::Value& value, double otherwise) {
  return value.IsNumber() ? value.GetDouble() : otherwise;
}

inline Component ComponentOf(const std::string& name) {
  if (name == "add") return Component::kAdditive;
  return name == "mul" ? Component::kMultiplicative : Component::kNone;
}

inline HoltWintersForm FormOf(const rapidjson::Value& golden) {
  HoltWintersForm form;
  form.trend = ComponentOf(golden["trend"].GetString());
  form.damping = golden["damped"].GetBool() ? Damping::kDamped : Damping::kNone;
  form.season = ComponentOf(golden["seasonal"].GetString());
  form.period = golden["period"].IsNull() ? 0 : golden["period"].GetUint();
  return form;
}

}  // namespace warden::anomaly
