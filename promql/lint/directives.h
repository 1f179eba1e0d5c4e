// SPDX-License-Identifier: Apache-2.0
// Comments that speak to the linter. Ours, at the rule (above it without an empty line between, or
// inside it) or anywhere for the file:
//
//   # promwarden-lint: allow ID[, ID…] [until 2027-01-31] [because REASON]
//   # promwarden-lint: allow-file ID[, ID…] [until …] [because …]
//   # promwarden-lint: allow-next-line ID[, ID…] [until …] [because …]
//   # promwarden-lint: owner NAME          # promwarden-lint: file-owner NAME
//
// ID is a check, or `group/*`. pint's are understood as they are: disable, snooze, file/disable,
// file/snooze, rule/owner, file/owner, ignore/… (the last by WithoutIgnoredText, before the file is
// read); its ids stand for those of ours that name them as aliases.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "promql/lint/check.h"

namespace promql::lint {

struct Suppression {
  enum class Reach : std::uint8_t { kRule, kFile, kLine };
  Reach reach = Reach::kRule;
  const RuleContext* rule = nullptr;  // kRule
  std::uint32_t line = 0;             // kLine
  std::vector<std::string> checks;    // ids, `group/*`
  std::string reason;
  std::optional<std::chrono::sys_days> until;  // the first day on which it no longer holds
  Source comment;
  bool is_ours = false;  // not pint's
  mutable bool was_used = false;

  [[nodiscard]] bool Covers(std::string_view id, const RuleContext* of, std::uint32_t at_line) const;
};

struct Directives {
  std::vector<Suppression> suppressions;
  struct Mistake {
    Source comment;
    std::string message;
  };
  std::vector<Mistake> mistakes;  // comments of ours that are not understood
  std::string file_owner;
  std::unordered_map<const RuleContext*, std::string> owners;  // the first comment counts

  [[nodiscard]] std::string_view OwnerOf(const RuleContext* rule) const;
};

[[nodiscard]] Directives ReadDirectives(const FileContext& file);

// Whether `pattern`, an id or `group/*`, names the check.
[[nodiscard]] bool Names(std::string_view pattern, std::string_view id);

struct ReadableText {
  std::string content;          // as long as what was given: ignored text became spaces
  bool is_ignored = false;      // `ignore/file`: nothing of it is to be looked at
};
// Takes out what pint's ignore/file, ignore/line, ignore/next-line and ignore/begin … ignore/end
// hide, so that templated files can be read; every byte and line stays where it was.
[[nodiscard]] ReadableText WithoutIgnoredText(std::string content);

}  // namespace promql::lint
