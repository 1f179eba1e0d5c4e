// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/read.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "promql/model/go_text.h"
#include "promql/rulefile/containers.h"
#include "promql/rulefile/decode.h"
#include "promql/rulefile/yaml_tree.h"

namespace promql::rulefile {

struct RuleFile::Storage {
  explicit Storage(std::string text) : content(std::move(text)), arena(content.size() + 4096) {}
  std::string content;
  Arena arena;
};

void RuleFile::StorageDeleter::operator()(Storage* owned) const { delete owned; }

bool RuleFile::is_refused() const {
  return std::ranges::any_of(problems, [](const Problem& one) { return IsRefused(one.cls); });
}

std::size_t RuleFile::rule_count() const {
  std::size_t count = 0;
  for (const Group& group : groups) count += group.rules.size();
  return count;
}

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

const Field* FindField(std::span<const Field> fields, std::string_view key) {
  const auto found =
      std::ranges::find_if(fields, [&](const Field& field) { return field.name.value == key; });
  return found == fields.end() ? nullptr : &*found;
}

// UTF-16 as its byte order mark tells; YAML may be written so.
std::string FromUtf16(std::string_view bytes, bool is_big_endian) {
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<char32_t>(is_big_endian ? first << 8 | second : second << 8 | first);
  };
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 2; at + 1 < bytes.size(); at += 2) {
    char32_t rune = unit(at);
    const bool is_pair = rune >= 0xD800 && rune < 0xDC00 && at + 3 < bytes.size();
    if (is_pair && unit(at + 2) >= 0xDC00 && unit(at + 2) < 0xE000) {
      rune = 0x10000 + ((rune - 0xD800) << 10) + (unit(at + 2) - 0xDC00);
      at += 2;
    }
    AppendRune(text, rune);
  }
  return text;
}

class FileReader {
 public:
  FileReader(RuleFile& file, Arena& arena, const ReadOptions& options)
      : file_(file), arena_(arena), options_(options), decoder_(file, arena, options) {}

  void Run() {
    Text whole;
    whole.value = file_.content;
    whole.source = {0, static_cast<std::uint32_t>(file_.content.size())};
    YamlLimits limits;
    limits.max_depth = options_.max_depth;
    limits.max_aliased = options_.max_aliased;
    limits.first_document_only = options_.schema == Schema::kPrometheus;
    const YamlStream stream = Read(whole, limits);
    if (stream.next_document) {
      decoder_.report()(ProblemClass::kSecondDocument, *stream.next_document,
                        "Prometheus ignores every document but the first", {});
    }
    for (std::size_t i = 0; i < stream.documents.size(); ++i) {
      ForEachHolder(stream.documents[i], options_.schema, static_cast<std::uint32_t>(i),
                    [&](const RuleHolder& holder) { ReadHolder(holder, limits); });
    }
    NoteMissingGroups(stream);
    Finish();
  }

 private:
  YamlStream Read(const Text& layer, const YamlLimits& limits) {
    YamlStream stream = ReadYaml(layer, limits, arena_);
    if (stream.error) file_.problems.push_back(*std::move(stream.error));
    for (const Source& comment : stream.comments) {
      file_.comments.push_back({layer.SourceOf(comment.begin, comment.end),
                                layer.value.substr(comment.begin, comment.end - comment.begin), 1});
    }
    return stream;
  }

  void ReadHolder(const RuleHolder& holder, YamlLimits limits) {
    if (!holder.text.is_present)
      return decoder_.DecodeFile(holder.rules, holder.origin, holder.schema);
    limits.first_document_only = true;
    const YamlStream stream = Read(holder.text, limits);
    if (stream.next_document) {
      decoder_.report()(ProblemClass::kSecondDocument, *stream.next_document,
                        "Prometheus ignores every document but the first", {});
    }
    if (!stream.documents.empty())
      decoder_.DecodeFile(stream.documents.front(), holder.origin, holder.schema);
  }

  // Of a file that is meant to be one of Prometheus.
  void NoteMissingGroups(const YamlStream& stream) {
    if (!file_.groups.empty() || !file_.problems.empty()) return;
    if (options_.schema != Schema::kPrometheus && !stream.documents.empty()) return;
    decoder_.report()(ProblemClass::kNoGroups, {}, "the file holds no groups", {});
  }

  void Finish() {
    file_.lines = LineIndex(file_.content);
    std::ranges::stable_sort(file_.comments, {},
                             [](const Comment& one) { return one.source.begin; });
    for (Comment& comment : file_.comments) comment.line = file_.lines.LineAt(comment.source.begin);
    const auto place = [](const Problem& one) {
      return std::tuple(one.source.begin, one.source.end, one.cls);
    };
    std::ranges::stable_sort(file_.problems, {}, place);
    // Anchored text is read as often as it is used.
    const auto is_same = [&](const Problem& a, const Problem& b) {
      return place(a) == place(b) && a.message == b.message && a.rule == b.rule &&
             a.group == b.group;
    };
    const auto rest = std::ranges::unique(file_.problems, is_same);
    file_.problems.erase(rest.begin(), rest.end());
  }

  RuleFile& file_;
  Arena& arena_;
  const ReadOptions& options_;
  Decoder decoder_;
};

}  // namespace

const Field* Rule::Find(std::string_view key) const { return FindField(fields, key); }
const Field* Group::Find(std::string_view key) const { return FindField(fields, key); }

RuleFile ReadRuleFile(std::string path, std::string content, const ReadOptions& options) {
  RuleFile file;
  file.path = std::move(path);
  const std::size_t most = std::min(options.max_bytes, kMostBytes);
  if (content.size() > most) {
    file.problems.push_back({ProblemClass::kTooLarge,
                             {},
                             "larger than " + std::to_string(most) + " bytes",
                             {},
                             {},
                             {},
                             {}});
    return file;
  }
  const bool is_big_endian = content.starts_with("\xFE\xFF");
  file.was_utf16 = is_big_endian || content.starts_with("\xFF\xFE");
  if (file.was_utf16) content = FromUtf16(content, is_big_endian);
  file.storage.reset(new RuleFile::Storage(std::move(content)));
  file.content = file.storage->content;
  FileReader(file, file.storage->arena, options).Run();
  return file;
}

}  // namespace promql::rulefile
