// SPDX-License-Identifier: Apache-2.0
#include "server/config/yaml_node.h"

#include <yaml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "promql/rulefile/yaml_events.h"

namespace warden {
namespace {

using promql::rulefile::Event;
using promql::rulefile::EventSource;

constexpr std::size_t kMaxDepth = 200;
constexpr std::uint64_t kMaxWeight = 1'000'000;
constexpr std::string_view kNullTag = "tag:yaml.org,2002:null";

std::string Text(const yaml_char_t* text) { return std::string(promql::rulefile::View(text)); }

YamlError ErrorOf(const EventSource& source) {
  const yaml_parser_t& parser = source.parser();
  if (!source.is_ready() || parser.error == YAML_MEMORY_ERROR) return {0, 0, "out of memory"};
  const char* problem = parser.problem != nullptr ? parser.problem : "not YAML";
  if (parser.error == YAML_READER_ERROR) return {0, 0, problem};
  return {static_cast<int>(parser.problem_mark.line) + 1,
          static_cast<int>(parser.problem_mark.column) + 1, problem};
}

}  // namespace

// Puts the events of one document together; the stack holds the open collections.
class YamlBuilder {
 public:
  // False when the document is complete or wrong.
  bool Take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_SCALAR_EVENT: {
        YamlNode& node =
            Add(YamlNode::Kind::kScalar, event, event.data.scalar.tag, event.data.scalar.anchor);
        node.text.assign(reinterpret_cast<const char*>(event.data.scalar.value),
                         event.data.scalar.length);
        node.is_plain = event.data.scalar.plain_implicit == 1;
        Close(node);
        break;
      }
      case YAML_SEQUENCE_START_EVENT:
        Open(Add(YamlNode::Kind::kSequence, event, event.data.sequence_start.tag,
                 event.data.sequence_start.anchor));
        break;
      case YAML_MAPPING_START_EVENT:
        Open(Add(YamlNode::Kind::kMapping, event, event.data.mapping_start.tag,
                 event.data.mapping_start.anchor));
        break;
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: {
        YamlNode& node = *open_.back();
        open_.pop_back();
        Close(node);
        break;
      }
      case YAML_ALIAS_EVENT:
        Alias(Text(event.data.alias.anchor), event);
        break;
      case YAML_DOCUMENT_END_EVENT:
      case YAML_STREAM_END_EVENT:
        return false;
      default:
        break;
    }
    return !error_;
  }

  std::expected<YamlDocument, YamlError> Finish() {
    if (error_) return std::unexpected(*std::move(error_));
    return std::move(document_);
  }

 private:
  void Fail(const yaml_event_t& event, std::string message) {
    if (error_) return;
    error_ = YamlError{static_cast<int>(event.start_mark.line) + 1,
                       static_cast<int>(event.start_mark.column) + 1, std::move(message)};
  }

  YamlNode& Add(YamlNode::Kind kind, const yaml_event_t& event, const yaml_char_t* tag,
                const yaml_char_t* anchor) {
    YamlNode& node = document_.nodes_.emplace_back();
    node.kind = kind;
    node.tag = Text(tag);
    node.line = static_cast<int>(event.start_mark.line) + 1;
    node.column = static_cast<int>(event.start_mark.column) + 1;
    if (anchor != nullptr) anchors_[Text(anchor)] = &node;
    if (open_.size() >= kMaxDepth) Fail(event, "nested too deeply");
    return node;
  }

  void Open(YamlNode& node) { open_.push_back(&node); }

  // A complete node takes its place in the collection around it.
  void Close(const YamlNode& node) {
    if (open_.empty()) {
      document_.root_ = &node;
    } else {
      open_.back()->items.push_back(&node);
      open_.back()->weight = std::min(open_.back()->weight + node.weight, kMaxWeight + 1);
    }
  }

  void Alias(const std::string& name, const yaml_event_t& event) {
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) return Fail(event, "unknown anchor `" + name + "`");
    if (std::ranges::find(open_, found->second) != open_.end()) {
      return Fail(event, "anchor `" + name + "` contains itself");
    }
    Close(*found->second);
    if (!open_.empty() && open_.back()->weight > kMaxWeight)
      Fail(event, "too many aliases of aliases");
  }

  YamlDocument document_;
  std::vector<YamlNode*> open_;
  std::map<std::string, YamlNode*> anchors_;
  std::optional<YamlError> error_;
};

bool YamlNode::IsNull() const {
  if (tag == kNullTag) return true;
  return kind == Kind::kScalar && tag.empty() && (text == "null" || text == "~" || text.empty()) &&
         is_plain;
}

bool YamlNode::IsLooseNull() const {
  return IsNull() ||
         (kind == Kind::kScalar && is_plain && tag.empty() && (text == "Null" || text == "NULL"));
}

std::expected<YamlDocument, YamlError> YamlDocument::Parse(std::string_view text) {
  EventSource source(text);
  YamlBuilder builder;
  for (bool goes_on = true; goes_on;) {
    Event event;
    if (!source.Next(event.value)) return std::unexpected(ErrorOf(source));
    goes_on = builder.Take(event.value);
  }
  return builder.Finish();
}

}  // namespace warden
