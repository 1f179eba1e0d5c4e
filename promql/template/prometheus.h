// SPDX-License-Identifier: Apache-2.0
// The data of rule annotations and labels, as Prometheus gives it to their templates.
#pragma once

#include <optional>
#include <string_view>

#include "promql/model/labels.h"
#include "promql/template/dialect.h"
#include "promql/template/template.h"
#include "promql/template/value.h"

namespace promql::tmpl {

struct RuleData {
  const LabelSet* labels =
      nullptr;  // null is empty; borrowed, like the text, as long as the value is used
  const LabelSet* external_labels = nullptr;
  std::string_view external_url;
  double value = 0;
};

// .Labels .ExternalLabels .ExternalURL .Value
[[nodiscard]] Value PrometheusData(const RuleData& data, Arena& arena);

// A label set as a map of strings; borrows.
[[nodiscard]] Value LabelMap(const Type& type, const LabelSet* labels, Arena& arena);

// A sample value as servers write it: 1.5, 1e+06, NaN, +Inf.
[[nodiscard]] std::optional<double> FloatFromText(std::string_view text);

extern const Type kRuleDataType;                    // the data
extern const Type kSampleType, kSamplePointerType;  // what `first` gives
extern const Type kSamplesType;                     // what `query` gives

}  // namespace promql::tmpl
