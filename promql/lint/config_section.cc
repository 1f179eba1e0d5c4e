// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/config_section.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "promql/model/duration.h"
#include "promql/model/go_text.h"

namespace promql::lint {
namespace {

// At most `limit`; whatever is further away counts as `limit`.
std::size_t EditDistance(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t apart = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (apart >= limit) return limit;
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    std::size_t least = row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
      least = std::min(least, row[j]);
    }
    if (least >= limit) return limit;
  }
  return std::min(row[b.size()], limit);
}

// `scrapeInterval` and `scrape-interval` are `scrape_interval` to someone in a hurry.
void Fold(std::string_view key, std::string& out) {
  out.clear();
  for (const char c : key) {
    if (c != '_' && c != '-') out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  }
}

bool IsScalar(ConfigErrors& errors, const ConfigNode& node, std::string_view wanted) {
  if (node.kind == ConfigNode::Kind::kScalar) return true;
  errors.Add(node, "expected " + std::string(wanted) + ", found " + Described(node));
  return false;
}

// An id that exists, or `group/*` of some.
bool IsKnownCheck(std::string_view id, std::span<const std::string_view> ids) {
  if (id.ends_with("/*")) {
    const std::string_view group = id.substr(0, id.size() - 1);
    return std::ranges::any_of(ids, [&](std::string_view one) { return one.starts_with(group); });
  }
  return std::ranges::find(ids, id) != ids.end();
}

}  // namespace

std::string_view Nearest(std::string_view text, std::span<const std::string_view> known) {
  constexpr std::size_t kLongest = 100;  // a text that is longer means nothing that we know
  if (text.size() > kLongest) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, text.size() / 3) + 1;
  std::string meant;
  std::string folded;
  Fold(text, meant);
  for (const std::string_view candidate : known) {
    if (candidate.size() > 2 * kLongest) continue;
    Fold(candidate, folded);
    const std::size_t distance = EditDistance(meant, folded, best_distance);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string Suggestion(std::string_view text, std::span<const std::string_view> known) {
  const std::string_view nearest = Nearest(text, known);
  return nearest.empty() ? "" : "; did you mean `" + std::string(nearest) + "`?";
}

std::string Instead(std::string_view key, std::span<const std::string_view> known) {
  for (const auto& [section, keys] : KnownConfigKeys()) {
    if (std::ranges::find(keys, key) != keys.end()) return "; it is one of `" + section + "`";
  }
  return Suggestion(key, known);
}

std::string Described(const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::kNull:
      return "nothing";
    case ConfigNode::Kind::kList:
      return "a list";
    case ConfigNode::Kind::kMap:
      return "keys and values";
    case ConfigNode::Kind::kScalar:
      break;
  }
  std::string shown;
  std::size_t count = 0;
  for (std::string_view rest = node.text; !rest.empty();) {
    const Rune rune = DecodeRune(rest);
    if (++count > 40) {
      shown += "…";
      break;
    }
    AppendRune(shown, IsPrint(rune.value) ? rune.value : U'·');
    rest.remove_prefix(rune.width);
  }
  return "`" + shown + "`";
}

ConfigErrors::ConfigErrors(std::string file, std::string_view text,
                           std::span<const std::string_view> ids)
    : file_(std::move(file)), ids_(ids) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines_.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void ConfigErrors::Add(std::uint32_t line, std::uint32_t column, std::string message) {
  ConfigProblem problem{file_, line, column, std::move(message), ""};
  if (line > 0 && line <= lines_.size()) problem.source_line = lines_[line - 1];
  problems_.push_back(std::move(problem));
}

std::vector<ConfigProblem> ConfigErrors::Take() {
  std::ranges::stable_sort(problems_, {},
                           [](const ConfigProblem& p) { return std::tie(p.line, p.column); });
  return std::move(problems_);
}

std::vector<MapEntry> Entries(ConfigErrors& errors, const ConfigNode& map) {
  std::vector<MapEntry> entries;
  std::map<std::string_view, std::uint32_t> seen;  // key → line
  for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
    const ConfigNode& key = map.items[i];
    if (key.kind != ConfigNode::Kind::kScalar) {
      errors.Add(key, "expected a key, found " + Described(key));
      continue;
    }
    const auto [first, is_new] = seen.try_emplace(key.text, key.line);
    if (is_new) {
      entries.push_back({&key, &map.items[i + 1]});
    } else {
      errors.Add(key, "key " + Described(key) + " stands here twice, the first time in line " +
                          std::to_string(first->second));
    }
  }
  return entries;
}

bool IsMap(ConfigErrors& errors, const ConfigNode& node, std::string_view section) {
  if (node.kind == ConfigNode::Kind::kMap) return true;
  if (node.kind != ConfigNode::Kind::kNull) {
    errors.Add(node, "expected keys and values of `" + std::string(section) + "`, found " +
                         Described(node));
  }
  return false;
}

bool IsList(ConfigErrors& errors, const ConfigNode& node, std::string_view section) {
  if (node.kind == ConfigNode::Kind::kList) return true;
  if (node.kind != ConfigNode::Kind::kNull) {
    errors.Add(node, "expected a list of `" + std::string(section) + "`, found " + Described(node));
  }
  return false;
}

void Read(ConfigErrors& errors, const ConfigNode& node, std::string& out) {
  if (IsScalar(errors, node, "a text")) out = node.text;
}

void Read(ConfigErrors& errors, const ConfigNode& node, bool& out) {
  if (!node.is_quoted && node.text == "true") {
    out = true;
  } else if (!node.is_quoted && node.text == "false") {
    out = false;
  } else {
    errors.Add(node, "expected true or false, found " + Described(node));
  }
}

void Read(ConfigErrors& errors, const ConfigNode& node, std::uint32_t& out) {
  if (!IsScalar(errors, node, "a whole number")) return;
  const char* const end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, out);
  if (error != std::errc() || stop != end) {
    errors.Add(node, "expected a whole number, found " + Described(node));
  }
}

void Read(ConfigErrors& errors, const ConfigNode& node, Duration& out) {
  if (!IsScalar(errors, node, "a duration like 1m30s")) return;
  if (const auto duration = ParseDuration(node.text)) {
    out = *duration;
  } else {
    errors.Add(node, "expected a duration like 1m30s, found " + Described(node));
  }
}

void Read(ConfigErrors& errors, const ConfigNode& node, std::optional<Pattern>& out) {
  if (!IsScalar(errors, node, "a regular expression")) return;
  auto regex = GoRegex::CompileAnchored(node.text);
  if (regex) {
    out = Pattern{node.text, std::move(*regex)};
  } else {
    errors.Add(node, "this regular expression cannot be read: " + regex.error());
  }
}

void Read(ConfigErrors& errors, const ConfigNode& node, std::optional<Severity>& out) {
  static constexpr std::pair<std::string_view, Severity> kWords[] = {
      {"error", Severity::kError},
      {"warning", Severity::kWarning},
      {"info", Severity::kInfo},
      {"hint", Severity::kHint}};
  out = ReadWord(errors, node, kWords);
}

void Read(ConfigErrors& errors, const ConfigNode& node, std::vector<std::string>& out) {
  if (node.kind == ConfigNode::Kind::kScalar) {  // one stands for a list of one
    out = {node.text};
    return;
  }
  if (node.kind != ConfigNode::Kind::kList) {
    errors.Add(node, "expected a list of texts, found " + Described(node));
    return;
  }
  for (const ConfigNode& item : node.items) {
    std::string text;
    Read(errors, item, text);
    out.push_back(std::move(text));
  }
}

void Read(ConfigErrors& errors, const ConfigNode& node,
          std::map<std::string, Pattern, std::less<>>& out) {
  if (!IsMap(errors, node, "labels")) return;
  for (const auto& [key, value] : Entries(errors, node)) {
    std::optional<Pattern> pattern;
    Read(errors, *value, pattern);
    if (pattern) out.insert_or_assign(key->text, std::move(*pattern));
  }
}

void Read(ConfigErrors& errors, const ConfigNode& node,
          std::map<std::string, Level, std::less<>>& out) {
  static const std::pair<std::string_view, Level> kLevels[] = {
      {"off", {.is_off = true, .severity = {}}},
      {"hint", {.is_off = false, .severity = Severity::kHint}},
      {"info", {.is_off = false, .severity = Severity::kInfo}},
      {"warning", {.is_off = false, .severity = Severity::kWarning}},
      {"error", {.is_off = false, .severity = Severity::kError}},
      {"default", {}}};
  if (!IsMap(errors, node, "checks")) return;
  for (const auto& [key, value] : Entries(errors, node)) {
    if (!IsKnownCheck(key->text, errors.ids())) {
      errors.Add(*key,
                 "there is no check " + Described(*key) + Suggestion(key->text, errors.ids()));
    }
    if (const auto level = ReadWord(errors, *value, kLevels)) out[key->text] = *level;
  }
}

}  // namespace promql::lint
