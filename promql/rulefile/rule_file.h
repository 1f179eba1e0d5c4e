// SPDX-License-Identifier: Apache-2.0
// A rule file as read: groups and rules that know where every byte of them stands, and everything
// that is wrong with them. All views point into the RuleFile, which may be moved. A file with
// problems holds all the same what could be read of it. Safe to read from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promql/rulefile/problem.h"
#include "promql/rulefile/source.h"
#include "promql/rulefile/text.h"
#include "promql/syntax/parser.h"

namespace promql::rulefile {

struct Label {
  Text name;
  Text value;
};

// A key of a group or rule and what stands behind it, whatever that is.
struct Field {
  Text name;
  Text value;     // empty and not present unless a scalar
  Source source;  // of the value
};

struct Duration {
  Text text;
  std::chrono::milliseconds value{0};  // 0 when invalid
  bool is_valid = false;
};

// What is both or neither counts as an alert unless it has a `record` and no `alert`.
enum class RuleKind : std::uint8_t { kAlert, kRecord };

struct Rule {
  RuleKind kind = RuleKind::kAlert;
  Text name;
  Text expr;
  std::optional<Duration> for_;
  std::optional<Duration> keep_firing_for;
  std::vector<Label> labels;
  std::vector<Label> annotations;
  std::optional<Expression> expression;  // unless `expr` has errors
  std::span<const Field> fields;         // all keys in order, known or not, merged ones last
  Source source;                         // from the first key to the end of the last value
  std::uint32_t index = 0;               // in Group::rules
  std::uint32_t number = 0;              // in the file's list, from 1, as Prometheus counts
  bool is_valid = true;                  // no problem of its own for which Prometheus refuses

  [[nodiscard]] const Field* Find(std::string_view key) const;
};

// What a group was found in. Texts of other kinds of origin are not present.
struct Origin {
  enum class Kind : std::uint8_t { kFile, kResource, kConfigMap };
  Kind kind = Kind::kFile;
  Text resource_kind;       // `PrometheusRule`, `VMRule` …
  Text resource_namespace;  // of the resource's metadata
  Text resource_name;
  Text key;                    // of the ConfigMap
  std::uint32_t document = 0;  // in the stream, from 0
};

struct Group {
  Text name;
  std::optional<Duration> interval;
  std::optional<Duration> query_offset;
  std::optional<std::int64_t> limit;
  std::vector<Label> labels;
  std::vector<Rule> rules;
  std::vector<Field> extra;       // keys of other schemas: source_tenants, concurrency …
  std::span<const Field> fields;  // all keys in order, known or not, merged ones last
  Origin origin;
  Source source;
  std::uint32_t index = 0;  // in RuleFile::groups

  [[nodiscard]] const Field* Find(std::string_view key) const;
};

// From its `#` to the end of the line.
struct Comment {
  Source source;
  std::string_view text;
  std::uint32_t line = 1;
};

struct RuleFile {
  std::string path;
  std::string_view content;  // UTF-8; offsets are offsets into this
  std::vector<Group> groups;
  std::vector<Problem> problems;  // by place
  std::vector<Comment> comments;  // by place
  LineIndex lines;
  bool was_utf16 = false;  // `content` is not what stands on disk

  // Whether Prometheus refuses to load it, apart from its templates.
  [[nodiscard]] bool is_refused() const;
  [[nodiscard]] std::size_t rule_count() const;
  [[nodiscard]] std::string_view TextOf(Source source) const {
    return content.substr(source.begin, source.end - source.begin);
  }

  struct Storage;  // the content and an arena
  struct StorageDeleter {
    void operator()(Storage* owned) const;
  };
  std::unique_ptr<Storage, StorageDeleter> storage;
};

}  // namespace promql::rulefile
