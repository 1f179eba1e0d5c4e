// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/config_node.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "promql/model/go_text.h"

namespace promql::lint {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr std::size_t kMostNodes = 100'000;
constexpr std::size_t kMostDepth = 50;

class Builder {
 public:
  explicit Builder(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      lines_.push_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  // yaml-cpp counts from 0, and columns in bytes.
  void Locate(const YAML::Mark& mark, std::uint32_t& line, std::uint32_t& column) const {
    if (mark.is_null()) return;
    const auto at = static_cast<std::size_t>(mark.line);
    line = static_cast<std::uint32_t>(at + 1);
    column = 1;
    if (at >= lines_.size()) return;
    std::string_view before = lines_[at].substr(0, static_cast<std::size_t>(mark.column));
    for (; !before.empty(); before.remove_prefix(DecodeRune(before).width)) ++column;
  }

  ConfigNode Build(const YAML::Node& yaml, std::size_t depth) {
    ConfigNode node;
    Locate(yaml.Mark(), node.line, node.column);
    if (depth > kMostDepth)
      throw YAML::ParserException(yaml.Mark(), "the file is nested too deeply");
    if (++count_ > kMostNodes) {
      throw YAML::ParserException(yaml.Mark(), "aliases make the file too large");
    }
    switch (yaml.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        break;
      case YAML::NodeType::Scalar:
        node.kind = ConfigNode::Kind::kScalar;
        node.text = yaml.Scalar();
        node.is_quoted = yaml.Tag() == "!";
        break;
      case YAML::NodeType::Sequence:
        node.kind = ConfigNode::Kind::kList;
        for (const auto& item : yaml) node.items.push_back(Build(item, depth + 1));
        break;
      case YAML::NodeType::Map:
        node.kind = ConfigNode::Kind::kMap;
        for (const auto& entry : yaml) {
          node.items.push_back(Build(entry.first, depth + 1));
          node.items.push_back(Build(entry.second, depth + 1));
          ConfigNode& value = node.items.back();
          const ConfigNode& key = node.items[node.items.size() - 2];
          if (value.line == 0) value.line = key.line, value.column = key.column;  // nothing there
        }
        break;
    }
    return node;
  }

 private:
  std::vector<std::string_view> lines_;
  std::size_t count_ = 0;
};

}  // namespace

std::expected<ConfigNode, ConfigNodeError> ParseConfigNode(std::string_view text) {
  if (text.size() > kMostBytes)
    return std::unexpected(ConfigNodeError{1, 1, "the file is larger than 1 MiB"});
  if (!IsValidUtf8(text))
    return std::unexpected(ConfigNodeError{1, 1, "the file is no valid UTF-8"});
  Builder builder(text);
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.empty()) return ConfigNode{};
    if (documents.size() > 1) {
      throw YAML::ParserException(documents[1].Mark(),
                                  "a second document, which would not be read");
    }
    return builder.Build(documents[0], 0);
  } catch (const YAML::Exception& error) {
    ConfigNodeError told{1, 1, error.msg};
    builder.Locate(error.mark, told.line, told.column);
    return std::unexpected(std::move(told));
  }
}

}  // namespace promql::lint
