// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/entries.h"

#include <unordered_map>
#include <utility>

namespace promql::rulefile {
namespace {

class EntryList {
 public:
  explicit EntryList(const Report& report) : report_(report) {}

  void Add(const Node& mapping, Source inherited) {
    std::vector<Item> merges;
    std::unordered_map<std::string_view, Source> own;
    for (std::size_t i = 0; i + 1 < mapping.items.size(); i += 2) {
      const Item& key = mapping.items[i];
      if (key.node->kind != Node::Kind::kScalar) {
        report_(ProblemClass::kType, key.node->text.source,
                "a key must be text, found " + std::string(Described(*key.node)), {});
        continue;
      }
      const Text text = TextOf(key, inherited);
      if (!key.node->wrong_tag.empty()) {
        report_(ProblemClass::kTag, text.source,
                "the tag `" + std::string(key.node->wrong_tag) + "` does not fit what stands here",
                {});
      }
      const auto [first, is_new] = own.emplace(text.value, text.source);
      if (!is_new) {
        report_(ProblemClass::kDuplicateKey, text.source,
                "key `" + std::string(text.value) + "` stands here twice", {first->second});
        continue;
      }
      const Item& value = mapping.items[i + 1];
      if (key.node->is_merge_key) {
        merges.push_back(value);
      } else if (text.type != YamlType::kNull && !IsTaken(text.value)) {
        taken_.emplace(text.value, true);
        const Source alias = inherited.empty() ? value.alias : inherited;
        entries_.push_back({text, value, alias});
      }
    }
    for (const Item& merge : merges) Merge(merge, inherited);
  }

  std::vector<Entry> Take() { return std::move(entries_); }

 private:
  bool IsTaken(std::string_view key) const { return taken_.contains(key); }

  void Merge(const Item& merge, Source inherited) {
    const Source alias = inherited.empty() ? merge.alias : inherited;
    if (merge.node->kind == Node::Kind::kMapping) return Add(*merge.node, alias);
    if (merge.node->kind == Node::Kind::kSequence && merge.alias.empty()) {
      for (const Item& item : merge.node->items) {
        if (item.node->kind != Node::Kind::kMapping) return Refuse(item);
        Add(*item.node, alias.empty() ? item.alias : alias);
      }
      return;
    }
    Refuse(merge);
  }

  void Refuse(const Item& item) {
    const Source place = item.alias.empty() ? item.node->text.source : item.alias;
    report_(ProblemClass::kMerge, place,
            "a merge key needs a mapping or a list of mappings, found " +
                std::string(Described(*item.node)),
            {});
  }

  const Report& report_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, bool> taken_;
};

}  // namespace

std::vector<Entry> EntriesOf(const Node& mapping, Source inherited, const Report& report) {
  EntryList list(report);
  list.Add(mapping, inherited);
  return list.Take();
}

Text TextOf(const Item& item, Source inherited) {
  Text text = item.node->text;
  text.alias = inherited.empty() ? item.alias : inherited;
  return text;
}

std::string_view Described(const Node& node) {
  if (node.kind == Node::Kind::kSequence) return "a list";
  if (node.kind == Node::Kind::kMapping) return "a mapping";
  return Described(node.text.type);
}

const Item* Find(const Node& mapping, std::string_view key) {
  if (mapping.kind != Node::Kind::kMapping) return nullptr;
  for (std::size_t i = 0; i + 1 < mapping.items.size(); i += 2) {
    const Node& name = *mapping.items[i].node;
    if (name.kind == Node::Kind::kScalar && name.text.value == key) return &mapping.items[i + 1];
  }
  return nullptr;
}

}  // namespace promql::rulefile
