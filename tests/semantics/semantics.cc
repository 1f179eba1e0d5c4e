// SPDX-License-Identifier: Apache-2.0
// semantics --json: reads questions from standard input, one JSON object a line, and writes one
// answer a line.
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <chrono>
#include <expected>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "promql/model/duration.h"
#include "promql/model/matcher.h"
#include "server/base/clock.h"
#include "server/config/load.h"
#include "server/config/sections.h"
#include "server/triage/inhibit_index.h"
#include "server/triage/route.h"

namespace warden {
namespace {

using Json = rapidjson::Value;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;
// What is written behind `"ok":true`, or why there is no answer.
using Answer = std::expected<void, std::string>;

std::string_view View(const Json& text) { return {text.GetString(), text.GetStringLength()}; }

std::string_view Member(const Json& question, const char* name) {
  const auto found = question.FindMember(name);
  return found != question.MemberEnd() && found->value.IsString() ? View(found->value)
                                                                  : std::string_view{};
}

std::vector<const Json*> Items(const Json& question, const char* name) {
  std::vector<const Json*> items;
  const auto found = question.FindMember(name);
  if (found == question.MemberEnd() || !found->value.IsArray()) return items;
  for (const Json& item : found->value.GetArray()) items.push_back(&item);
  return items;
}

promql::LabelSet Labels(const Json& object) {
  promql::LabelSet labels;
  for (const auto& member : object.GetObject()) labels.Set(View(member.name), View(member.value));
  return labels;
}

void Text(Writer& out, std::string_view text) {
  out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void Object(Writer& out, const promql::LabelSet& labels) {
  out.StartObject();
  for (const auto& [name, value] : labels) {
    out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    Text(out, value);
  }
  out.EndObject();
}

template <class List>
void Texts(Writer& out, const List& list) {
  out.StartArray();
  for (const auto& text : list) Text(out, text);
  out.EndArray();
}

promql::MatcherGrammar Grammar(std::string_view mode) {
  if (mode == "utf8") return promql::MatcherGrammar::kUtf8;
  return mode == "classic" ? promql::MatcherGrammar::kClassic : promql::MatcherGrammar::kFallback;
}

std::expected<promql::Matchers, std::string> ReadMatchers(const Json& question) {
  const auto grammar = Grammar(Member(question, "mode"));
  const auto single = question.FindMember("single");
  if (single == question.MemberEnd() || !single->value.IsTrue()) {
    auto matchers = promql::ParseMatchers(Member(question, "text"), grammar);
    if (!matchers) return std::unexpected(matchers.error().message);
    return *std::move(matchers);
  }
  auto matcher = promql::ParseMatcher(Member(question, "text"), grammar);
  if (!matcher) return std::unexpected(matcher.error().message);
  return promql::Matchers{*std::move(matcher)};
}

Answer AnswerMatchers(const Json& question, Writer& out) {
  const auto matchers = ReadMatchers(question);
  if (!matchers) return std::unexpected(matchers.error());
  out.Key("matchers");
  out.StartArray();
  for (const promql::Matcher& matcher : *matchers) {
    out.StartObject();
    out.Key("name");
    Text(out, matcher.name());
    out.Key("op");
    Text(out, promql::Text(matcher.op()));
    out.Key("value");
    Text(out, matcher.value());
    out.EndObject();
  }
  out.EndArray();
  out.Key("canonical");
  Text(out, promql::Canonical(*matchers));
  out.Key("matches");
  out.StartArray();
  for (const Json* labels : Items(question, "labels"))
    out.Bool(promql::MatchesAll(*matchers, Labels(*labels)));
  out.EndArray();
  return {};
}

Answer AnswerDurations(const Json& question, Writer& out) {
  const auto duration = promql::ParseDuration(Member(question, "text"));
  if (!duration) return std::unexpected("not a duration");
  out.Key("ms");
  out.Int64(duration->count());
  out.Key("canonical");
  Text(out, promql::FormatDuration(*duration));
  return {};
}

std::expected<Config, std::string> Load(const std::string& yaml) {
  auto loaded = LoadConfig(yaml, "question.yml");
  if (!loaded) return std::unexpected(Format(loaded.error()));
  return std::move(loaded->config);
}

// A document that is a part of a configuration.
template <class T>
std::expected<T, std::string> LoadPart(std::string_view yaml) {
  Reader reader("question.yml", yaml);
  const auto document = YamlDocument::Parse(yaml);
  if (!document) return std::unexpected(document.error().message);
  T part{};
  if (document->root() == nullptr) return part;
  ReadValue(reader, *document->root(), part);
  if (!reader.errors().empty()) return std::unexpected(Format(reader.TakeErrors()));
  return part;
}

Answer AnswerIntervals(const Json& question, Writer& out) {
  const auto interval = LoadPart<TimeInterval>(Member(question, "yaml"));
  if (!interval) return std::unexpected(interval.error());
  out.Key("contains");
  out.StartArray();
  for (const Json* text : Items(question, "at")) {
    const auto at = ParseRfc3339(View(*text));
    if (!at) return std::unexpected("not an instant");
    out.Bool(interval->Contains(*at));
  }
  out.EndArray();
  return {};
}

double Seconds(std::chrono::milliseconds duration) {
  return static_cast<double>(duration.count()) / 1000;
}

void WriteRoute(Writer& out, const Route& route, const promql::LabelSet& labels) {
  const promql::LabelSet group = GroupLabels(route, labels);
  out.StartObject();
  out.Key("receiver");
  Text(out, route.receiver);
  out.Key("group_by");
  if (route.group_by.is_all) {
    out.String("all");
  } else {
    Texts(out, route.group_by.labels);
  }
  out.Key("group_wait");
  out.Double(Seconds(route.group_wait));
  out.Key("group_interval");
  out.Double(Seconds(route.group_interval));
  out.Key("repeat_interval");
  out.Double(Seconds(route.repeat_interval));
  out.Key("mute_time_intervals");
  Texts(out, route.mute_time_intervals);
  out.Key("active_time_intervals");
  Texts(out, route.active_time_intervals);
  out.Key("route_labels");
  Object(out, route.labels);
  out.Key("group_labels");
  Object(out, group);
  out.Key("route_key");
  Text(out, route.route_key);
  out.Key("route_id");
  Text(out, route.route_id);
  out.Key("group_key");
  Text(out, GroupKey(route, group));
  out.EndObject();
}

Answer AnswerRoutes(const Json& question, Writer& out) {
  const auto config = Load(std::string(Member(question, "yaml")));
  if (!config) return std::unexpected(config.error());
  out.Key("routes");
  out.StartArray();
  for (const Json* item : Items(question, "labels")) {
    const promql::LabelSet labels = Labels(*item);
    out.StartArray();
    for (const Route* route : MatchRoutes(config->route, labels)) WriteRoute(out, *route, labels);
    out.EndArray();
  }
  out.EndArray();
  return {};
}

struct InhibitRules {
  std::vector<InhibitRule> inhibit_rules;
};

constexpr Field<InhibitRules> kInhibitFields[] = {
    {"inhibit_rules", SetList<&InhibitRules::inhibit_rules>}};

void ReadValue(Reader& reader, const YamlNode& node, InhibitRules& out) {
  ReadSection(reader, node, "document", kInhibitFields, out);
}

Answer AnswerInhibit(const Json& question, Writer& out) {
  const auto rules = LoadPart<InhibitRules>(Member(question, "yaml"));
  if (!rules) return std::unexpected(rules.error());
  const auto alerts = Items(question, "alerts");
  InhibitIndex index(rules->inhibit_rules);
  std::int64_t next_id = 1;
  for (const Json* alert : alerts) {
    const AlertId id{next_id++};
    if (Member(*alert, "status") == "firing") index.Add(id, Labels((*alert)["labels"]));
  }
  out.Key("inhibited");
  out.StartArray();
  for (const Json* alert : alerts) {
    const auto causes = index.FindAll(Labels((*alert)["labels"]));
    out.StartObject();
    out.Key("inhibited");
    out.Bool(!causes.empty());
    out.Key("by");
    out.StartArray();
    for (const InhibitedBy& cause : causes) {
      out.StartObject();
      out.Key("rule");
      out.Uint64(cause.rule);
      out.Key("sources");
      out.StartArray();
      for (const AlertId source : cause.sources) out.Int64(source.value - 1);
      out.EndArray();
      out.EndObject();
    }
    out.EndArray();
    out.EndObject();
  }
  out.EndArray();
  return {};
}

Answer AnswerConfig(const Json& question) {
  const auto config = Load(std::string(Member(question, "yaml")));
  if (!config) return std::unexpected(config.error());
  return {};
}

Answer AnswerQuestion(const Json& question, Writer& out) {
  if (!question.IsObject()) return std::unexpected("not a question");
  const std::string_view kind = Member(question, "kind");
  if (kind == "matchers") return AnswerMatchers(question, out);
  if (kind == "durations") return AnswerDurations(question, out);
  if (kind == "intervals") return AnswerIntervals(question, out);
  if (kind == "routes") return AnswerRoutes(question, out);
  if (kind == "inhibit") return AnswerInhibit(question, out);
  if (kind == "config") return AnswerConfig(question);
  return std::unexpected("unknown kind of question");
}

std::string Answered(const std::string& line) {
  rapidjson::Document question;
  question.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
  rapidjson::StringBuffer buffer;
  Writer out(buffer);
  out.StartObject();
  out.Key("ok");
  out.Bool(true);
  const Answer answer = question.HasParseError() ? Answer(std::unexpected("not JSON"))
                                                 : AnswerQuestion(question, out);
  if (answer) {
    out.EndObject();
    return buffer.GetString();
  }
  rapidjson::StringBuffer failure;
  Writer failed(failure);
  failed.StartObject();
  failed.Key("ok");
  failed.Bool(false);
  failed.Key("error");
  Text(failed, answer.error());
  failed.EndObject();
  return failure.GetString();
}

}  // namespace
}  // namespace warden

int main(int argc, char** argv) {
  if (argc != 2 || std::string_view(argv[1]) != "--json") {
    std::cerr << "usage: semantics --json < QUESTIONS > ANSWERS\n";
    return 2;
  }
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) std::cout << warden::Answered(line) << '\n';
  return 0;
}
