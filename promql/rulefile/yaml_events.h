// SPDX-License-Identifier: Apache-2.0
// libyaml's parser as an object, and its marks as offsets. For .cc files only: it shows libyaml.
#pragma once

#include <yaml.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace promql::rulefile {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

inline std::string_view View(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

// Turns libyaml's marks, which count characters, into offsets. Marks come almost in order.
class ByteCursor {
 public:
  explicit ByteCursor(std::string_view text)
      : text_(text),
        is_ascii_(std::ranges::none_of(text, [](char c) { return (c & 0x80) != 0; })),
        byte_(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0) {}

  std::uint32_t At(std::size_t index) {
    if (is_ascii_) return static_cast<std::uint32_t>(std::min(index, text_.size()));
    for (; index_ < index && byte_ < text_.size(); ++index_) {
      ++byte_;
      while (byte_ < text_.size() && IsInside(text_[byte_])) ++byte_;
    }
    for (; index_ > index; --index_) {
      --byte_;
      while (byte_ > 0 && IsInside(text_[byte_])) --byte_;
    }
    return static_cast<std::uint32_t>(byte_);
  }

 private:
  static bool IsInside(char c) { return (c & 0xC0) == 0x80; }

  std::string_view text_;
  bool is_ascii_;
  std::size_t index_ = 0;
  std::size_t byte_;
};

// Owns libyaml's parser.
class EventSource {
 public:
  explicit EventSource(std::string_view text) {
    is_ready_ = yaml_parser_initialize(&parser_) == 1;
    if (!is_ready_) return;
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~EventSource() {
    if (is_ready_) yaml_parser_delete(&parser_);
  }
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;

  [[nodiscard]] bool is_ready() const { return is_ready_; }  // false: out of memory
  [[nodiscard]] bool Next(yaml_event_t& event) {
    return is_ready_ && yaml_parser_parse(&parser_, &event) == 1;
  }
  // Reads at least so many tokens. Where an error hinders that, in characters.
  [[nodiscard]] std::optional<std::size_t> Scan(std::size_t tokens) {
    const auto count = [this] {
      return parser_.tokens_parsed +
             static_cast<std::size_t>(parser_.tokens.tail - parser_.tokens.head);
    };
    while (is_ready_ && parser_.stream_end_produced == 0 && count() < tokens) {
      yaml_token_t token{};
      if (yaml_parser_scan(&parser_, &token) == 0) {
        if (count() >= tokens) return std::nullopt;
        return parser_.error == YAML_READER_ERROR ? 0 : parser_.problem_mark.index;
      }
      yaml_token_delete(&token);
    }
    return std::nullopt;
  }
  [[nodiscard]] const yaml_parser_t& parser() const { return parser_; }

 private:
  yaml_parser_t parser_{};
  bool is_ready_ = false;
};

struct Event {
  yaml_event_t value{};
  Event() = default;
  ~Event() { yaml_event_delete(&value); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
};

}  // namespace promql::rulefile
