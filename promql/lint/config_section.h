// SPDX-License-Identifier: Apache-2.0
// Nodes → typed values, collecting everything that is wrong. A section is a table of keys with the
// function that reads each; what is not in the table is an unknown key.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promql/lint/config_node.h"
#include "promql/lint/config_reader.h"

namespace promql::lint {

class ConfigErrors {
 public:
  ConfigErrors(std::string file, std::string_view text, std::span<const std::string_view> ids);

  void Add(const ConfigNode& at, std::string message) {
    Add(at.line, at.column, std::move(message));
  }
  void Add(std::uint32_t line, std::uint32_t column, std::string message);
  // By place.
  [[nodiscard]] std::vector<ConfigProblem> Take();
  [[nodiscard]] bool empty() const { return problems_.empty(); }
  [[nodiscard]] std::span<const std::string_view> ids() const { return ids_; }

 private:
  std::string file_;
  std::vector<std::string> lines_;
  std::vector<ConfigProblem> problems_;
  std::span<const std::string_view> ids_;
};

// "a list", "`7`": what was found instead of what was wanted.
[[nodiscard]] std::string Described(const ConfigNode& node);
// ", did you mean `x`?" or nothing.
[[nodiscard]] std::string Suggestion(std::string_view text,
                                     std::span<const std::string_view> known);

// The same for keys of a section, where another section may have the very key.
[[nodiscard]] std::string Instead(std::string_view key, std::span<const std::string_view> known);

void Read(ConfigErrors& errors, const ConfigNode& node, std::string& out);
void Read(ConfigErrors& errors, const ConfigNode& node, bool& out);
void Read(ConfigErrors& errors, const ConfigNode& node, std::uint32_t& out);
void Read(ConfigErrors& errors, const ConfigNode& node, Duration& out);
void Read(ConfigErrors& errors, const ConfigNode& node, std::optional<Pattern>& out);
void Read(ConfigErrors& errors, const ConfigNode& node, std::optional<Severity>& out);
void Read(ConfigErrors& errors, const ConfigNode& node, std::vector<std::string>& out);
void Read(ConfigErrors& errors, const ConfigNode& node,
          std::map<std::string, Pattern, std::less<>>& out);
// Ids of checks, or `group/*`, and their levels.
void Read(ConfigErrors& errors, const ConfigNode& node,
          std::map<std::string, Level, std::less<>>& out);

template <class T>
  requires requires(ConfigErrors& e, const ConfigNode& n, T& v) { Read(e, n, v); }
void Read(ConfigErrors& errors, const ConfigNode& node, std::optional<T>& out) {
  Read(errors, node, out.emplace());
}

// One of a few words; nothing and an error for any other.
template <class T, std::size_t N>
std::optional<T> ReadWord(ConfigErrors& errors, const ConfigNode& node,
                          const std::pair<std::string_view, T> (&words)[N]) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : words) {
    if (node.kind == ConfigNode::Kind::kScalar && node.text == name) return value;
    names.push_back(name);
  }
  std::string wanted;
  for (std::size_t i = 0; i < N; ++i) {
    wanted += i == 0 ? "" : i + 1 == N ? " or " : ", ";
    wanted.append("`").append(names[i]).append("`");
  }
  errors.Add(node, "expected " + wanted + ", found " + Described(node));
  return std::nullopt;
}

template <class T>
struct Field {
  std::string_view key;
  void (*read)(T& out, ConfigErrors& errors, const ConfigNode& node);
};

template <auto Member, class T>
void Set(T& out, ConfigErrors& errors, const ConfigNode& node) {
  Read(errors, node, out.*Member);
}

struct MapEntry {
  const ConfigNode* key;
  const ConfigNode* value;
};
// In order; keys that stand twice are reported and left out.
[[nodiscard]] std::vector<MapEntry> Entries(ConfigErrors& errors, const ConfigNode& map);

// Whether it is a map; an error when it is something else than nothing.
[[nodiscard]] bool IsMap(ConfigErrors& errors, const ConfigNode& node, std::string_view section);
[[nodiscard]] bool IsList(ConfigErrors& errors, const ConfigNode& node, std::string_view section);

template <class T, std::size_t N>
void ReadSection(ConfigErrors& errors, const ConfigNode& node, std::string_view section,
                 const Field<T> (&fields)[N], T& out) {
  if (!IsMap(errors, node, section)) return;
  for (const auto& [key, value] : Entries(errors, node)) {
    const Field<T>* known = nullptr;
    std::vector<std::string_view> keys;
    for (const Field<T>& field : fields) {
      keys.push_back(field.key);
      if (field.key == key->text) known = &field;
    }
    if (known != nullptr) {
      known->read(out, errors, *value);
    } else {
      errors.Add(*key, "unknown key " + Described(*key) + " in `" + std::string(section) + "`" +
                           Instead(key->text, keys));
    }
  }
}

template <class T, std::size_t N>
void ReadSections(ConfigErrors& errors, const ConfigNode& node, std::string_view section,
                  const Field<T> (&fields)[N], std::vector<T>& out) {
  if (!IsList(errors, node, section)) return;
  for (const ConfigNode& item : node.items) {
    ReadSection(errors, item, section, fields, out.emplace_back());
  }
}

template <class T, std::size_t N>
void AddKnown(KnownKeys& known, std::string_view section, const Field<T> (&fields)[N]) {
  for (const Field<T>& field : fields) known[std::string(section)].push_back(field.key);
}

// config_policy.cc
void ReadPolicy(ConfigErrors& errors, const ConfigNode& node, Policy& policy);
void ReadScope(ConfigErrors& errors, const ConfigNode& node, Scope& scope);
void AddKnownPolicyKeys(KnownKeys& known);

}  // namespace promql::lint
