// SPDX-License-Identifier: Apache-2.0
// What promql/analysis claims of expressions, one JSON string a line, so that it can be held
// against what Prometheus answers (analysis_facts.py). A line `["expression", {"label": "value"}]`
// asks for the expression narrowed to an alert's labels instead.
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <iostream>
#include <string>

#include "promql/analysis/alert.h"
#include "promql/analysis/facts.h"
#include "promql/syntax/number.h"
#include "promql/syntax/parser.h"
#include "promql/syntax/printer.h"

namespace promql::analysis {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void Write(Writer& json, std::string_view text) {
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

// As text: JSON has no infinity.
void WriteNumber(Writer& json, double value) {
  std::string text;
  AppendNumber(value, text);
  Write(json, text);
}

void WriteBranch(Writer& json, const LabelBranch& branch) {
  json.StartObject();
  json.Key("open");
  json.Bool(branch.is_open);
  json.Key("labels");
  json.StartObject();
  for (const LabelFact& fact : branch.labels) {
    Write(json, fact.name);
    json.StartArray();
    json.Int(static_cast<int>(fact.presence));
    for (const ValueConstraint& constraint : fact.values) {
      json.StartArray();
      Write(json, Text(constraint.op));
      Write(json, constraint.value);
      json.EndArray();
    }
    json.EndArray();
  }
  json.EndObject();
  json.EndObject();
}

void WriteNode(Writer& json, const Facts& facts, Tree::Id id) {
  const Expr& expr = *facts.tree.nodes()[id];
  const ValueFact& value = facts.values.Of(id);
  const Interval& interval = value.proven.interval;
  json.StartObject();
  json.Key("text");
  Write(json, Print(expr));
  json.Key("type");
  Write(json, Text(expr.type));
  json.Key("branches");
  json.StartArray();
  for (const LabelBranch& branch : facts.labels.Of(id).branches) WriteBranch(json, branch);
  json.EndArray();
  json.Key("interval");
  json.StartArray();
  WriteNumber(json, interval.lo);
  WriteNumber(json, interval.hi);
  for (const bool flag : {interval.lo_is_open, interval.hi_is_open, interval.is_integer,
                          interval.may_be_nan, value.is_never_empty}) {
    json.Bool(flag);
  }
  json.EndArray();
  json.EndObject();
}

void WriteFacts(Writer& json, const Expression& expression) {
  const Facts facts(expression.root());
  json.StartObject();
  json.Key("nodes");
  json.StartArray();
  for (Tree::Id id = 0; id < facts.tree.size(); ++id) WriteNode(json, facts, id);
  json.EndArray();
  json.Key("comparisons");
  json.StartArray();
  for (const ComparisonFact& fact : facts.values.comparisons()) {
    json.StartArray();
    json.Uint(facts.tree.IdOf(*fact.expr));
    json.Bool(fact.outcome == ComparisonFact::Outcome::kAlwaysTrue);
    json.Bool(fact.is_proven);
    json.EndArray();
  }
  json.EndArray();
  json.Key("joins");
  json.StartArray();
  for (const JoinFact& fact : facts.joins) {
    json.StartArray();
    json.Uint(facts.tree.IdOf(*fact.expr));
    json.Int(static_cast<int>(fact.finding));
    json.Bool(fact.is_proven);
    json.EndArray();
  }
  json.EndArray();
  json.EndObject();
}

void Reply(Writer& json, const rapidjson::Document& question) {
  const rapidjson::Value& text = question.IsArray() ? question[0] : question;
  const auto expression = ParseExpression({text.GetString(), text.GetStringLength()});
  if (!expression) {
    Write(json, "error: " + expression.error().front().message);
  } else if (question.IsArray()) {
    LabelSet labels;
    for (const auto& label : question[1].GetObject()) {
      labels.Set(label.name.GetString(), label.value.GetString());
    }
    Write(json, Narrowed(expression->root(), expression->text(), labels));
  } else {
    WriteFacts(json, *expression);
  }
}

}  // namespace
}  // namespace promql::analysis

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    rapidjson::Document question;
    question.Parse(line.data(), line.size());
    rapidjson::StringBuffer out;
    promql::analysis::Writer json(out);
    promql::analysis::Reply(json, question);
    std::cout << out.GetString() << std::endl;
  }
}
