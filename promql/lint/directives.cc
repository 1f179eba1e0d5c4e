// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/directives.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace promql::lint {
namespace {

constexpr std::string_view kOurs = "promwarden-lint:";
constexpr std::string_view kPint = "pint";

std::string_view Trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// The first word, and what is behind it.
std::pair<std::string_view, std::string_view> Word(std::string_view text) {
  text = Trimmed(text);
  const auto end = text.find_first_of(" \t");
  if (end == std::string_view::npos) return {text, {}};
  return {text.substr(0, end), Trimmed(text.substr(end))};
}

std::optional<std::chrono::sys_days> Day(std::string_view text) {
  int parts[3] = {};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int i = 0; i < 3; ++i) {
    if (i > 0 && (at == end || *at++ != '-')) return std::nullopt;
    const auto [next, error] = std::from_chars(at, end, parts[i]);
    if (error != std::errc{} || next == at) return std::nullopt;
    if (parts[i] < 0 || parts[i] > (i == 0 ? 9999 : 31)) return std::nullopt;
    at = next;
  }
  if (at != end && *at != 'T') return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year(parts[0]),
                                        std::chrono::month(static_cast<unsigned>(parts[1])),
                                        std::chrono::day(static_cast<unsigned>(parts[2]))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day);
}

bool IsKnown(std::string_view pattern) {
  return std::ranges::any_of(AllChecks(),
                             [&](const CheckInfo& check) { return Names(pattern, check.id); });
}

// Our ids for one of pint's.
std::vector<std::string> FromPint(std::string_view id) {
  std::vector<std::string> ids;
  for (const CheckInfo& check : AllChecks()) {
    std::string_view rest = check.aliases;
    while (!rest.empty()) {
      const auto [word, more] = Word(rest);
      if (word == id) ids.emplace_back(check.id);
      rest = more;
    }
  }
  return ids;
}

// The rule that a comment on its own line or behind something belongs to: the one it stands in, or
// the one whose first line follows, with nothing but comments between.
class RuleFinder {
 public:
  explicit RuleFinder(const FileContext& file) : lines_(file.file().lines) {
    for (const GroupContext& group : file.groups()) {
      for (const RuleContext& rule : group.rules()) {
        const rulefile::Source source = rule.rule().source;
        if (source.end <= source.begin) continue;
        spans_.push_back({LineOf(source.begin), LineOf(source.end - 1), &rule});
      }
    }
    std::ranges::sort(spans_, {}, &Lines::first);
    for (const rulefile::Comment& comment : file.file().comments) {
      comment_lines_.push_back(LineOf(comment.source.begin));
    }
  }

  [[nodiscard]] const RuleContext* At(const rulefile::Comment& comment) const {
    std::uint32_t line = LineOf(comment.source.begin);
    auto next = std::ranges::upper_bound(spans_, line, {}, &Lines::first);
    if (next != spans_.begin() && std::prev(next)->last >= line) return std::prev(next)->rule;
    if (next == spans_.end()) return nullptr;
    auto at = std::ranges::lower_bound(comment_lines_, line);
    while (at != comment_lines_.end() && *at == line) ++at, ++line;
    return next->first == line ? next->rule : nullptr;
  }

  [[nodiscard]] std::uint32_t LineOf(std::uint32_t offset) const {
    return lines_.LineAt(offset);
  }

 private:
  struct Lines {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    const RuleContext* rule = nullptr;
  };
  const rulefile::LineIndex& lines_;
  std::vector<Lines> spans_;
  std::vector<std::uint32_t> comment_lines_;
};

class Reader {
 public:
  explicit Reader(const FileContext& file) : file_(file), finder_(file) {}

  Directives Read() {
    for (const rulefile::Comment& comment : file_.file().comments) {
      std::string_view text = Trimmed(comment.text);
      while (text.starts_with('#')) text = Trimmed(text.substr(1));
      comment_ = &comment;
      if (text.starts_with(kOurs)) {
        ReadOurs(Trimmed(text.substr(kOurs.size())));
      } else if (const auto [word, rest] = Word(text); word == kPint) {
        ReadPint(rest);
      }
    }
    return std::move(found_);
  }

 private:
  void Wrong(std::string message) {
    found_.mistakes.push_back({comment_->source, std::move(message)});
  }

  void ReadOurs(std::string_view text) {
    const auto [verb, rest] = Word(text);
    if (verb == "owner" || verb == "file-owner") {
      ReadOwner(verb == "owner", rest, true);
      return;
    }
    Suppression made;
    made.is_ours = true;
    if (verb == "allow-file") {
      made.reach = Suppression::Reach::kFile;
    } else if (verb == "allow-next-line") {
      made.reach = Suppression::Reach::kLine;
    } else if (verb != "allow") {
      return Wrong("'" + std::string(verb) +
                   "' is none of allow, allow-file, allow-next-line, owner and file-owner");
    }
    ReadAllowed(rest, std::move(made));
  }

  void ReadAllowed(std::string_view rest, Suppression made) {
    while (!rest.empty()) {
      auto [word, more] = Word(rest);
      if (word == "because") {
        made.reason = more;
        break;
      }
      if (word == "until") {
        const auto [day, behind] = Word(more);
        made.until = Day(day);
        if (!made.until) {
          return Wrong("'" + std::string(day) + "' is no day; write it like 2027-01-31");
        }
        rest = behind;
        continue;
      }
      rest = more;
      while (!word.empty()) {  // a,b without spaces
        const auto comma = word.find(',');
        const std::string_view id = word.substr(0, comma);
        word = comma == std::string_view::npos ? std::string_view{} : word.substr(comma + 1);
        if (id.empty()) continue;
        if (!IsKnown(id)) return Wrong("there is no check '" + std::string(id) + "'");
        made.checks.emplace_back(id);
      }
    }
    if (made.checks.empty()) return Wrong("it names no check");
    Keep(std::move(made));
  }

  void ReadPint(std::string_view text) {
    auto [verb, rest] = Word(text);
    if (verb == "rule/owner" || verb == "file/owner") {
      return ReadOwner(verb == "rule/owner", rest, false);
    }
    Suppression made;
    if (verb.starts_with("file/")) {
      made.reach = Suppression::Reach::kFile;
      verb.remove_prefix(5);
    }
    if (verb == "snooze") {
      const auto [day, more] = Word(rest);
      made.until = Day(day);
      if (!made.until) return;
      rest = more;
    } else if (verb != "disable") {
      return;
    }
    made.checks = FromPint(rest.substr(0, rest.find('(')));
    if (!made.checks.empty()) Keep(std::move(made));
  }

  void ReadOwner(bool of_rule, std::string_view name, bool is_ours) {
    if (name.empty()) {
      if (is_ours) Wrong("it names no owner");
    } else if (!of_rule) {
      found_.file_owner = name;
    } else if (const RuleContext* rule = finder_.At(*comment_)) {
      found_.owners.emplace(rule, name);
    } else if (is_ours) {
      Wrong("no rule follows it");
    }
  }

  void Keep(Suppression made) {
    made.comment = comment_->source;
    if (made.reach == Suppression::Reach::kRule) {
      made.rule = finder_.At(*comment_);
      if (made.rule == nullptr) {
        if (made.is_ours) Wrong("no rule follows it; for the whole file write allow-file");
        return;
      }
    } else if (made.reach == Suppression::Reach::kLine) {
      made.line = finder_.LineOf(comment_->source.begin) + 1;
    }
    found_.suppressions.push_back(std::move(made));
  }

  const FileContext& file_;
  RuleFinder finder_;
  const rulefile::Comment* comment_ = nullptr;
  Directives found_;
};

void Blank(std::string& content, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to && i < content.size(); ++i) {
    if (content[i] != '\n' && content[i] != '\r') content[i] = ' ';
  }
}

// `ignore/line` of a line that holds `# pint ignore/line`; empty when it holds none.
std::string_view IgnoreVerb(std::string_view line) {
  for (auto at = line.find("pint"); at != std::string_view::npos; at = line.find("pint", at + 1)) {
    const std::string_view before = line.substr(0, at);
    if (!before.ends_with(' ') || !Trimmed(before).ends_with('#')) continue;
    const auto [word, rest] = Word(line.substr(at + 4));
    if (word.starts_with("ignore/")) return word;
  }
  return {};
}

}  // namespace

bool Suppression::Covers(std::string_view id, const RuleContext* of, std::uint32_t at_line) const {
  if (reach == Reach::kRule && of != rule) return false;
  if (reach == Reach::kLine && at_line != line) return false;
  return std::ranges::any_of(checks, [&](const std::string& check) { return Names(check, id); });
}

std::string_view Directives::OwnerOf(const RuleContext* rule) const {
  const auto own = owners.find(rule);
  return own == owners.end() ? std::string_view(file_owner) : own->second;
}

Directives ReadDirectives(const FileContext& file) { return Reader(file).Read(); }

bool Names(std::string_view pattern, std::string_view id) {
  if (pattern == id || pattern == "*") return true;
  return pattern.ends_with("/*") && id.starts_with(pattern.substr(0, pattern.size() - 1));
}

ReadableText WithoutIgnoredText(std::string content) {
  ReadableText text{std::move(content), false};
  if (text.content.find("ignore/") == std::string::npos) return text;
  const std::string original = text.content;
  std::size_t ignored_from = std::string::npos;  // of ignore/begin
  bool ignore_next = false;
  for (std::size_t start = 0; start < original.size();) {
    std::size_t end = original.find('\n', start);
    end = end == std::string::npos ? original.size() : end + 1;
    const std::string_view line = std::string_view(original).substr(start, end - start);
    const std::string_view verb = IgnoreVerb(line);
    const bool ignores_this = ignore_next;
    ignore_next = verb == "ignore/next-line";
    if (verb == "ignore/file") {
      text.is_ignored = true;
    } else if (verb == "ignore/begin" && ignored_from == std::string::npos) {
      ignored_from = start;
    } else if (verb == "ignore/end" && ignored_from != std::string::npos) {
      Blank(text.content, ignored_from, end);
      ignored_from = std::string::npos;
    } else if (verb == "ignore/line" || ignores_this) {
      Blank(text.content, start, end);
    }
    start = end;
  }
  if (ignored_from != std::string::npos) Blank(text.content, ignored_from, original.size());
  if (text.is_ignored) Blank(text.content, 0, original.size());
  return text;
}

}  // namespace promql::lint
