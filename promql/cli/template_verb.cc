// SPDX-License-Identifier: Apache-2.0
// promwarden-lint template --json: template questions in, expansions or mistakes out, one JSON
// object a line.
#include <rapidjson/writer.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <expected>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "promql/cli/caret.h"
#include "promql/cli/file_io.h"
#include "promql/cli/json_value.h"
#include "promql/cli/line_stream.h"
#include "promql/cli/rule_loader.h"
#include "promql/cli/verbs.h"
#include "promql/template/alertmanager.h"
#include "promql/template/check.h"
#include "promql/template/json.h"
#include "promql/template/prometheus.h"
#include "promql/template/template.h"

namespace promql::cli {
namespace {

using tmpl::Arena;
using tmpl::Value;

// A member of the question; no value when it is missing or null.
Value Member(const Value& object, std::string_view key) {
  if (object.kind() != tmpl::Kind::kMap) return {};
  const Value* const found = object.Find(key);
  return found == nullptr || found->IsNil() ? Value{} : *found;
}

std::string_view TextMember(const Value& object, std::string_view key) {
  const Value member = Member(object, key);
  return member.kind() == tmpl::Kind::kString ? member.AsString() : std::string_view{};
}

LabelSet Labels(const Value& object) {
  std::vector<LabelSet::Label> labels;
  if (object.kind() == tmpl::Kind::kMap) {
    for (const auto& [key, value] : object.AsMap()) {
      if (value.kind() == tmpl::Kind::kString) labels.emplace_back(key, value.AsString());
    }
  }
  return LabelSet::FromUnsorted(std::move(labels));
}

// The answers that came with the question; a query that has none fails.
class GivenAnswers final : public tmpl::QuerySource {
 public:
  explicit GivenAnswers(const Value& queries) : queries_(queries) {}

  std::expected<std::vector<tmpl::Sample>, std::string> Query(
      std::string_view expression) override {
    const Value answer = Member(queries_, expression);
    if (answer.kind() != tmpl::Kind::kSlice)
      return std::unexpected("no answer given for this query");
    std::vector<tmpl::Sample> samples;
    for (const Value& sample : answer.AsSlice()) {
      samples.push_back({Labels(Member(sample, "labels")),
                         tmpl::FloatFromText(TextMember(sample, "value")).value_or(0)});
    }
    return samples;
  }

 private:
  Value queries_;
};

// Where a problem lies that is no problem of a template.
constexpr std::string_view kInput = "input";

using Answer = std::expected<std::string, tmpl::Problem>;

tmpl::Problem InputProblem(std::string message) {
  return {tmpl::Phase::kParse, {}, std::move(message), std::string(kInput)};
}

std::chrono::sys_time<std::chrono::microseconds> Now(const Value& question) {
  const Value now = Member(question, "now");
  double seconds = 0;
  if (now.kind() == tmpl::Kind::kInt) seconds = static_cast<double>(now.AsInt());
  if (now.kind() == tmpl::Kind::kFloat) seconds = now.AsFloat();
  if (!(std::abs(seconds) < 9e12)) return {};
  return std::chrono::sys_time<std::chrono::microseconds>(
      std::chrono::milliseconds(std::llround(seconds * 1000)));
}

Answer AskGo(const Value& question, const tmpl::Environment& environment) {
  const auto parsed =
      tmpl::Template::Parse(TextMember(question, "text"), tmpl::GoDialect(), nullptr, "t");
  if (!parsed) return std::unexpected(parsed.error());
  const std::string_view missing = TextMember(question, "missingkey");
  const auto policy = missing == "error"     ? tmpl::MissingKey::kError
                      : missing == "default" ? tmpl::MissingKey::kDefault
                                             : tmpl::MissingKey::kZero;
  return parsed->Execute(Member(question, "data"), environment, {}, policy);
}

Answer AskPrometheus(const Value& question, tmpl::Environment environment, Arena& arena) {
  const auto parsed =
      tmpl::Template::Parse(TextMember(question, "text"), tmpl::PrometheusDialect());
  if (!parsed) return std::unexpected(parsed.error());
  const Value data = Member(question, "data");
  const LabelSet labels = Labels(Member(data, "labels"));
  const LabelSet external_labels = Labels(Member(data, "externalLabels"));
  GivenAnswers answers(Member(question, "queries"));
  environment.queries = &answers;
  environment.external_url = TextMember(data, "externalURL");
  return parsed->Execute(
      tmpl::PrometheusData({.labels = &labels,
                            .external_labels = &external_labels,
                            .external_url = environment.external_url,
                            .value = tmpl::FloatFromText(TextMember(data, "value")).value_or(0)},
                           arena),
      environment);
}

Answer AskAlertmanager(const Value& question, const tmpl::Environment& environment, Arena& arena) {
  tmpl::Library library(tmpl::AlertmanagerDialect(), &tmpl::DefaultTemplates());
  const Value files = Member(question, "templates");
  if (files.kind() == tmpl::Kind::kSlice) {
    for (const Value& file : files.AsSlice()) {
      if (file.kind() != tmpl::Kind::kString) continue;
      if (auto added = library.Add(file.AsString()); !added) return std::unexpected(added.error());
    }
  }
  const Value html = Member(question, "html");
  const bool is_html = html.kind() == tmpl::Kind::kBool && html.AsBool();
  const auto parse = is_html ? tmpl::Template::ParseHtml : tmpl::Template::Parse;
  const auto parsed =
      parse(TextMember(question, "text"), tmpl::AlertmanagerDialect(), &library, "");
  if (!parsed) return std::unexpected(parsed.error());
  const auto data = tmpl::NotificationFromWebhook(Member(question, "data"));
  if (!data) return std::unexpected(InputProblem(data.error()));
  return parsed->Execute(tmpl::AlertmanagerValue(*data, arena), environment);
}

Answer Ask(const Value& question, Arena& arena) {
  if (question.kind() != tmpl::Kind::kMap ||
      Member(question, "text").kind() != tmpl::Kind::kString) {
    return std::unexpected(InputProblem("a question is an object with a text"));
  }
  tmpl::Environment environment;
  environment.now = Now(question);
  const std::string_view dialect = TextMember(question, "dialect");
  if (dialect.empty() || dialect == "prometheus")
    return AskPrometheus(question, environment, arena);
  if (dialect == "alertmanager") return AskAlertmanager(question, environment, arena);
  if (dialect == "go") return AskGo(question, environment);
  return std::unexpected(InputProblem("unknown dialect"));
}

// A stream for RapidJSON's writer that appends to a string.
struct StringSink {
  using Ch = char;
  std::string* text;
  void Put(char c) { text->push_back(c); }
  void Flush() {}
};
using JsonWriter = rapidjson::Writer<StringSink>;

void Write(JsonWriter& json, std::string_view text) {
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void WriteProblem(JsonWriter& json, const tmpl::Problem& problem) {
  json.StartObject();
  json.Key("phase");
  Write(json, problem.template_name == kInput        ? kInput
              : problem.phase == tmpl::Phase::kParse ? "parse"
                                                     : "exec");
  json.Key("message");
  Write(json, tmpl::ToValidUtf8(problem.message));
  json.Key("start");
  json.Uint(problem.span.start);
  json.Key("end");
  json.Uint(problem.span.end);
  json.EndObject();
}

void WriteAnswer(JsonWriter& json, const Answer& answer) {
  json.StartObject();
  json.Key("ok");
  json.Bool(answer.has_value());
  if (answer) {
    json.Key("output");
    Write(json, tmpl::ToValidUtf8(*answer));
  } else {
    json.Key("errors");
    json.StartArray();
    WriteProblem(json, answer.error());
    json.EndArray();
  }
  json.EndObject();
}

class TemplateVerb final : public Verb {
 public:
  CLI::App* Declare(CLI::App& program) override {
    CLI::App* verb = program.add_subcommand(
        "template",
        "Expand templates of rule annotations and notifications, and say what is wrong with them");
    verb->add_option("TEXT", texts_, "The templates to expand");
    verb->add_option("--label", labels_, "NAME=VALUE: a label of the alert; may be repeated")
        ->allow_extra_args(false);
    verb->add_option("--value", value_, "The value of the alert's expression");
    verb->add_flag("--alertmanager", alertmanager_, "The texts are notification texts");
    verb->add_flag("--html", html_,
                   "The texts are HTML: values are escaped for their place, as in mails")
        ->needs("--alertmanager");
    verb->add_option("--data", data_, "A file with a webhook body, the data of notification texts");
    verb->add_option("--templates", files_,
                     "A file with named templates for notification texts; may be repeated")
        ->allow_extra_args(false);
    verb->add_flag(
        "--json", json_,
        "Read one JSON object a line: \"text\", \"data\", \"dialect\" (prometheus, "
        "alertmanager or go), \"queries\", \"now\", \"templates\", \"html\"; answer with one a "
        "line: "
        "{\"ok\":true,\"output\":…} or {\"ok\":false,\"errors\":[{\"phase\":…,"
        "\"message\":…,\"start\":…,\"end\":…}]} (byte offsets into the text, end exclusive)");
    verb->footer(
        R"(Expands texts as Prometheus expands labels and annotations of alerts, or, with --alertmanager, as
Alertmanager expands notification texts. Mistakes are shown with a caret on standard error.

Examples:
  promwarden-lint template --label job=api --value 0.03 '{{ $labels.job }}: {{ $value | humanizePercentage }}'
  promwarden-lint template --alertmanager --data body.json '{{ .CommonLabels.alertname }}'
  promwarden-lint template --alertmanager --data body.json --templates a.tmpl '{{ template "my.title" . }}'
  echo '{"text":"{{ .Value }}","data":{"value":"1"}}' | promwarden-lint template --json

Exit codes: 0 all is well; 1 a template is wrong (not with --json); 2 the command line is wrong;
3 something cannot be read or written.)");
    return verb;
  }

  int Run() override {
    if (json_) return AnswerJson();
    if (texts_.empty()) {
      Complain("template: no text given; --json reads questions");
      return kUsage;
    }
    return alertmanager_ ? Notify() : Annotate();
  }

 private:
  // Bad lines are answered too, so that answers and questions stay in step.
  static int AnswerJson() {
    LineStream stream;
    JsonWriter json;
    std::string_view line;
    while (stream.Next(line)) {
      Arena arena;
      const Answer answer = Ask(ReadJson(line, arena), arena);
      StringSink sink{&stream.out()};
      json.Reset(sink);
      WriteAnswer(json, answer);
      stream.out().push_back('\n');
    }
    stream.Flush();
    return kSuccess;
  }

  int Annotate() const {
    std::vector<LabelSet::Label> labels;
    for (const std::string& label : labels_) {
      const std::size_t split = label.find('=');
      if (split == std::string::npos) {
        Complain("--label wants NAME=VALUE, not " + label);
        return kUsage;
      }
      labels.emplace_back(label.substr(0, split), label.substr(split + 1));
    }
    const LabelSet set = LabelSet::FromUnsorted(std::move(labels));
    const auto value = tmpl::FloatFromText(value_);
    if (!value) {
      Complain("--value wants a number, not " + value_);
      return kUsage;
    }
    Arena arena;
    tmpl::RuleData data;
    data.labels = &set;
    data.value = *value;
    bool all_good = true;
    for (const std::string& text : texts_) {
      all_good &= Show(text, tmpl::Template::Parse(text, tmpl::PrometheusDialect()),
                       tmpl::PrometheusData(data, arena), tmpl::kRuleDataType);
    }
    return all_good ? kSuccess : kFindings;
  }

  int Notify() const {
    tmpl::Library library(tmpl::AlertmanagerDialect(), &tmpl::DefaultTemplates());
    for (const std::string& path : files_) {
      const auto file = ReadWholeFile(path, kMostBytes);
      if (!file) return CannotRead(path, file.error());
      if (const auto added = library.Add(*file, path.substr(path.rfind('/') + 1)); !added) {
        std::cerr << path << ":\n";
        PrintCaret(*file, added.error().span.start, added.error().span.end, added.error().message);
        return kFindings;
      }
    }
    Arena arena;
    Value body;
    if (!data_.empty()) {
      const auto file = ReadWholeFile(data_, kMostBytes);
      if (!file) return CannotRead(data_, file.error());
      body = ReadJson(*file, arena);
      if (!body.IsValid()) return CannotRead(data_, "is no JSON");
    }
    const auto notification = tmpl::NotificationFromWebhook(body);
    if (!notification) return CannotRead(data_, notification.error());
    const auto parse = html_ ? tmpl::Template::ParseHtml : tmpl::Template::Parse;
    bool all_good = true;
    for (const std::string& text : texts_) {
      all_good &=
          Show(text, parse(text, tmpl::AlertmanagerDialect(), &library, ""),
               tmpl::AlertmanagerValue(*notification, arena), tmpl::kNotificationPointerType);
    }
    return all_good ? kSuccess : kFindings;
  }

  static int CannotRead(const std::string& path, const std::string& reason) {
    Complain("cannot read " + path + ": " + reason);
    return kCannotRun;
  }

  static bool Show(const std::string& text,
                   const std::expected<tmpl::Template, tmpl::Problem>& parsed, const Value& data,
                   const tmpl::Type& type) {
    if (!parsed) {
      PrintCaret(text, parsed.error().span.start, parsed.error().span.end, parsed.error().message);
      return false;
    }
    const auto mistakes = tmpl::CheckTemplate(*parsed, type).mistakes;
    for (const tmpl::Mistake& mistake : mistakes)
      PrintCaret(text, mistake.span.start, mistake.span.end, mistake.message);
    tmpl::Environment environment;
    environment.now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    const auto output = parsed->Execute(data, environment);
    if (output) std::cout << *output << '\n';
    if (!output && mistakes.empty()) {
      const tmpl::Problem& problem = output.error();
      if (problem.template_name.empty()) {
        PrintCaret(text, problem.span.start, problem.span.end, problem.message);
      } else {
        std::cerr << "in template " << problem.template_name << ": " << problem.message << '\n';
      }
    }
    return output.has_value() && mistakes.empty();
  }

  static constexpr std::size_t kMostBytes = std::size_t{64} << 20;

  std::vector<std::string> texts_;
  std::vector<std::string> labels_;
  std::vector<std::string> files_;
  std::string value_ = "0";
  std::string data_;
  bool alertmanager_ = false;
  bool html_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Verb> MakeTemplateVerb() { return std::make_unique<TemplateVerb>(); }

}  // namespace promql::cli
