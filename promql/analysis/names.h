// SPDX-License-Identifier: Apache-2.0
// The metrics that an expression reads: how each selector names them, what says that they are
// counters, which of them are parts of histograms, and which are the alerts' own. Borrows the tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "promql/analysis/tree.h"

namespace promql::analysis {

enum class Naming : std::uint8_t {
  kExact,     // one name
  kPattern,   // a regular expression, or not this one
  kNameless,  // no matcher says anything
};

// What a name or a use says about a metric being a counter.
struct CounterEvidence {
  bool by_suffix = false;  // _total, _count, _sum, _bucket
  bool by_use = false;     // rate, irate, increase, resets around it
  [[nodiscard]] bool any() const { return by_suffix || by_use; }
};

enum class HistogramPart : std::uint8_t { kNone, kBucket, kCount, kSum };

struct MetricUse {
  const Expr* selector = nullptr;  // holds the VectorSelector
  Naming naming = Naming::kNameless;
  std::string_view name;                  // kExact
  const LabelMatcher* matcher = nullptr;  // on __name__, the one that says most; null if kNameless
  const Function* range_function = nullptr;  // the call right around its range selector
  CounterEvidence counter;
  HistogramPart histogram_part = HistogramPart::kNone;
  std::string_view histogram;  // the name without its suffix; empty: not part of one
};

// A selector of ALERTS or ALERTS_FOR_STATE.
struct AlertsReference {
  const Expr* selector = nullptr;
  // On alertname; null when every alert is meant. Several matchers: the one that says most.
  const LabelMatcher* matcher = nullptr;
  bool is_for_state = false;  // ALERTS_FOR_STATE
};

struct Names {
  std::vector<MetricUse> metrics;  // every selector, in the order of the text
  std::vector<AlertsReference> alerts;
};

[[nodiscard]] Names FindNames(const Tree& tree);

[[nodiscard]] bool HasCounterSuffix(std::string_view name);
// `foo_bucket` is part kBucket of `foo`.
[[nodiscard]] HistogramPart HistogramPartOf(std::string_view name);
[[nodiscard]] std::string_view WithoutHistogramSuffix(std::string_view name);
// Functions that are for counters only.
[[nodiscard]] bool IsForCounters(std::string_view function);

}  // namespace promql::analysis
