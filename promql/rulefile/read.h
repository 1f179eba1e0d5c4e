// SPDX-License-Identifier: Apache-2.0
// Bytes → RuleFile. Verdicts are those of Prometheus 3.15 (Go's yaml.v3, strict decoding,
// validation of rulefmt), but one bad rule never hides the next. Takes time linear in the size of
// the file. Reentrant; many files may be read at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "promql/rulefile/rule_file.h"
#include "promql/syntax/options.h"

namespace promql::rulefile {

// All but kPrometheus look into every document of the stream for resources that hold rules
// (PrometheusRule and its like, Lists, ConfigMaps), else read plain rule files.
enum class Schema : std::uint8_t {
  kPrometheus,  // one plain document and no key that Prometheus does not know
  kAuto,        // the same keys, and those that a resource of the found kind may have
  kThanos,
  kMimir,
  kVictoriaMetrics,  // MetricsQL: what PromQL cannot read is no problem there
};

enum class NameValidation : std::uint8_t { kUtf8, kLegacy };

struct ReadOptions {
  Schema schema = Schema::kPrometheus;
  NameValidation names = NameValidation::kUtf8;
  ParseOptions expressions;
  std::size_t max_bytes = std::size_t{64} << 20;  // at most 1 GiB
  std::uint32_t max_depth = 200;                  // of nested lists and mappings
  std::uint32_t max_aliased = 1'000'000;          // values reached through aliases
};

[[nodiscard]] RuleFile ReadRuleFile(std::string path, std::string content,
                                    const ReadOptions& options = {});

}  // namespace promql::rulefile
