// SPDX-License-Identifier: Apache-2.0
// promwarden-lint list-checks and explain: what is looked at, and why.
#include <algorithm>
#include <iostream>
#include <sstream>

#include "promql/cli/file_io.h"
#include "promql/cli/rule_loader.h"
#include "promql/cli/verbs.h"
#include "promql/lint/check.h"
#include "promql/lint/directives.h"
#include "promql/report/json_writer.h"
#include "promql/report/text.h"

namespace promql::cli {
namespace {

std::string_view Text(lint::FixKind fix) {
  switch (fix) {
    case lint::FixKind::kNone:
      return "none";
    case lint::FixKind::kSuggestion:
      return "suggestion";
    case lint::FixKind::kSafe:
      return "safe";
  }
  return "none";
}

std::vector<std::string> Words(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string Json() {
  report::JsonWriter json(report::JsonWriter::Shape::kPretty);
  json.StartArray();
  for (const lint::CheckInfo& check : lint::AllChecks()) {
    json.StartObject();
    json.Field("id", check.id);
    json.Field("severity", lint::Text(check.severity));
    json.Field("confidence", lint::Text(check.confidence));
    json.Field("fix", Text(check.fix));
    json.Field("summary", check.summary);
    json.StartArray("aliases");
    for (const std::string& alias : Words(check.aliases)) json.String(alias);
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
  return json.Take();
}

std::string Padded(std::string_view text, std::size_t width) {
  std::string padded(text);
  padded.resize(std::max(width, text.size()) + 2, ' ');
  return padded;
}

std::string Table() {
  std::size_t width = 0;
  for (const lint::CheckInfo& check : lint::AllChecks()) width = std::max(width, check.id.size());
  std::string text;
  for (const lint::CheckInfo& check : lint::AllChecks()) {
    text += Padded(check.id, width) + Padded(lint::Text(check.severity), 7) +
            Padded(lint::Text(check.confidence), 9);
    text.append(check.summary).push_back('\n');
  }
  return text;
}

class ListChecksVerb final : public Verb {
 public:
  CLI::App* Declare(CLI::App& program) override {
    CLI::App* const verb = program.add_subcommand(
        "list-checks", "List all checks: id, severity, confidence, what they find");
    verb->add_flag("--json", json_, "As JSON, with fixes and the ids of pint they stand for");
    return verb;
  }
  int Run() override { return WriteStdout(json_ ? Json() : Table()) ? kSuccess : kCannotRun; }

 private:
  bool json_ = false;
};

class ExplainVerb final : public Verb {
 public:
  CLI::App* Declare(CLI::App& program) override {
    CLI::App* const verb = program.add_subcommand(
        "explain", "Say why a check exists, with examples, and how to silence it");
    verb->add_option("ID", id_, "Of the check, or the id that pint has for it")->required();
    return verb;
  }

  int Run() override {
    std::vector<const lint::CheckInfo*> meant;
    if (const lint::CheckInfo* const check = lint::FindCheck(id_)) {
      meant.push_back(check);
    } else {
      for (const lint::CheckInfo& other : lint::AllChecks()) {
        if (lint::Names(id_, other.id) || std::ranges::count(Words(other.aliases), id_) > 0) {
          meant.push_back(&other);
        }
      }
    }
    if (meant.empty()) {
      const std::string_view near = lint::Nearest(id_, CheckIds());
      Complain("there is no check `" + id_ + "`" +
               (near.empty() ? " (promwarden-lint list-checks lists them)"
                             : "; did you mean `" + std::string(near) + "`?"));
      return kUsage;
    }
    std::string text;
    for (const lint::CheckInfo* const check : meant) {
      text += (text.empty() ? "" : "\n") + Explained(*check);
    }
    return WriteStdout(text) ? kSuccess : kCannotRun;
  }

 private:
  static std::string Explained(const lint::CheckInfo& check) {
    std::string text(check.id);
    text += ": " + std::string(check.summary) + "\n";
    text +=
        std::string(lint::Text(check.severity)) + ", " + std::string(lint::Text(check.confidence));
    if (check.fix == lint::FixKind::kSafe) text += ", mended by promwarden-lint fix";
    if (check.fix == lint::FixKind::kSuggestion) text += ", mended by promwarden-lint fix --unsafe";
    if (!check.aliases.empty()) text += "; pint: " + std::string(check.aliases);
    text += "\n\n" + std::string(lint::DocumentationOf(check.id));
    while (text.ends_with('\n')) text.pop_back();
    return text + "\n\nTo silence it, above or inside the rule:\n  # promwarden-lint: allow " +
           std::string(check.id) + " because REASON\n";
  }

  std::string id_;
};

}  // namespace

std::unique_ptr<Verb> MakeListChecksVerb() { return std::make_unique<ListChecksVerb>(); }
std::unique_ptr<Verb> MakeExplainVerb() { return std::make_unique<ExplainVerb>(); }

}  // namespace promql::cli
