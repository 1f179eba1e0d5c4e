// SPDX-License-Identifier: Apache-2.0
// Real annotations, and what Prometheus made of them, where these files are at hand.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "promql/template/check.h"
#include "promql/template/prometheus.h"
#include "promql/template/template.h"

namespace promql::tmpl {
namespace {

std::string SharedFile(const std::string& name) {
  const char* const shared = std::getenv("PROMWARDEN_SHARED");
  const char* const source = std::getenv("PROMWARDEN_SOURCE");
  const std::string root = source != nullptr ? source : "..";
  return (shared != nullptr ? std::string(shared) : root + "/../shared") + "/corpus/" + name;
}

LabelSet Labels(const rapidjson::Value& object, const char* name) {
  std::vector<LabelSet::Label> labels;
  if (object.HasMember(name)) {
    for (const auto& member : object[name].GetObject())
      labels.emplace_back(member.name.GetString(), member.value.GetString());
  }
  return LabelSet::FromUnsorted(std::move(labels));
}

class GivenAnswers final : public QuerySource {
 public:
  explicit GivenAnswers(const rapidjson::Document& question) : question_(question) {}

  std::expected<std::vector<Sample>, std::string> Query(std::string_view expression) override {
    const std::string key(expression);
    if (!question_.HasMember("queries") || !question_["queries"].HasMember(key.c_str()))
      return std::unexpected("no answer");
    std::vector<Sample> samples;
    for (const auto& sample : question_["queries"][key.c_str()].GetArray()) {
      samples.push_back(
          {Labels(sample, "labels"), FloatFromText(sample["value"].GetString()).value_or(0)});
    }
    return samples;
  }

 private:
  const rapidjson::Document& question_;
};

TEST(TemplateCorpus, RealAnnotationsExpandAsPrometheusExpandsThem) {
  std::ifstream file(SharedFile("templates/real.jsonl"));
  if (!file) GTEST_SKIP() << "no shared files";
  std::size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    rapidjson::Document question;
    question.Parse(line.data(), line.size());
    ASSERT_FALSE(question.HasParseError());
    const std::string text(question["text"].GetString(), question["text"].GetStringLength());
    const rapidjson::Value none(rapidjson::kObjectType);
    const rapidjson::Value& data = question.HasMember("data") ? question["data"] : none;
    const LabelSet labels = Labels(data, "labels");
    const LabelSet external_labels = Labels(data, "externalLabels");
    GivenAnswers answers(question);
    Environment environment;
    environment.queries = &answers;
    if (data.HasMember("externalURL")) environment.external_url = data["externalURL"].GetString();
    RuleData rule;
    rule.labels = &labels;
    rule.external_labels = &external_labels;
    rule.external_url = environment.external_url;
    if (data.HasMember("value")) rule.value = FloatFromText(data["value"].GetString()).value_or(0);
    const auto parsed = Template::Parse(text, PrometheusDialect());
    Arena arena;
    const auto output = parsed
                            ? parsed->Execute(PrometheusData(rule, arena), environment)
                            : std::expected<std::string, Problem>(std::unexpected(parsed.error()));
    ASSERT_EQ(output.has_value(), question["ok"].GetBool()) << text;
    if (output) {
      EXPECT_EQ(*output,
                std::string(question["output"].GetString(), question["output"].GetStringLength()))
          << text;
    }
  }
  EXPECT_GT(count, 4000U);
}

}  // namespace
}  // namespace promql::tmpl
