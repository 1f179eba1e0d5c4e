// SPDX-License-Identifier: Apache-2.0
// Findings that a team knows and lives with, by fingerprint: a linter that is new to old rules then
// speaks of what is new. The file is JSON, a finding a line in a fixed order, so that it can be
// reviewed and merged; edits that move lines or change other rules leave it valid. Pure.
#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "promql/report/report.h"

namespace promql::report {

class Baseline {
 public:
  [[nodiscard]] static Baseline Of(const std::vector<Finding>& findings);
  // Fails with what is wrong.
  [[nodiscard]] static std::expected<Baseline, std::string> Parse(std::string_view text);
  [[nodiscard]] std::string Write() const;

  // Takes known findings out of the list: of a fingerprint no more than were known. Returns how
  // many.
  std::size_t TakeKnown(std::vector<Finding>& findings) const;
  // Without what is no longer found.
  [[nodiscard]] Baseline Pruned(const std::vector<Finding>& findings) const;
  [[nodiscard]] std::size_t size() const;  // findings

 private:
  struct Entry {
    std::string id;
    std::string file;
    std::string rule;
    std::size_t count = 0;
  };
  std::map<std::string, Entry, std::less<>> entries_;  // by fingerprint
};

}  // namespace promql::report
