// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/containers.h"

#include <algorithm>
#include <array>

#include "promql/rulefile/entries.h"

namespace promql::rulefile {
namespace {

constexpr int kMaxLists = 8;  // of Lists in Lists

struct ResourceKind {
  std::string_view kind;
  Schema schema;  // with `--schema auto`
};

constexpr auto kResourceKinds = std::to_array<ResourceKind>({
    {"PrometheusRule", Schema::kThanos},
    {"VMRule", Schema::kVictoriaMetrics},
    {"Rules", Schema::kPrometheus},
    {"ClusterRules", Schema::kPrometheus},
    {"GlobalRules", Schema::kPrometheus},
});

Text TextAt(const Node& mapping, std::string_view key) {
  const Item* item = Find(mapping, key);
  const bool is_text = item != nullptr && item->node->kind == Node::Kind::kScalar;
  return is_text ? TextOf(*item, {}) : Text{};
}

Origin OriginOf(const Node& resource, Origin::Kind kind, std::uint32_t number) {
  Origin origin;
  origin.kind = kind;
  origin.document = number;
  origin.resource_kind = TextAt(resource, "kind");
  if (const Item* metadata = Find(resource, "metadata")) {
    origin.resource_namespace = TextAt(*metadata->node, "namespace");
    origin.resource_name = TextAt(*metadata->node, "name");
  }
  return origin;
}

// Whether a text is meant as a rule file: `groups` is a key at its top.
bool LooksLikeRules(std::string_view text) {
  for (const std::string_view key : {"groups:", "\"groups\":", "'groups':", "{groups:"}) {
    for (std::size_t at = text.find(key); at != std::string_view::npos;
         at = text.find(key, at + 1)) {
      if (at == 0 || text[at - 1] == '\n' || text[at - 1] == '{') return true;
    }
  }
  return false;
}

using Visit = std::function<void(const RuleHolder&)>;

void VisitConfigMap(const Node& resource, Schema schema, std::uint32_t number, const Visit& visit) {
  const Item* data = Find(resource, "data");
  if (data == nullptr || data->node->kind != Node::Kind::kMapping) return;
  for (std::size_t i = 0; i + 1 < data->node->items.size(); i += 2) {
    const Item& key = data->node->items[i];
    const Item& value = data->node->items[i + 1];
    const bool is_text = key.node->kind == Node::Kind::kScalar &&
                         value.node->kind == Node::Kind::kScalar &&
                         LooksLikeRules(value.node->text.value);
    if (!is_text) continue;
    RuleHolder holder;
    holder.text = TextOf(value, {});
    holder.origin = OriginOf(resource, Origin::Kind::kConfigMap, number);
    holder.origin.key = TextOf(key, {});
    holder.schema = schema == Schema::kAuto ? Schema::kPrometheus : schema;
    visit(holder);
  }
}

void VisitResource(const Item& item, Schema schema, std::uint32_t number, int depth,
                   const Visit& visit) {
  const Node& node = *item.node;
  const Text kind = TextAt(node, "kind");
  if (kind.value == "ConfigMap") return VisitConfigMap(node, schema, number, visit);
  if (kind.value.ends_with("List") && depth < kMaxLists) {
    const Item* items = Find(node, "items");
    if (items == nullptr || items->node->kind != Node::Kind::kSequence) return;
    for (const Item& one : items->node->items) {
      if (one.node->kind == Node::Kind::kMapping)
        VisitResource(one, schema, number, depth + 1, visit);
    }
    return;
  }
  const auto known = std::ranges::find(kResourceKinds, kind.value, &ResourceKind::kind);
  const Item* spec = Find(node, "spec");
  if (known == kResourceKinds.end() || spec == nullptr) return;
  RuleHolder holder;
  holder.rules = *spec;
  holder.origin = OriginOf(node, Origin::Kind::kResource, number);
  holder.schema = schema == Schema::kAuto ? known->schema : schema;
  visit(holder);
}

}  // namespace

void ForEachHolder(const Item& document, Schema schema, std::uint32_t number, const Visit& visit) {
  const bool is_resource = document.node->kind == Node::Kind::kMapping &&
                           !TextAt(*document.node, "kind").empty() && schema != Schema::kPrometheus;
  if (is_resource) return VisitResource(document, schema, number, 0, visit);
  RuleHolder holder;
  holder.rules = document;
  holder.origin.document = number;
  holder.schema = schema == Schema::kAuto ? Schema::kPrometheus : schema;
  visit(holder);
}

}  // namespace promql::rulefile
