// SPDX-License-Identifier: Apache-2.0
#include "server/config/reader.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>
#include <tuple>

#include "promql/model/duration.h"
#include "promql/model/go_text.h"
#include "promql/rulefile/names.h"
#include "server/config/template_text.h"
#include "server/config/url.h"
#include "server/config/yaml_scalar.h"

namespace warden {
namespace {

std::string Described(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kSequence) return "a list";
  if (node.kind == YamlNode::Kind::kMapping) return "keys and values";
  std::string text = node.text.substr(0, 40);
  if (text.size() < node.text.size()) text += "...";
  return (node.is_plain ? "`" : "the text `") + text + "`";
}

// Where the character of this column begins, in bytes.
std::size_t ByteOffset(std::string_view line, int column) {
  std::size_t at = 0;
  for (int i = 1; i < column && at < line.size(); ++i)
    at += promql::DecodeRune(line.substr(at)).width;
  return at;
}

// Whether a URL of the line has a user name or password before its host.
bool HoldsUserInfo(std::string_view line) {
  for (auto at = line.find("://"); at != std::string_view::npos; at = line.find("://", at + 1)) {
    const auto end = line.find_first_of("/@ \t\"'", at + 3);
    if (end != std::string_view::npos && line[end] == '@') return true;
  }
  return false;
}

// Whether a key of the line looks like one of a secret, other than one that names a file, and has
// not been masked.
bool MayHoldSecret(std::string_view line) {
  for (const std::string_view word :
       {"password", "secret", "token", "key", "credentials", "url", "cert", "values"}) {
    for (std::size_t at = line.find(word); at != std::string_view::npos;
         at = line.find(word, at + 1)) {
      std::string_view rest = line.substr(at + word.size());
      if (rest.starts_with('\'') || rest.starts_with('"')) rest.remove_prefix(1);
      const auto colon = rest.starts_with(':')                              ? 0U
                         : rest.starts_with("s:") || rest.starts_with(" :") ? 1U
                                                                            : rest.size();
      if (colon == rest.size()) continue;
      rest.remove_prefix(colon + 1);
      rest.remove_prefix(std::min(rest.find_first_not_of(" \"'[{"), rest.size()));
      if (!rest.starts_with(kRedacted)) return true;
    }
  }
  return false;
}

bool IsMerge(const YamlNode& key) {
  return key.kind == YamlNode::Kind::kScalar && key.text == "<<" &&
         (key.is_plain || key.tag == "tag:yaml.org,2002:merge");
}

// Appends the entries of what stands behind a merge key.
void Merge(Reader& reader, const YamlNode& value, std::vector<MappingEntry>& entries) {
  if (value.kind == YamlNode::Kind::kMapping) {
    for (const MappingEntry& entry : Entries(reader, value)) entries.push_back(entry);
    return;
  }
  if (value.kind != YamlNode::Kind::kSequence) {
    return reader.Error(value, "a merge key needs keys and values, or a list of them");
  }
  for (auto item = value.items.rbegin(); item != value.items.rend(); ++item) {
    if ((*item)->kind != YamlNode::Kind::kMapping) {
      return reader.Error(**item, "a merge key needs keys and values, or a list of them");
    }
    Merge(reader, **item, entries);
  }
}

// Keys of a plain map are unique even across merges.
template <class Read>
void ReadMap(Reader& reader, const YamlNode& node, Read read) {
  if (node.IsLooseNull()) return;
  if (node.kind != YamlNode::Kind::kMapping) {
    return reader.Error(node, "expected keys and values, found " + Described(node));
  }
  std::set<std::string> seen;
  for (const MappingEntry& entry : Entries(reader, node)) {
    const auto key = reader.Text(*entry.key);
    if (!key) continue;
    if (!seen.insert(*key).second) reader.Error(*entry.key, "key `" + *key + "` stands here twice");
    read(*key, entry);
  }
}

}  // namespace

Reader::Reader(std::string file, std::string_view text)
    : file_(std::move(file)), folder_(std::filesystem::path(file_).parent_path().string()) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines_.emplace_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

ConfigDiagnostic Reader::Diagnostic(int line, int column, std::string message) const {
  ConfigDiagnostic diagnostic{file_, line, column, std::move(message), ""};
  if (line > 0 && static_cast<std::size_t>(line) <= lines_.size()) {
    diagnostic.source_line = lines_[static_cast<std::size_t>(line) - 1];
  }
  return diagnostic;
}

void Reader::Error(const YamlNode& at, std::string message) {
  // What is wrong with a value itself comes first: no more is to be said of one that means nothing.
  const auto stands_here = [&at](const ConfigDiagnostic& d) {
    return d.line == at.line && d.column == at.column;
  };
  if (at.kind == YamlNode::Kind::kScalar && std::ranges::any_of(errors_, stands_here)) return;
  ErrorAt(at.line, at.column, std::move(message));
}

void Reader::ErrorAt(int line, int column, std::string message) {
  errors_.push_back(Diagnostic(line, column, std::move(message)));
}

void Reader::Notice(const YamlNode& at, std::string message) {
  notices_.push_back(Diagnostic(at.line, at.column, std::move(message)));
}

void Reader::Hide(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar || node.text.empty()) return;
  hidden_.emplace(node.line, Hidden{node.column, node.text});
  const auto further = std::ranges::count(node.text, '\n');
  for (int i = 1; i <= further + 1 && (i <= further || node.text.ends_with('\n')); ++i) {
    hidden_.emplace(node.line + i, Hidden{});
  }
}

void Reader::Mask(ConfigDiagnostic& diagnostic) const {
  std::string& line = diagnostic.source_line;
  const auto [begin, end] = hidden_.equal_range(diagnostic.line);
  for (auto entry = begin; entry != end; ++entry) {
    const auto& [column, text] = entry->second;
    std::size_t at = ByteOffset(line, column);
    if (at < line.size() && (line[at] == '"' || line[at] == '\'')) ++at;
    // Behind the mask the caret would point elsewhere; escaped or folded text is not found.
    const bool is_seen =
        column > 0 && std::string_view(line).substr(std::min(at, line.size())).starts_with(text);
    if (!is_seen || diagnostic.column > column) return line.clear();
    line.replace(at, text.size(), kRedacted);
  }
  // What was not read as a secret may be one all the same: a key that stands twice, YAML that does
  // not parse.
  if (MayHoldSecret(line) || HoldsUserInfo(line)) line.clear();
}

ConfigDiagnostics Reader::Finished(ConfigDiagnostics list) const {
  const auto key = [](const ConfigDiagnostic& d) { return std::tie(d.line, d.column, d.message); };
  std::ranges::stable_sort(list, {}, key);
  const auto rest = std::ranges::unique(list, {}, key);
  list.erase(rest.begin(), rest.end());
  for (ConfigDiagnostic& diagnostic : list) Mask(diagnostic);
  return list;
}

ConfigDiagnostics Reader::TakeErrors() { return Finished(std::move(errors_)); }
ConfigDiagnostics Reader::TakeNotices() { return Finished(std::move(notices_)); }

std::string Reader::Join(const std::string& path) const {
  if (path.empty() || path.front() == '/' || folder_.empty()) return path;
  return (std::filesystem::path(folder_) / path).lexically_normal().string();
}

std::optional<std::string> Reader::Text(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar) {
    Error(node, "expected text, found " + Described(node));
    return std::nullopt;
  }
  if (node.IsLooseNull()) return "";
  return node.text;
}

Secret SecretDraft::Finish(Reader& reader, std::string_view key) const {
  if (has_text && !file.empty()) {
    reader.Error(*file_at, "`" + std::string(key) + "` and `" + std::string(key) +
                               "_file` exclude each other");
  }
  if (has_text) return Secret::Inline(text);
  return file.empty() ? Secret() : Secret::File(file);
}

void ReadValue(Reader& reader, const YamlNode& node, std::string& out) {
  out = reader.Text(node).value_or("");
}

void ReadValue(Reader& reader, const YamlNode& node, bool& out) {
  if (node.IsLooseNull()) {
    out = false;
    return;
  }
  const YamlValue value =
      node.kind == YamlNode::Kind::kScalar ? Resolve(node) : YamlValue(std::string());
  if (const auto* flag = std::get_if<bool>(&value)) {
    out = *flag;
  } else {
    reader.Error(node, "expected true or false, found " + Described(node));
  }
}

void ReadValue(Reader& reader, const YamlNode& node, std::int64_t& out) {
  if (node.IsLooseNull()) {
    out = 0;
    return;
  }
  const YamlValue value =
      node.kind == YamlNode::Kind::kScalar ? Resolve(node) : YamlValue(std::string());
  constexpr auto kMax = static_cast<double>(std::numeric_limits<std::int64_t>::max());
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    out = *integer;
  } else if (const auto* real = std::get_if<double>(&value);
             real != nullptr && *real < kMax && *real >= -kMax) {
    out = static_cast<std::int64_t>(*real);  // as Go does: the fraction is dropped
  } else {
    reader.Error(node, "expected a whole number, found " + Described(node));
  }
}

void ReadValue(Reader& reader, const YamlNode& node, std::uint64_t& out) {
  if (node.IsLooseNull()) {
    out = 0;
    return;
  }
  const YamlValue value =
      node.kind == YamlNode::Kind::kScalar ? Resolve(node) : YamlValue(std::string());
  constexpr auto kMax = static_cast<double>(std::numeric_limits<std::uint64_t>::max());
  if (const auto* integer = std::get_if<std::int64_t>(&value);
      integer != nullptr && *integer >= 0) {
    out = static_cast<std::uint64_t>(*integer);
  } else if (const auto* natural = std::get_if<std::uint64_t>(&value)) {
    out = *natural;
  } else if (const auto* real = std::get_if<double>(&value);
             real != nullptr && *real < kMax && *real >= 0) {
    out = static_cast<std::uint64_t>(*real);
  } else {
    reader.Error(node, "expected a whole number that is not negative, found " + Described(node));
  }
}

void ReadValue(Reader& reader, const YamlNode& node, double& out) {
  if (node.IsLooseNull()) {
    out = 0;
    return;
  }
  const YamlValue value =
      node.kind == YamlNode::Kind::kScalar ? Resolve(node) : YamlValue(std::string());
  if (const auto* real = std::get_if<double>(&value); real != nullptr && *real - *real == 0) {
    out = *real;
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    out = static_cast<double>(*integer);
  } else {
    reader.Error(node, "expected a number, found " + Described(node));
  }
}

void ReadValue(Reader& reader, const YamlNode& node, std::chrono::milliseconds& out) {
  if (node.IsNull()) {
    out = std::chrono::milliseconds(0);
    return;
  }
  const auto text = reader.Text(node);
  if (!text) return;
  if (const auto duration = promql::ParseDuration(*text)) {
    out = *duration;
  } else {
    reader.Error(node, "expected a duration like 1h30m, found " + Described(node));
  }
}

void ReadValue(Reader& reader, const YamlNode& node, std::chrono::nanoseconds& out) {
  if (node.IsLooseNull()) {
    out = std::chrono::nanoseconds(0);
    return;
  }
  const YamlValue value =
      node.kind == YamlNode::Kind::kScalar ? Resolve(node) : YamlValue(std::string());
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    out = std::chrono::nanoseconds(*integer);
    return;
  }
  const auto* text = std::get_if<std::string>(&value);
  if (const auto duration = text != nullptr ? promql::ParseGoDuration(*text) : std::nullopt) {
    out = *duration;
  } else {
    reader.Error(node, "expected a duration like 1m30s or 1.5s, found " + Described(node));
  }
}

void ReadValue(Reader& reader, const YamlNode& node, TemplateText& out) {
  out = {};
  const auto text = reader.Text(node);
  if (!text) return;
  out = {*text, true, node.line, node.column};
  if (const auto problem = MessageTemplateProblem(*text)) {
    reader.Notice(node, "not a template: " + *problem + "; the built-in message is used here");
  }
}

void ReadValue(Reader& reader, const YamlNode& node, UrlText& out) {
  out.text.clear();
  const auto text = reader.Text(node);
  if (!text) return;
  out.text = *text;
  if (out.text == kRedacted)
    return reader.Notice(node, "holds the placeholder of a secret, not the secret");
  if (const auto problem = HttpUrlProblem(out.text)) reader.Error(node, *problem);
}

bool IsList(Reader& reader, const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kSequence) return true;
  if (!node.IsLooseNull()) reader.Error(node, "expected a list, found " + Described(node));
  return false;
}

void ReadValue(Reader& reader, const YamlNode& node, std::vector<std::string>& out) {
  out.clear();
  if (!IsList(reader, node)) return;
  for (const YamlNode* item : node.items) out.push_back(reader.Text(*item).value_or(""));
}

void ReadValue(Reader& reader, const YamlNode& node, std::map<std::string, std::string>& out) {
  out.clear();
  ReadMap(reader, node, [&](const std::string& key, const MappingEntry& entry) {
    ReadValue(reader, *entry.value, out[key]);
  });
}

void ReadValue(Reader& reader, const YamlNode& node, std::map<std::string, TemplateText>& out) {
  out.clear();
  ReadMap(reader, node, [&](const std::string& key, const MappingEntry& entry) {
    ReadValue(reader, *entry.value, out[key]);
  });
}

void ReadValue(Reader& reader, const YamlNode& node, promql::LabelSet& out) {
  out = {};
  ReadMap(reader, node, [&](const std::string& key, const MappingEntry& entry) {
    if (key.empty()) reader.Error(*entry.key, "a label name cannot be empty");
    std::string value;
    ReadValue(reader, *entry.value, value);
    out.Set(key, value);
  });
}

void ReadValue(Reader& reader, const YamlNode& node, promql::Matchers& out) {
  out.clear();
  if (!IsList(reader, node)) return;
  for (const YamlNode* item : node.items) {
    const auto text = reader.Text(*item);
    if (!text) continue;
    auto matchers = promql::ParseMatchers(*text);
    if (!matchers) {
      reader.Error(*item, "matcher `" + *text + "`: " + matchers.error().message);
      continue;
    }
    for (auto& matcher : *matchers) out.push_back(std::move(matcher));
  }
}

std::vector<MappingEntry> Entries(Reader& reader, const YamlNode& mapping) {
  std::vector<MappingEntry> entries;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i + 1 < mapping.items.size(); i += 2) {
    const YamlNode& key = *mapping.items[i];
    if (IsMerge(key)) {
      Merge(reader, *mapping.items[i + 1], entries);
      continue;
    }
    if (key.kind != YamlNode::Kind::kScalar) {
      reader.Error(key, "a key must be text");
      continue;
    }
    if (!seen.insert(key.text).second) {
      reader.Error(key, "key `" + key.text + "` stands here twice");
      continue;
    }
    entries.push_back({&key, mapping.items[i + 1]});
  }
  return entries;
}

void ReportUnknownKey(Reader& reader, const MappingEntry& entry, std::string_view section,
                      std::span<const std::string_view> keys) {
  std::string message = "unknown key `" + entry.key->text + "` in `" + std::string(section) + "`";
  const std::string_view nearest = promql::rulefile::Nearest(entry.key->text, keys);
  if (!nearest.empty()) message += ", did you mean `" + std::string(nearest) + "`?";
  reader.Error(*entry.key, std::move(message));
}

}  // namespace warden
