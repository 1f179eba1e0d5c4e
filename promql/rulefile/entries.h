// SPDX-License-Identifier: Apache-2.0
// The entries of a YAML mapping as Go's yaml.v3 sees them: merge keys expanded, explicit entries
// before merged ones, the first of a name wins.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "promql/rulefile/yaml_tree.h"

namespace promql::rulefile {

struct Entry {
  Text key;
  Item value;
  Source alias;  // through which alias it is here, outermost; empty for none
};

using Report = std::function<void(ProblemClass, Source, std::string, std::vector<Source>)>;

// `inherited` is the alias through which the mapping itself is used. Reports duplicates, keys that
// are no text and merges of what is no mapping.
[[nodiscard]] std::vector<Entry> EntriesOf(const Node& mapping, Source inherited,
                                           const Report& report);

// The scalar as used there; nothing is checked.
[[nodiscard]] Text TextOf(const Item& item, Source inherited);

// What a node is, in words: `a list`, `text`.
[[nodiscard]] std::string_view Described(const Node& node);

// The value of a key, skipping merges; null when there is none.
[[nodiscard]] const Item* Find(const Node& mapping, std::string_view key);

}  // namespace promql::rulefile
