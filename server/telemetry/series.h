// SPDX-License-Identifier: Apache-2.0
// Metric families whose label names are fixed once; every call gives the label values in that
// order, none for a family without labels. Safe from any thread; a call costs a look-up under a
// mutex. They belong to a Registry that outlives them.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace warden {

using LabelValues = std::initializer_list<std::string_view>;

// What a family is called; `help` is a sentence without a full stop.
struct FamilyName {
  std::string_view name;
  std::string_view help;
  LabelValues labels = {};
};

struct LabelledValue {
  std::vector<std::string> labels;
  double value = 0;
};

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // Prometheus' text format 0.0.4, families and series in order of name and labels.
  [[nodiscard]] std::string Text() const;

 private:
  friend class Counters;
  friend class Gauges;
  friend class Histograms;
  struct Families;
  std::unique_ptr<Families> families_;
};

class Counters {
 public:
  Counters(Registry& registry, const FamilyName& family);
  ~Counters();
  Counters(const Counters&) = delete;
  Counters& operator=(const Counters&) = delete;

  void Add(LabelValues labels = {}, double amount = 1);  // 0 makes the series known
  // For what is counted elsewhere. Smaller values than the last are ignored.
  void AdvanceTo(double total, LabelValues labels = {});
  [[nodiscard]] double Value(LabelValues labels = {}) const;  // 0 for an unknown series

 private:
  struct Family;
  std::unique_ptr<Family> family_;
};

class Gauges {
 public:
  Gauges(Registry& registry, const FamilyName& family);
  ~Gauges();
  Gauges(const Gauges&) = delete;
  Gauges& operator=(const Gauges&) = delete;

  void Set(double value) { Set({}, value); }
  void Set(LabelValues labels, double value);
  // These series from now on, and no others: for what is looked up at each scrape.
  void Replace(const std::vector<LabelledValue>& series);
  // The same among those whose first label has this value: whoever scrapes meanwhile misses none
  // that stays.
  void ReplaceUnder(std::string_view first_label, const std::vector<LabelledValue>& series);
  // All series whose first label has this value go.
  void Remove(std::string_view first_label);
  [[nodiscard]] double Value(LabelValues labels = {}) const;

 private:
  struct Family;
  std::unique_ptr<Family> family_;
};

class Histograms {
 public:
  Histograms(Registry& registry, const FamilyName& family, std::vector<double> bounds);
  ~Histograms();
  Histograms(const Histograms&) = delete;
  Histograms& operator=(const Histograms&) = delete;

  void Observe(double value) { Observe({}, value); }
  void Observe(LabelValues labels, double value);
  void Start(LabelValues labels);  // makes the series known

 private:
  struct Family;
  std::unique_ptr<Family> family_;
};

}  // namespace warden
