// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/decode.h"

#include <algorithm>
#include <string>
#include <utility>

#include "promql/model/duration.h"
#include "promql/model/go_text.h"
#include "promql/rulefile/names.h"
#include "promql/rulefile/yaml_type.h"

namespace promql::rulefile {
namespace {

std::string Quoted(std::string_view text) {
  constexpr std::size_t kMax = 60;
  std::string out = "`";
  out += text.substr(0, kMax);
  if (text.size() > kMax) out += "...";
  return out + "`";
}

Source PlaceOf(const Item& item) {
  return item.alias.empty() ? item.node->text.source : item.alias;
}

// What to point at when something is missing: the first key.
Source HeadOf(const Node& node) {
  return node.items.empty() ? node.text.source : PlaceOf(node.items.front());
}

std::string_view ThingOf(Place place) {
  if (place == Place::kFile) return "a rule file";
  return place == Place::kGroup ? "a group" : "a rule";
}

// The problem that stands for the whole of `where`, such as a missing key.
Text MissingAt(Source where) {
  Text text;
  text.source = where;
  text.body = where.begin;
  return text;
}

}  // namespace

Decoder::Decoder(RuleFile& file, Arena& arena, const ReadOptions& options)
    : file_(file), arena_(arena), options_(options) {
  report_ = [this](ProblemClass cls, Source source, std::string message,
                   std::vector<Source> related) {
    is_rule_valid_ &= !IsRefused(cls);
    file_.problems.push_back(
        {cls, source, std::move(message), std::move(related), {}, group_, rule_});
  };
}

void Decoder::Problem(ProblemClass cls, const Text& at, std::string message,
                      std::vector<Source> related) {
  if (at.is_aliased()) related.push_back(at.alias);
  report_(cls, at.source, std::move(message), std::move(related));
}

void Decoder::DecodeFile(const Item& root, const Origin& origin, Schema schema) {
  schema_ = schema;
  origin_ = origin;
  group_names_.clear();
  const Node& node = *root.node;
  const bool is_null = node.kind == Node::Kind::kScalar && node.text.type == YamlType::kNull;
  if (is_null) return;
  if (node.kind != Node::Kind::kMapping) {
    return report_(ProblemClass::kType, PlaceOf(root),
                   "expected a mapping with `groups`, found " + std::string(Described(node)), {});
  }
  for (const Entry& entry : EntriesOf(node, root.alias, report_)) {
    if (entry.key.value != "groups") {
      const bool is_known = IsExtraKey(Place::kFile, entry.key.value, schema_);
      if (origin.kind != Origin::Kind::kResource && !is_known) UnknownKey(Place::kFile, entry);
    } else if (IsKind(entry, Node::Kind::kSequence, "a list of groups")) {
      DecodeGroups(entry.value, entry.alias);
    }
  }
}

void Decoder::DecodeGroups(const Item& list, Source inherited) {
  for (const Item& item : list.node->items) {
    const Node& node = *item.node;
    if (node.kind == Node::Kind::kMapping) {
      DecodeGroup(item, inherited.empty() ? item.alias : inherited);
    } else if (node.kind == Node::Kind::kScalar && node.text.type == YamlType::kNull) {
      report_(ProblemClass::kNullGroup, PlaceOf(item), "an empty item of `groups` is ignored", {});
    } else {
      report_(ProblemClass::kType, PlaceOf(item),
              "expected a group, found " + std::string(Described(node)), {});
    }
  }
}

void Decoder::DecodeGroup(const Item& item, Source inherited) {
  const Node& node = *item.node;
  const auto index = static_cast<std::uint32_t>(file_.groups.size());
  group_ = index;
  Group group;
  group.index = index;
  group.origin = origin_;
  group.source = node.text.source;
  group.name = MissingAt(HeadOf(node));
  const std::vector<Entry> entries = EntriesOf(node, inherited, report_);
  group.fields = KeepFields(entries);
  const Entry* rules = nullptr;
  bool is_name_unreadable = false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    const std::string_view key = entry.key.value;
    if (key == "name") {
      const auto text = ReadText(entry);
      if (text) group.name = *text;
      is_name_unreadable = !text;
    } else if (key == "interval") {
      group.interval = ReadDuration(entry);
    } else if (key == "query_offset") {
      group.query_offset = ReadDuration(entry);
    } else if (key == "limit") {
      ReadLimit(entry, group);
    } else if (key == "labels") {
      group.labels = ReadLabels(entry);
      CheckLabels(group.labels);
    } else if (key == "rules") {
      if (IsKind(entry, Node::Kind::kSequence, "a list of rules")) rules = &entry;
    } else if (IsExtraKey(Place::kGroup, key, schema_)) {
      group.extra.push_back(group.fields[i]);
    } else {
      UnknownKey(Place::kGroup, entry);
    }
  }
  if (group.name.empty() && !node.is_cut && !is_name_unreadable)
    Problem(ProblemClass::kGroupName, group.name, "a group needs a `name`");
  if (!group.name.empty()) {
    const auto [first, is_new] = group_names_.emplace(group.name.value, group.name.source);
    if (!is_new) {
      Problem(ProblemClass::kRepeatedGroup, group.name,
              "group " + Quoted(group.name.value) + " stands in this file twice", {first->second});
    }
  }
  if (rules != nullptr) DecodeRules(*rules, group, index);
  if (group.rules.empty() && !node.is_cut)
    Problem(ProblemClass::kEmptyGroup, group.name, "a group without rules does nothing");
  file_.groups.push_back(std::move(group));
  group_.reset();
}

void Decoder::DecodeRules(const Entry& list, Group& group, std::uint32_t group_index) {
  group.rules.reserve(list.value.node->items.size());
  std::uint32_t number = 0;
  for (const Item& item : list.value.node->items) {
    const Node& node = *item.node;
    group_ = group_index;
    rule_ = static_cast<std::uint32_t>(group.rules.size());
    const bool is_null = node.kind == Node::Kind::kScalar && node.text.type == YamlType::kNull;
    if (!is_null) ++number;
    if (node.kind == Node::Kind::kMapping) {
      DecodeRule(item, list.alias.empty() ? item.alias : list.alias, group);
      if (group.rules.size() > *rule_) group.rules.back().number = number;
    } else {
      rule_.reset();
      if (is_null) {
        report_(ProblemClass::kNullRule, PlaceOf(item), "an empty item of `rules` is ignored", {});
      } else {
        report_(ProblemClass::kType, PlaceOf(item),
                "expected a rule, found " + std::string(Described(node)), {});
      }
    }
    rule_.reset();
  }
}

void Decoder::DecodeRule(const Item& item, Source inherited, Group& group) {
  const Node& node = *item.node;
  if (node.is_cut) return;  // what is missing of it may be the best of it
  is_rule_valid_ = true;
  Rule rule;
  rule.index = static_cast<std::uint32_t>(group.rules.size());
  rule.source = node.text.source;
  rule.expr = MissingAt(HeadOf(node));
  bool is_expr_unreadable = false;  // what is there, but wrong, is not missing too
  bool is_name_unreadable = false;
  Text record = rule.expr;
  Text alert = rule.expr;
  const std::vector<Entry> entries = EntriesOf(node, inherited, report_);
  rule.fields = KeepFields(entries);
  for (const Entry& entry : entries) {
    const std::string_view key = entry.key.value;
    if (key == "record" || key == "alert" || key == "expr") {
      Text& target = key == "record" ? record : key == "alert" ? alert : rule.expr;
      const auto text = ReadText(entry);
      if (text) target = *text;
      (key == "expr" ? is_expr_unreadable : is_name_unreadable) |= !text;
    } else if (key == "for") {
      rule.for_ = ReadDuration(entry);
    } else if (key == "keep_firing_for") {
      rule.keep_firing_for = ReadDuration(entry);
    } else if (key == "labels") {
      rule.labels = ReadLabels(entry);
    } else if (key == "annotations") {
      rule.annotations = ReadLabels(entry);
    } else if (!IsExtraKey(Place::kRule, key, schema_)) {
      UnknownKey(Place::kRule, entry);
    }
  }
  SetName(rule, record, alert);
  if (!is_name_unreadable) CheckNames(rule, record, alert);
  if (!is_expr_unreadable) CheckExpression(rule);
  if (!record.empty()) CheckRecord(rule);
  CheckLabels(rule.labels);
  CheckAnnotations(rule.annotations);
  rule.is_valid = is_rule_valid_;
  group.rules.push_back(std::move(rule));
}

std::span<const Field> Decoder::KeepFields(const std::vector<Entry>& entries) {
  Field* fields = arena_.Array<Field>(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    const Node& node = *entry.value.node;
    Field* field = std::construct_at(fields + i);
    field->name = entry.key;
    field->source = node.text.source;
    if (node.kind == Node::Kind::kScalar) field->value = TextOf(entry.value, entry.alias);
  }
  return {fields, entries.size()};
}

bool Decoder::IsKind(const Entry& entry, Node::Kind kind, std::string_view wanted) {
  const Node& node = *entry.value.node;
  if (node.kind == kind) return true;
  if (node.kind == Node::Kind::kScalar && node.text.type == YamlType::kNull) return false;
  report_(ProblemClass::kType, PlaceOf(entry.value),
          "`" + std::string(entry.key.value) + "` must be " + std::string(wanted) + ", found " +
              std::string(Described(node)),
          {});
  return false;
}

std::optional<Text> Decoder::ReadText(const Entry& entry) {
  const Node& node = *entry.value.node;
  if (node.kind != Node::Kind::kScalar) {
    report_(ProblemClass::kType, PlaceOf(entry.value),
            Quoted(entry.key.value) + " must be text, found " + std::string(Described(node)), {});
    return std::nullopt;
  }
  const Text text = TextOf(entry.value, entry.alias);
  if (!node.wrong_tag.empty()) {
    Problem(ProblemClass::kTag, text,
            "the tag `" + std::string(node.wrong_tag) + "` does not fit what stands here");
  }
  Text result = text;
  // Null leaves the field as it was: empty.
  if (text.type == YamlType::kNull) result.value = {};
  return result;
}

std::optional<Duration> Decoder::ReadDuration(const Entry& entry) {
  const auto text = ReadText(entry);
  if (!text) return std::nullopt;
  if (text->type == YamlType::kNull) return std::nullopt;
  Duration duration;
  duration.text = *text;
  const auto value = ParseDuration(text->value);
  duration.is_valid = value.has_value();
  duration.value = value.value_or(std::chrono::milliseconds(0));
  if (value) return duration;
  const std::string message =
      text->empty() ? "an empty duration; write it like 5m or 1h30m"
                    : Quoted(text->value) + " is no duration; write it like 5m or 1h30m";
  Problem(ProblemClass::kDuration, *text, message);
  const auto go = ParseGoDuration(text->value);
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(
      go.value_or(std::chrono::nanoseconds(0)));
  if (whole.count() > 0) file_.problems.back().suggestion = FormatDuration(whole);
  return duration;
}

std::vector<Label> Decoder::ReadLabels(const Entry& entry) {
  std::vector<Label> labels;
  if (!IsKind(entry, Node::Kind::kMapping, "a mapping of names to texts")) return labels;
  const std::vector<Entry> entries = EntriesOf(*entry.value.node, entry.alias, report_);
  labels.reserve(entries.size());
  for (const Entry& one : entries) {
    if (const auto value = ReadText(one)) labels.push_back({one.key, *value});
  }
  return labels;
}

void Decoder::ReadLimit(const Entry& entry, Group& group) {
  const Node& node = *entry.value.node;
  const Text text = TextOf(entry.value, entry.alias);
  const bool is_number = node.kind == Node::Kind::kScalar && node.wrong_tag.empty() &&
                         (text.type == YamlType::kInteger || text.type == YamlType::kFloat);
  if (node.kind == Node::Kind::kScalar && text.type == YamlType::kNull) return;
  if (is_number) group.limit = ReadInteger(text.value);
  if (group.limit) return;
  Problem(ProblemClass::kType, text,
          "`limit` must be a whole number, found " +
              std::string(is_number ? "one that is too large" : Described(node)));
  const bool is_quoted = node.kind == Node::Kind::kScalar && text.type == YamlType::kString;
  if (is_quoted && TypeOfPlain(text.value) == YamlType::kInteger)
    file_.problems.back().suggestion = text.value;
}

void Decoder::UnknownKey(Place place, const Entry& entry) {
  const std::string_view key = entry.key.value;
  std::string message = Quoted(key) + " is no key of " + std::string(ThingOf(place));
  const KeyOwner owner = OwnerOf(place, key);
  if (!owner.name.empty()) {
    message += " of Prometheus; " + std::string(owner.name) + " has it (`--schema " +
               std::string(owner.schema) + "`)";
    return Problem(ProblemClass::kUnknownField, entry.key, std::move(message));
  }
  const std::string_view nearest = Nearest(key, KnownKeys(place));
  for (const Place other : {Place::kRule, Place::kGroup}) {
    const auto keys = KnownKeys(other);
    const bool is_elsewhere =
        nearest.empty() && other != place && std::ranges::count(keys, key) > 0;
    if (is_elsewhere) message += "; it is one of " + std::string(ThingOf(other));
  }
  if (!nearest.empty()) message += ", did you mean `" + std::string(nearest) + "`?";
  Problem(ProblemClass::kUnknownField, entry.key, std::move(message));
  file_.problems.back().suggestion = nearest;
}

void Decoder::CheckLabels(const std::vector<Label>& labels) {
  for (const Label& label : labels) {
    if (label.name.value == "__name__") {
      Problem(ProblemClass::kLabelName, label.name, "a rule cannot set the label `__name__`");
    } else if (!IsLabelName(label.name.value, options_.names)) {
      Problem(ProblemClass::kLabelName, label.name, Quoted(label.name.value) + " is no label name");
    }
    if (!IsValidUtf8(label.value.value))
      Problem(ProblemClass::kLabelValue, label.value, "a label value must be valid UTF-8");
  }
}

void Decoder::CheckAnnotations(const std::vector<Label>& annotations) {
  for (const Label& annotation : annotations) {
    if (IsLabelName(annotation.name.value, options_.names)) continue;
    Problem(ProblemClass::kAnnotationName, annotation.name,
            Quoted(annotation.name.value) + " is no annotation name");
  }
}

void Decoder::SetName(Rule& rule, const Text& record, const Text& alert) {
  const bool is_record = alert.empty() && (!record.empty() || !alert.is_present);
  rule.kind = is_record && record.is_present ? RuleKind::kRecord : RuleKind::kAlert;
  rule.name = rule.kind == RuleKind::kRecord ? record : alert;
}

void Decoder::CheckNames(const Rule& rule, const Text& record, const Text& alert) {
  if (!record.empty() && !alert.empty()) {
    Problem(ProblemClass::kRecordAndAlert, record, "a rule has `record` or `alert`, not both",
            {alert.source});
  }
  if (record.empty() && alert.empty())
    Problem(ProblemClass::kNoName, rule.name, "a rule needs `alert` or `record`");
}

void Decoder::CheckExpression(Rule& rule) {
  if (rule.expr.empty())
    return Problem(ProblemClass::kMissingExpr, rule.expr, "a rule needs `expr`");
  auto expression = ParseExpression(rule.expr.value, options_.expressions);
  if (expression) {
    rule.expression = std::move(*expression);
    return;
  }
  if (schema_ == Schema::kVictoriaMetrics) return;
  for (SyntaxError& error : expression.error()) {
    Problem(ProblemClass::kPromql, rule.expr, std::move(error.message));
    file_.problems.back().source = rule.expr.SourceOf(error.span);
  }
}

// Of a rule with a `record`, even where an `alert` stands too.
void Decoder::CheckRecord(const Rule& rule) {
  const auto refuse = [&](ProblemClass cls, std::string_view key) {
    const Field* field = rule.Find(key);
    if (field == nullptr) return;
    Problem(cls, field->name, "a recording rule cannot have " + Quoted(key));
  };
  if (rule.for_ && rule.for_->value.count() != 0) refuse(ProblemClass::kRecordingFor, "for");
  if (rule.keep_firing_for && rule.keep_firing_for->value.count() != 0)
    refuse(ProblemClass::kRecordingKeepFiringFor, "keep_firing_for");
  if (!rule.annotations.empty()) refuse(ProblemClass::kRecordingAnnotations, "annotations");
  const Field* field = rule.Find("record");
  if (field == nullptr) return;
  const std::string_view name = field->value.value;
  if (!IsMetricName(name, options_.names)) {
    Problem(ProblemClass::kRecordName, field->value, Quoted(name) + " is no metric name");
  } else if (name.find_first_of("{}") != std::string_view::npos) {
    Problem(ProblemClass::kRecordName, field->value,
            "a recording rule's name cannot have braces; matchers belong in `expr`");
  }
}

}  // namespace promql::rulefile
