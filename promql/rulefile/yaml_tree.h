// SPDX-License-Identifier: Apache-2.0
// A YAML stream as trees that know where everything stands. Read by libyaml, of which Go's yaml
// packages are a port: what it takes and refuses is what Prometheus takes and refuses. After an
// error the tree holds what was complete before it. Nodes live in the caller's arena.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promql/rulefile/problem.h"
#include "promql/rulefile/source.h"
#include "promql/rulefile/text.h"
#include "promql/syntax/arena.h"

namespace promql::rulefile {

struct Node;

// Where a node is used; `alias` is the place of the alias when it is used through one.
struct Item {
  const Node* node = nullptr;
  Source alias;
};

struct Node {
  enum class Kind : std::uint8_t { kScalar, kSequence, kMapping };

  Kind kind = Kind::kScalar;
  bool is_open = false;         // its end is not yet read
  bool is_cut = false;          // an error stands before its end
  bool is_merge_key = false;    // a plain `<<`
  std::string_view wrong_tag;   // a tag that its text does not have the form of; else empty
  Text text;                    // of a scalar; of collections only the source
  std::span<const Item> items;  // of a sequence; of a mapping key, value, key, value …
  std::uint64_t weight = 1;     // of the tree below with aliases expanded
};

struct YamlLimits {
  std::uint32_t max_depth = 200;
  std::uint64_t max_aliased = 1'000'000;
  bool first_document_only = true;
};

struct YamlStream {
  std::vector<Item> documents;          // of an empty stream none
  std::optional<Source> next_document;  // where reading stopped by `first_document_only`
  std::optional<Problem> error;
  std::vector<Source> comments;  // offsets into the layer
  std::uint64_t aliased = 0;     // values reached through aliases
};

// Reads `layer.value`, which is a whole file or a scalar that holds YAML itself. All places are
// those of the file, but for the comments.
[[nodiscard]] YamlStream ReadYaml(const Text& layer, const YamlLimits& limits, Arena& arena);

}  // namespace promql::rulefile
