// SPDX-License-Identifier: Apache-2.0
// Where rules hide: PrometheusRule resources and their like, Lists of them, and texts in ConfigMaps
// that are rule files themselves.
#pragma once

#include <cstdint>
#include <functional>

#include "promql/rulefile/read.h"
#include "promql/rulefile/rule_file.h"
#include "promql/rulefile/yaml_tree.h"

namespace promql::rulefile {

// Something that holds `groups`: `rules` is a mapping with that key, or `text` a scalar with YAML.
struct RuleHolder {
  Item rules;
  Text text;
  Origin origin;
  Schema schema = Schema::kPrometheus;
};

// Visits the holders in one document. A mapping without `kind` is a plain rule file and the only
// holder; a document of another kind has none.
void ForEachHolder(const Item& document, Schema schema, std::uint32_t number,
                   const std::function<void(const RuleHolder&)>& visit);

}  // namespace promql::rulefile
