// SPDX-License-Identifier: Apache-2.0
#include "promql/report/baseline.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <tuple>

namespace promql::report {
namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::UTF8<>>;

std::string_view TextOf(const rapidjson::Value& object, const char* key) {
  const auto found = object.FindMember(key);
  if (found == object.MemberEnd() || !found->value.IsString()) return {};
  return {found->value.GetString(), found->value.GetStringLength()};
}

void Field(Json& json, const char* key, std::string_view value) {
  json.Key(key);
  json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

}  // namespace

Baseline Baseline::Of(const std::vector<Finding>& findings) {
  Baseline baseline;
  for (const Finding& finding : findings) {
    Entry& entry = baseline.entries_[finding.fingerprint];
    entry.id = finding.id;
    entry.file = finding.file;
    entry.rule = finding.rule;
    ++entry.count;
  }
  return baseline;
}

std::expected<Baseline, std::string> Baseline::Parse(std::string_view text) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(text.data(),
                                                                                     text.size());
  if (json.HasParseError()) {
    return std::unexpected("no JSON at byte " + std::to_string(json.GetErrorOffset()) + ": " +
                           rapidjson::GetParseError_En(json.GetParseError()));
  }
  const bool is_ours = json.IsObject() && json.HasMember("version") && json["version"].IsInt() &&
                       json.HasMember("findings") && json["findings"].IsArray();
  if (!is_ours) return std::unexpected("no baseline: `version` and `findings` are wanted");
  if (json["version"].GetInt() != 1) {
    return std::unexpected("a baseline of version " + std::to_string(json["version"].GetInt()) +
                           ", which this program does not know");
  }
  Baseline baseline;
  for (const auto& item : json["findings"].GetArray()) {
    const std::string_view fingerprint = item.IsObject() ? TextOf(item, "fingerprint") : "";
    if (fingerprint.empty()) return std::unexpected("a finding without `fingerprint`");
    const auto count = item.FindMember("count");
    const bool has_count = count != item.MemberEnd() && count->value.IsUint();
    Entry& entry = baseline.entries_[std::string(fingerprint)];
    entry.id = TextOf(item, "id");
    entry.file = TextOf(item, "file");
    entry.rule = TextOf(item, "rule");
    entry.count += has_count ? count->value.GetUint() : 1;
  }
  return baseline;
}

std::string Baseline::Write() const {
  std::vector<const std::pair<const std::string, Entry>*> order;
  for (const auto& one : entries_) order.push_back(&one);
  std::ranges::sort(order, [](const auto* a, const auto* b) {
    return std::tie(a->second.file, a->second.rule, a->second.id, a->first) <
           std::tie(b->second.file, b->second.rule, b->second.id, b->first);
  });
  std::string text = "{\"version\":1,\"findings\":[";
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto& [fingerprint, entry] = *order[i];
    rapidjson::StringBuffer buffer;
    Json json(buffer);
    json.StartObject();
    Field(json, "file", entry.file);
    Field(json, "rule", entry.rule);
    Field(json, "id", entry.id);
    Field(json, "fingerprint", fingerprint);
    if (entry.count != 1) {
      json.Key("count");
      json.Uint64(entry.count);
    }
    json.EndObject();
    text += i == 0 ? "\n" : ",\n";
    text.append(buffer.GetString(), buffer.GetSize());
  }
  return text + "\n]}\n";
}

std::size_t Baseline::TakeKnown(std::vector<Finding>& findings) const {
  std::map<std::string_view, std::size_t> seen;
  return std::erase_if(findings, [&](const Finding& finding) {
    const auto known = entries_.find(finding.fingerprint);
    return known != entries_.end() && ++seen[known->first] <= known->second.count;
  });
}

Baseline Baseline::Pruned(const std::vector<Finding>& findings) const {
  const Baseline now = Of(findings);
  Baseline pruned;
  for (const auto& [fingerprint, entry] : entries_) {
    const auto found = now.entries_.find(fingerprint);
    if (found == now.entries_.end()) continue;
    Entry& kept = pruned.entries_[fingerprint];
    kept = found->second;  // the file may be called otherwise by now
    kept.count = std::min(entry.count, found->second.count);
  }
  return pruned;
}

std::size_t Baseline::size() const {
  std::size_t size = 0;
  for (const auto& [fingerprint, entry] : entries_) size += entry.count;
  return size;
}

}  // namespace promql::report
