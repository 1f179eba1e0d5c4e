// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <tuple>

#include "promql/model/go_regex.h"
#include "server/config/sections.h"

namespace warden {
namespace {

// The old forms `match` and `match_re`: their label names are classic ones.
struct OldMatch {
  promql::MatchOp op = promql::MatchOp::kEqual;
  promql::Matchers matchers;
};

bool IsClassicName(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto fits = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, fits);
}

// The text of the old form is anchored when it is read and once more when it matches; route keys
// show the first.
std::expected<promql::Matcher, std::string> OldRegex(const std::string& name,
                                                     const std::string& text) {
  const std::string anchored = "^(?:" + text + ")$";
  if (const auto regex = promql::GoRegex::Compile(anchored); !regex) {
    return std::unexpected("invalid regular expression: " + regex.error());
  }
  return promql::Matcher::Make(name, promql::MatchOp::kRegex, anchored);
}

void ReadOldMatch(Reader& reader, const YamlNode& node, promql::MatchOp op, promql::Matchers& out) {
  out.clear();
  if (node.IsLooseNull()) return;
  if (node.kind != YamlNode::Kind::kMapping)
    return reader.Error(node, "expected label names with their values");
  std::set<std::string_view> seen;
  for (const MappingEntry& entry : Entries(reader, node)) {
    const std::string& name = entry.key->text;
    if (!seen.insert(name).second) reader.Error(*entry.key, "key `" + name + "` stands here twice");
    if (!IsClassicName(name)) reader.Error(*entry.key, "`" + name + "` is no label name here");
    if (op == promql::MatchOp::kRegex && entry.value->IsNull()) {
      reader.Error(*entry.value, "a regular expression is missing for `" + name + "`");
      continue;
    }
    const auto value = reader.Text(*entry.value);
    if (!value) continue;
    auto matcher = op == promql::MatchOp::kRegex ? OldRegex(name, *value)
                                                 : promql::Matcher::Make(name, op, *value);
    if (matcher) {
      out.push_back(*std::move(matcher));
    } else {
      reader.Error(*entry.value, matcher.error());
    }
  }
}

template <auto Member, promql::MatchOp Op, class T>
void SetOldMatch(T& out, Reader& reader, const YamlNode& node) {
  ReadOldMatch(reader, node, Op, out.*Member);
}

// All three forms count together, in Alertmanager's order.
promql::Matchers Together(std::initializer_list<const promql::Matchers*> lists) {
  promql::Matchers all;
  for (const promql::Matchers* list : lists) all.insert(all.end(), list->begin(), list->end());
  std::ranges::stable_sort(all, {}, [](const promql::Matcher& m) {
    return std::tuple<const std::string&, const std::string&, promql::MatchOp>(m.name(), m.value(),
                                                                               m.op());
  });
  return all;
}

struct RouteText : RouteDraft {
  std::vector<std::string> group_by_texts;
  const YamlNode* group_by_at = nullptr;
  const YamlNode* group_interval_at = nullptr;
  const YamlNode* repeat_interval_at = nullptr;
  promql::Matchers match, match_re, new_matchers;
};

void SetGroupBy(RouteText& out, Reader& reader, const YamlNode& node) {
  out.group_by_at = node.IsLooseNull() ? nullptr : &node;
  ReadValue(reader, node, out.group_by_texts);
}

void SetReceiver(RouteText& out, Reader& reader, const YamlNode& node) {
  out.receiver_at = &node;
  ReadValue(reader, node, out.receiver);
}

void SetGroupInterval(RouteText& out, Reader& reader, const YamlNode& node) {
  out.group_interval_at = &node;
  ReadValue(reader, node, out.group_interval);
}

void SetRepeatInterval(RouteText& out, Reader& reader, const YamlNode& node) {
  out.repeat_interval_at = &node;
  ReadValue(reader, node, out.repeat_interval);
}

void SetRoutes(RouteText& out, Reader& reader, const YamlNode& node) {
  ReadList(reader, node, out.routes);
  for (const YamlNode* item : node.items) {
    if (node.kind == YamlNode::Kind::kSequence && item->IsNull())
      reader.Error(*item, "an empty route");
  }
}

constexpr Field<RouteText> kRouteFields[] = {
    {"receiver", SetReceiver},
    {"group_by", SetGroupBy},
    {"continue", Set<&RouteText::is_continuing>},
    {"matchers", Set<&RouteText::new_matchers>},
    {"match", SetOldMatch<&RouteText::match, promql::MatchOp::kEqual>},
    {"match_re", SetOldMatch<&RouteText::match_re, promql::MatchOp::kRegex>},
    {"group_wait", Set<&RouteText::group_wait>},
    {"group_interval", SetGroupInterval},
    {"repeat_interval", SetRepeatInterval},
    {"mute_time_intervals", Set<&RouteText::mute_time_intervals>},
    {"active_time_intervals", Set<&RouteText::active_time_intervals>},
    {"labels", Set<&RouteText::labels>},
    {"routes", SetRoutes},
};

std::optional<GroupBy> ReadGroupBy(Reader& reader, const RouteText& route) {
  if (route.group_by_at == nullptr) return std::nullopt;
  GroupBy group_by;
  for (const std::string& label : route.group_by_texts) {
    if (label == "...") {
      group_by.is_all = true;
    } else if (label.empty()) {
      reader.Error(*route.group_by_at, "a label name cannot be empty");
    } else if (std::ranges::find(group_by.labels, label) != group_by.labels.end()) {
      reader.Error(*route.group_by_at, "label `" + label + "` stands in `group_by` twice");
    } else {
      group_by.labels.push_back(label);
    }
  }
  if (group_by.is_all && !group_by.labels.empty()) {
    reader.Error(*route.group_by_at, "`...` groups by all labels: no others can stand beside it");
  }
  std::ranges::sort(group_by.labels);
  return group_by;
}

void CheckNotZero(Reader& reader, const std::optional<std::chrono::milliseconds>& value,
                  const YamlNode* at, std::string_view key) {
  if (value && value->count() == 0) reader.Error(*at, "`" + std::string(key) + "` cannot be zero");
}

void CheckNames(Reader& reader, const RouteDraft& draft, const Config& config) {
  if (!draft.receiver.empty() && config.FindReceiver(draft.receiver) == nullptr) {
    reader.Error(*draft.receiver_at, "there is no receiver `" + draft.receiver + "`");
  }
  for (const auto* list : {&draft.mute_time_intervals, &draft.active_time_intervals}) {
    for (const std::string& name : *list) {
      if (config.FindTimeInterval(name) == nullptr)
        reader.Error(*draft.at, "there is no time interval `" + name + "`");
    }
  }
}

void CheckRoot(Reader& reader, const RouteDraft& root) {
  if (root.receiver.empty()) reader.Error(*root.at, "the root route needs a `receiver`");
  if (!root.matchers.empty())
    reader.Error(*root.at, "the root route takes every alert: it cannot have matchers");
  if (!root.mute_time_intervals.empty())
    reader.Error(*root.at, "the root route cannot have `mute_time_intervals`");
  if (!root.active_time_intervals.empty())
    reader.Error(*root.at, "the root route cannot have `active_time_intervals`");
  if (root.is_continuing) reader.Error(*root.at, "the root route cannot have `continue: true`");
}

// Walks the tree once, handing down what is inherited and numbering the nodes.
class RouteBuilder {
 public:
  RouteBuilder(Reader& reader, const Config& config) : reader_(reader), config_(config) {}

  Route Build(const RouteDraft& draft, const Route& parent, const std::string& id_prefix,
              std::size_t sibling) {
    const bool is_root = id_prefix.empty();
    CheckNames(reader_, draft, config_);
    Route route;
    route.receiver = draft.receiver.empty() ? parent.receiver : draft.receiver;
    route.group_by = draft.group_by.value_or(parent.group_by);
    route.matchers = draft.matchers;
    route.is_continuing = draft.is_continuing;
    route.group_wait = draft.group_wait.value_or(parent.group_wait);
    route.group_interval = draft.group_interval.value_or(parent.group_interval);
    route.repeat_interval = draft.repeat_interval.value_or(parent.repeat_interval);
    route.mute_time_intervals = draft.mute_time_intervals;
    route.active_time_intervals = draft.active_time_intervals;
    route.labels = parent.labels;
    for (const auto& [name, value] : draft.labels) route.labels.Set(name, value);
    const std::string matchers = promql::Canonical(route.matchers);
    route.route_key = is_root ? matchers : parent.route_key + "/" + matchers;
    route.route_id =
        is_root ? matchers : id_prefix + "/" + matchers + "/" + std::to_string(sibling);
    route.index = next_index_++;
    for (std::size_t i = 0; i < draft.routes.size(); ++i) {
      route.routes.push_back(Build(draft.routes[i], route, route.route_id, i));
    }
    return route;
  }

 private:
  Reader& reader_;
  const Config& config_;
  std::size_t next_index_ = 0;
};

struct InhibitText : InhibitRule {
  promql::Matchers source_match, source_match_re, source_matchers, target_match, target_match_re,
      target_matchers;
};

constexpr Field<InhibitText> kInhibitFields[] = {
    {"name", Set<&InhibitText::name>},
    {"source_match", SetOldMatch<&InhibitText::source_match, promql::MatchOp::kEqual>},
    {"source_match_re", SetOldMatch<&InhibitText::source_match_re, promql::MatchOp::kRegex>},
    {"source_matchers", Set<&InhibitText::source_matchers>},
    {"target_match", SetOldMatch<&InhibitText::target_match, promql::MatchOp::kEqual>},
    {"target_match_re", SetOldMatch<&InhibitText::target_match_re, promql::MatchOp::kRegex>},
    {"target_matchers", Set<&InhibitText::target_matchers>},
    {"equal", Set<&InhibitText::equal>},
};

}  // namespace

void ReadValue(Reader& reader, const YamlNode& node, RouteDraft& out) {
  RouteText route;
  ReadSection(reader, node, "route", kRouteFields, route);
  route.at = &node;
  route.matchers = Together({&route.match, &route.match_re, &route.new_matchers});
  route.group_by = ReadGroupBy(reader, route);
  CheckNotZero(reader, route.group_interval, route.group_interval_at, "group_interval");
  CheckNotZero(reader, route.repeat_interval, route.repeat_interval_at, "repeat_interval");
  out = std::move(route);
}

Route FinishRoute(Reader& reader, const RouteDraft& draft, const Config& config) {
  CheckRoot(reader, draft);
  return RouteBuilder(reader, config).Build(draft, Route{}, "", 0);
}

void ReadValue(Reader& reader, const YamlNode& node, InhibitRule& out) {
  InhibitText rule;
  const SeenKeys seen = ReadSection(reader, node, "inhibit_rule", kInhibitFields, rule);
  rule.source = Together({&rule.source_match, &rule.source_match_re, &rule.source_matchers});
  rule.target = Together({&rule.target_match, &rule.target_match_re, &rule.target_matchers});
  if (std::ranges::find(rule.equal, "") != rule.equal.end()) {
    reader.Error(*seen.Find("equal"), "a label name cannot be empty");
  }
  std::ranges::sort(rule.equal);
  const auto rest = std::ranges::unique(rule.equal);
  rule.equal.erase(rest.begin(), rest.end());
  out = std::move(rule);
}

void AddRouteKeys(KnownKeys& known) {
  AddKnownKeys(known, "route", kRouteFields);
  AddKnownKeys(known, "inhibit_rule", kInhibitFields);
}

}  // namespace warden
