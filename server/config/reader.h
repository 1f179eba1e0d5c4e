// SPDX-License-Identifier: Apache-2.0
// Reads nodes into typed values and collects everything that is wrong, so that one run names all
// mistakes. A section is a table of keys with the function that reads each: what is not in the
// table is an unknown key. Go's rules for null hold: it empties plain values and leaves optional
// ones unset.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "promql/model/labels.h"
#include "promql/model/matcher.h"
#include "server/config/load.h"
#include "server/config/yaml_node.h"

namespace warden {

class Reader {
 public:
  Reader(std::string file, std::string_view text);

  // Of a scalar only the first.
  void Error(const YamlNode& at, std::string message);
  void ErrorAt(int line, int column, std::string message);
  void Notice(const YamlNode& at, std::string message);
  // The node's text never appears in an excerpt.
  void Hide(const YamlNode& node);

  [[nodiscard]] const ConfigDiagnostics& errors() const { return errors_; }
  // By line and column, each once. Lines that hold secrets are masked or left out.
  [[nodiscard]] ConfigDiagnostics TakeErrors();
  [[nodiscard]] ConfigDiagnostics TakeNotices();
  [[nodiscard]] const std::string& folder() const { return folder_; }

  // A relative path joined with the configuration's folder.
  [[nodiscard]] std::string Join(const std::string& path) const;

  // The text of any scalar, null being empty; nothing and an error for lists and mappings.
  [[nodiscard]] std::optional<std::string> Text(const YamlNode& node);

 private:
  [[nodiscard]] ConfigDiagnostic Diagnostic(int line, int column, std::string message) const;
  [[nodiscard]] ConfigDiagnostics Finished(ConfigDiagnostics list) const;
  void Mask(ConfigDiagnostic& diagnostic) const;

  std::string file_;
  std::string folder_;
  std::vector<std::string> lines_;
  ConfigDiagnostics errors_;
  ConfigDiagnostics notices_;
  struct Hidden {
    int column = 0;  // 0: the whole line
    std::string text;
  };
  std::multimap<int, Hidden> hidden_;  // by line
};

// A secret in the making: inline text and file exclude each other.
struct SecretDraft {
  std::string text;
  std::string file;
  bool has_text = false;  // an inline URL counts even when empty
  bool is_url = false;
  const YamlNode* file_at = nullptr;

  [[nodiscard]] bool is_set() const { return has_text || !file.empty(); }
  // Reports both at once as `key` and `key_file`.
  [[nodiscard]] Secret Finish(Reader& reader, std::string_view key) const;
};

// An http or https URL with a host.
struct UrlText {
  std::string text;
};

void ReadValue(Reader& reader, const YamlNode& node, std::string& out);
// Of these five, what means nothing is an error, and `out` stays as it was.
void ReadValue(Reader& reader, const YamlNode& node, bool& out);
void ReadValue(Reader& reader, const YamlNode& node, std::int64_t& out);
void ReadValue(Reader& reader, const YamlNode& node, std::uint64_t& out);
void ReadValue(Reader& reader, const YamlNode& node, double& out);
void ReadValue(Reader& reader, const YamlNode& node, std::chrono::milliseconds& out);  // 1h30m
void ReadValue(Reader& reader, const YamlNode& node, std::chrono::nanoseconds& out);   // Go's kind
void ReadValue(Reader& reader, const YamlNode& node, TemplateText& out);
void ReadValue(Reader& reader, const YamlNode& node, UrlText& out);
void ReadValue(Reader& reader, const YamlNode& node, std::vector<std::string>& out);
void ReadValue(Reader& reader, const YamlNode& node, std::map<std::string, std::string>& out);
void ReadValue(Reader& reader, const YamlNode& node, std::map<std::string, TemplateText>& out);
void ReadValue(Reader& reader, const YamlNode& node, promql::LabelSet& out);
void ReadValue(Reader& reader, const YamlNode& node, promql::Matchers& out);  // list of texts

// Whether the node is a list; an error when it is something else than null.
[[nodiscard]] bool IsList(Reader& reader, const YamlNode& node);

template <class T>
void ReadValue(Reader& reader, const YamlNode& node, std::optional<T>& out) {
  out.reset();
  if (node.IsNull()) return;
  ReadValue(reader, node, out.emplace());
}

// A list of sections or values; null elements stay as they are by default.
template <class T>
  requires requires(Reader& reader, const YamlNode& node, T& item) {
    ReadValue(reader, node, item);
  }
void ReadList(Reader& reader, const YamlNode& node, std::vector<T>& out) {
  out.clear();
  if (!IsList(reader, node)) return;
  for (const YamlNode* item : node.items) {
    T& value = out.emplace_back();
    if (!item->IsNull()) ReadValue(reader, *item, value);
  }
}

// --- Sections
// ---------------------------------------------------------------------------------------------------------

template <class T>
struct Field {
  std::string_view key;
  void (*read)(T& out, Reader& reader, const YamlNode& node);
};

template <auto Member, class T>
void Set(T& out, Reader& reader, const YamlNode& node) {
  ReadValue(reader, node, out.*Member);
}

template <auto Member, class T>
void SetList(T& out, Reader& reader, const YamlNode& node) {
  ReadList(reader, node, out.*Member);
}

template <auto Member, class T>
void SetSecret(T& out, Reader& reader, const YamlNode& node) {
  SecretDraft& draft = out.*Member;
  reader.Hide(node);
  ReadValue(reader, node, draft.text);
  draft.has_text = !draft.text.empty();
}

template <auto Member, class T>
void SetSecretUrl(T& out, Reader& reader, const YamlNode& node) {
  SecretDraft& draft = out.*Member;
  reader.Hide(node);
  draft.is_url = true;
  draft.has_text = !node.IsNull();
  UrlText url;
  if (draft.has_text) ReadValue(reader, node, url);
  draft.text = url.text;
}

template <auto Member, class T>
void SetSecretFile(T& out, Reader& reader, const YamlNode& node) {
  ReadValue(reader, node, (out.*Member).file);
  (out.*Member).file_at = &node;
}

struct MappingEntry {
  const YamlNode* key;
  const YamlNode* value;
};

// The entries of a mapping in order, merge keys (`<<`) expanded in place; reports keys that stand
// twice.
[[nodiscard]] std::vector<MappingEntry> Entries(Reader& reader, const YamlNode& mapping);

// `keys` are the known ones of the section.
void ReportUnknownKey(Reader& reader, const MappingEntry& entry, std::string_view section,
                      std::span<const std::string_view> keys);

// Where the keys of a section stand in the file; null for those that do not.
class SeenKeys {
 public:
  void Add(std::string key, const YamlNode* value) { values_[std::move(key)] = value; }
  [[nodiscard]] const YamlNode* Find(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : found->second;
  }

 private:
  std::map<std::string, const YamlNode*> values_;
};

template <class T, std::size_t N>
SeenKeys ReadSection(Reader& reader, const YamlNode& node, std::string_view section,
                     const Field<T> (&fields)[N], T& out) {
  SeenKeys seen;
  if (node.IsLooseNull()) return seen;
  if (node.kind != YamlNode::Kind::kMapping) {
    reader.Error(node, "expected keys and values of `" + std::string(section) + "`");
    return seen;
  }
  for (const MappingEntry& entry : Entries(reader, node)) {
    const Field<T>* known = nullptr;
    for (const Field<T>& field : fields) {
      if (field.key == entry.key->text) known = &field;
    }
    if (known != nullptr) {
      known->read(out, reader, *entry.value);
      seen.Add(entry.key->text, entry.value);
      continue;
    }
    std::vector<std::string_view> keys;
    for (const Field<T>& field : fields) keys.push_back(field.key);
    ReportUnknownKey(reader, entry, section, keys);
  }
  return seen;
}

// What the tables know, for the test that holds CONFIG.md against them: section → keys.
using KnownKeys = std::map<std::string, std::vector<std::string_view>, std::less<>>;

template <class T, std::size_t N>
void AddKnownKeys(KnownKeys& known, std::string_view section, const Field<T> (&fields)[N]) {
  for (const Field<T>& field : fields) known[std::string(section)].push_back(field.key);
}

}  // namespace warden
