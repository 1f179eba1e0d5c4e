// SPDX-License-Identifier: Apache-2.0
// promwarden-lint graph: which rules read what others record, for Graphviz, Mermaid and programs.
#include <set>

#include "promql/cli/file_io.h"
#include "promql/cli/rule_loader.h"
#include "promql/cli/verbs.h"
#include "promql/lint/graph.h"
#include "promql/report/json_writer.h"
#include "promql/report/text.h"

namespace promql::cli {
namespace {

using lint::RuleContext;
using lint::RuleGraph;

std::string Quoted(std::string_view text, bool is_mermaid) {
  std::string out = "\"";
  for (const char c : report::OneLine(text)) {
    if (c == '"') {
      out += is_mermaid ? "#quot;" : "\\\"";
    } else if (c == '\\' && !is_mermaid) {
      out += "\\\\";
    } else if (is_mermaid && (c == '<' || c == '>' || c == '&' || c == '#')) {
      out += c == '<' ? "#lt;" : c == '>' ? "#gt;" : c == '&' ? "#amp;" : "#35;";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// Rules that nothing connects say nothing in a picture.
std::set<std::size_t> Connected(const RuleGraph& graph) {
  std::set<std::size_t> connected;
  for (const RuleGraph::Edge& edge : graph.edges) {
    connected.insert(edge.reader);
    connected.insert(edge.producer);
  }
  return connected;
}

std::string Dot(const RuleGraph& graph) {
  std::string out =
      "digraph rules {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n";
  for (const std::size_t i : Connected(graph)) {
    const RuleContext& rule = *graph.rules[i];
    out += "  r" + std::to_string(i) + " [label=" + Quoted(rule.name(), false) +
           (rule.is_alert() ? ", style=rounded" : "") +
           ", tooltip=" + Quoted(rule.file().path(), false) + "];\n";
  }
  for (const RuleGraph::Edge& edge : graph.edges) {
    out += "  r" + std::to_string(edge.producer) + " -> r" + std::to_string(edge.reader) + ";\n";
  }
  return out + "}\n";
}

std::string Mermaid(const RuleGraph& graph) {
  std::string out = "graph LR\n";
  for (const std::size_t i : Connected(graph)) {
    const RuleContext& rule = *graph.rules[i];
    const std::string label = Quoted(rule.name(), true);
    out += "  r" + std::to_string(i) + (rule.is_alert() ? "(" + label + ")" : "[" + label + "]") +
           "\n";
  }
  for (const RuleGraph::Edge& edge : graph.edges) {
    out += "  r" + std::to_string(edge.producer) + " --> r" + std::to_string(edge.reader) + "\n";
  }
  return out;
}

std::string Json(const RuleGraph& graph) {
  report::JsonWriter json(report::JsonWriter::Shape::kPretty);
  json.StartObject();
  json.StartArray("rules");
  for (const RuleContext* const rule : graph.rules) {
    json.StartObject();
    json.Field("kind", rule->is_alert() ? "alert" : "record");
    json.Field("name", rule->name());
    json.Field("group", rule->group().group().name.value);
    json.Field("file", rule->file().path());
    json.Field("line", rule->file().file().lines.LineAt(rule->rule().source.begin));
    json.EndObject();
  }
  json.EndArray();
  json.StartArray("reads");
  for (const RuleGraph::Edge& edge : graph.edges) {
    json.StartObject();
    json.Field("reader", std::uint64_t{edge.reader});
    json.Field("producer", std::uint64_t{edge.producer});
    json.Field("metric", edge.metric);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.Take();
}

class GraphVerb final : public Verb {
 public:
  CLI::App* Declare(CLI::App& program) override {
    CLI::App* const verb =
        program.add_subcommand("graph", "Show which rules read what others record");
    flags_.Declare(*verb);
    verb->add_option("--format", format_, "dot (the default), mermaid or json")
        ->check(CLI::IsMember({"dot", "mermaid", "json"}));
    return verb;
  }

  int Run() override {
    const LoadedConfig loaded = LoadConfig(flags_);
    if (loaded.exit_code != kSuccess) return loaded.exit_code;
    const LoadedRules rules = LoadRules(flags_, *loaded.config);
    for (const report::Unread& unread : rules.unread) {
      Complain("could not read " + unread.file + ": " + unread.message);
    }
    const RuleGraph graph = GraphOf(*rules.project);
    const std::string text = format_ == "json"      ? Json(graph)
                             : format_ == "mermaid" ? Mermaid(graph)
                                                    : Dot(graph);
    return WriteStdout(text) && rules.unread.empty() ? kSuccess : kCannotRun;
  }

 private:
  RuleFlags flags_;
  std::string format_ = "dot";
};

}  // namespace

std::unique_ptr<Verb> MakeGraphVerb() { return std::make_unique<GraphVerb>(); }

}  // namespace promql::cli
