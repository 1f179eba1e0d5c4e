// SPDX-License-Identifier: Apache-2.0
// A YAML 1.1 document as a tree that knows where everything stands. Read by libyaml, of which Go's
// yaml packages are a port: what it takes and refuses is what Alertmanager takes and refuses. Only
// the first document is read. Aliases share their anchor's node. Depth and size after expanding
// aliases are limited, so a hostile document is an error.
#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace warden {

struct YamlNode {
  enum class Kind : std::uint8_t { kScalar, kSequence, kMapping };

  Kind kind = Kind::kScalar;
  bool is_plain = false;  // a scalar without quotes: its text may mean a number, a boolean, null
  std::string tag;        // as resolved (`tag:yaml.org,2002:str`), empty when none is written
  std::string text;
  std::vector<const YamlNode*> items;  // of a sequence; of a mapping key, value, key, value …
  int line = 0;                        // 1-based
  int column = 0;                      // 1-based, in characters
  std::uint64_t weight = 1;            // nodes below and including this one, aliases expanded

  // What Go's decoder takes for null before it looks at the wanted type: `null`, `~`, nothing.
  [[nodiscard]] bool IsNull() const;
  // `Null` and `NULL` too: an empty value of the wanted type.
  [[nodiscard]] bool IsLooseNull() const;
};

struct YamlError {
  int line = 0;
  int column = 0;
  std::string message;
};

class YamlDocument {
 public:
  [[nodiscard]] static std::expected<YamlDocument, YamlError> Parse(std::string_view text);

  // Null when the text holds no document.
  [[nodiscard]] const YamlNode* root() const { return root_; }

 private:
  friend class YamlBuilder;
  std::deque<YamlNode> nodes_;
  const YamlNode* root_ = nullptr;
};

}  // namespace warden
