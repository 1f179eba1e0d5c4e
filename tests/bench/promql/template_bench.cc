// SPDX-License-Identifier: Apache-2.0
// How fast real annotations are parsed and expanded, on one core, and with how many allocations.
// Go's text/template as Prometheus uses it needs 47 us for one. usage: bench_template [FILE]:
// template cases, one JSON object a line, by default templates/real.jsonl of
// $PROMWARDEN_SHARED/corpus.
#include <rapidjson/document.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "promql/template/check.h"
#include "promql/template/prometheus.h"
#include "promql/template/template.h"

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace promql;
using namespace promql::tmpl;
using Clock = std::chrono::steady_clock;

// Of the processor, so that other work on the machine does not count.
double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Case {
  std::string text;
  LabelSet labels;
};

std::vector<Case> ReadCases(const std::string& path) {
  std::ifstream file(path);
  std::vector<Case> cases;
  for (std::string line; std::getline(file, line);) {
    rapidjson::Document document;
    document.Parse(line.data(), line.size());
    if (!document.IsObject() || !document["ok"].GetBool()) continue;
    std::vector<LabelSet::Label> labels;
    if (document.HasMember("data") && document["data"].HasMember("labels")) {
      for (const auto& member : document["data"]["labels"].GetObject()) {
        labels.emplace_back(member.name.GetString(), member.value.GetString());
      }
    }
    cases.push_back({document["text"].GetString(), LabelSet::FromUnsorted(std::move(labels))});
  }
  return cases;
}

class OneSample final : public QuerySource {
 public:
  std::expected<std::vector<Sample>, std::string> Query(std::string_view) override {
    return std::vector<Sample>{{{{"job", "node"}, {"instance", "web-01:9100"}}, 1.5}};
  }
};

// Runs `work` over all cases until two seconds have passed, and prints the best round.
template <class Work>
void Measure(const char* name, const std::vector<Case>& cases, const Work& work) {
  double best = 1e9;
  const std::size_t before = allocations;
  std::size_t rounds = 0;
  for (const auto end = Clock::now() + std::chrono::seconds(2); Clock::now() < end; ++rounds) {
    const double start = CpuSeconds();
    for (const Case& one : cases) work(one);
    best = std::min(best, CpuSeconds() - start);
  }
  const double count = static_cast<double>(cases.size());
  std::printf(
      "%-18s %9.0f templates/s  %6.3f us each  %5.2f allocations each  %5.1f times as fast as Go\n",
      name, count / best, best / count * 1e6,
      static_cast<double>(allocations - before) / (count * static_cast<double>(rounds)),
      47e-6 * count / best);
}

volatile std::size_t sink = 0;

}  // namespace

int main(int argc, char** argv) {
  const char* shared = std::getenv("PROMWARDEN_SHARED");
  const std::string path = argc > 1 ? argv[1]
                                    : std::string(shared != nullptr ? shared : "../shared") +
                                          "/corpus/templates/real.jsonl";
  const std::vector<Case> cases = ReadCases(path);
  if (cases.empty()) {
    std::cerr << "no templates in " << path << '\n';
    return 1;
  }
  std::printf("%zu templates\n", cases.size());
  OneSample samples;
  Environment environment;
  environment.queries = &samples;
  Measure("parse", cases, [](const Case& one) {
    sink = sink + (Template::Parse(one.text, PrometheusDialect()) ? 1U : 0U);
  });
  Measure("parse and check", cases, [](const Case& one) {
    const auto parsed = Template::Parse(one.text, PrometheusDialect());
    sink = sink + CheckTemplate(*parsed, kRuleDataType).labels.size();
  });
  Measure("parse and expand", cases, [&environment](const Case& one) {
    const auto parsed = Template::Parse(one.text, PrometheusDialect());
    RuleData data;
    data.labels = &one.labels;
    data.value = 1234.5678;
    Arena arena;
    const auto text = parsed->Execute(PrometheusData(data, arena), environment);
    sink = sink + (text ? text->size() : 0);
  });
  return 0;
}
