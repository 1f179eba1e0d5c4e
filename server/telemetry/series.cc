// SPDX-License-Identifier: Apache-2.0
#include "server/telemetry/series.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <mutex>
#include <ranges>
#include <set>
#include <sstream>

namespace warden {
namespace {

// Label values as a key, compared with a caller's list without copying that.
struct LabelOrder {
  using is_transparent = void;
  template <class Left, class Right>
  bool operator()(const Left& left, const Right& right) const {
    return std::ranges::lexicographical_compare(
        left, right, [](std::string_view a, std::string_view b) { return a < b; });
  }
};

template <class Metric>
class Known {
 public:
  Known(prometheus::Family<Metric>& family, LabelValues names, std::vector<double> bounds = {})
      : family_(family), names_(names.begin(), names.end()), bounds_(std::move(bounds)) {}

  // Runs `use` on the series, which is made when it is new. The lock keeps it from being removed
  // meanwhile.
  template <class Labels, class Use>
  void With(const Labels& labels, Use use) {
    assert(std::ranges::size(labels) == names_.size());
    const std::lock_guard lock(mutex_);
    auto found = series_.find(labels);
    if (found == series_.end()) {
      found = series_.emplace(Key(labels.begin(), labels.end()), &Make(labels)).first;
    }
    use(*found->second);
  }

  template <class Gone>
  void RemoveIf(Gone gone) {
    const std::lock_guard lock(mutex_);
    std::erase_if(series_, [&](const auto& entry) {
      if (!gone(entry.first)) return false;
      family_.Remove(entry.second);
      return true;
    });
  }

  [[nodiscard]] double Value(LabelValues labels) const {
    const std::lock_guard lock(mutex_);
    const auto found = series_.find(labels);
    return found == series_.end() ? 0 : found->second->Value();
  }

 private:
  using Key = std::vector<std::string>;

  template <class Labels>
  Metric& Make(const Labels& labels) {
    prometheus::Labels named;
    std::size_t i = 0;
    for (const std::string_view value : labels) named[names_[i++]] = std::string(value);
    if constexpr (std::is_same_v<Metric, prometheus::Histogram>) {
      return family_.Add(named, bounds_);
    } else {
      return family_.Add(named);
    }
  }

  prometheus::Family<Metric>& family_;
  const std::vector<std::string> names_;
  const std::vector<double> bounds_;
  mutable std::mutex mutex_;
  std::map<Key, Metric*, LabelOrder> series_;  // guarded by mutex_
};

template <class Builder>
auto& Build(Builder builder, const FamilyName& name, prometheus::Registry& registry) {
  return builder.Name(std::string(name.name)).Help(std::string(name.help)).Register(registry);
}

}  // namespace

struct Registry::Families {
  prometheus::Registry registry;
};

struct Counters::Family : Known<prometheus::Counter> {
  using Known::Known;
};
struct Gauges::Family : Known<prometheus::Gauge> {
  using Known::Known;

  // Of those that `is_meant` these stay; what goes goes last.
  template <class IsMeant>
  void Replace(const std::vector<LabelledValue>& series, IsMeant is_meant) {
    std::set<std::vector<std::string>> named;
    for (const LabelledValue& one : series) {
      With(one.labels, [&](prometheus::Gauge& gauge) { gauge.Set(one.value); });
      named.insert(one.labels);
    }
    RemoveIf([&](const std::vector<std::string>& labels) {
      return is_meant(labels) && !named.contains(labels);
    });
  }
};
struct Histograms::Family : Known<prometheus::Histogram> {
  using Known::Known;
};

Registry::Registry() : families_(std::make_unique<Families>()) {}
Registry::~Registry() = default;

std::string Registry::Text() const {
  auto families = families_->registry.Collect();
  std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
  for (auto& family : families) {
    std::ranges::sort(family.metric, {}, &prometheus::ClientMetric::label);
  }
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return std::move(out).str();
}

Counters::Counters(Registry& registry, const FamilyName& family)
    : family_(std::make_unique<Family>(
          Build(prometheus::BuildCounter(), family, registry.families_->registry), family.labels)) {
  if (family.labels.size() == 0) Add({}, 0);
}
Counters::~Counters() = default;

void Counters::Add(LabelValues labels, double amount) {
  family_->With(labels, [=](prometheus::Counter& counter) { counter.Increment(amount); });
}

void Counters::AdvanceTo(double total, LabelValues labels) {
  family_->With(labels, [=](prometheus::Counter& counter) {
    counter.Increment(std::max(total - counter.Value(), 0.0));
  });
}

double Counters::Value(LabelValues labels) const { return family_->Value(labels); }

Gauges::Gauges(Registry& registry, const FamilyName& family)
    : family_(std::make_unique<Family>(
          Build(prometheus::BuildGauge(), family, registry.families_->registry), family.labels)) {
  if (family.labels.size() == 0) Set(0);
}
Gauges::~Gauges() = default;

void Gauges::Set(LabelValues labels, double value) {
  family_->With(labels, [=](prometheus::Gauge& gauge) { gauge.Set(value); });
}

void Gauges::Replace(const std::vector<LabelledValue>& series) {
  family_->Replace(series, [](const std::vector<std::string>&) { return true; });
}

void Gauges::ReplaceUnder(std::string_view first_label, const std::vector<LabelledValue>& series) {
  family_->Replace(series, [=](const std::vector<std::string>& labels) {
    return !labels.empty() && labels.front() == first_label;
  });
}

void Gauges::Remove(std::string_view first_label) {
  family_->RemoveIf([=](const std::vector<std::string>& labels) {
    return !labels.empty() && labels.front() == first_label;
  });
}

double Gauges::Value(LabelValues labels) const { return family_->Value(labels); }

Histograms::Histograms(Registry& registry, const FamilyName& family, std::vector<double> bounds)
    : family_(std::make_unique<Family>(
          Build(prometheus::BuildHistogram(), family, registry.families_->registry), family.labels,
          std::move(bounds))) {
  if (family.labels.size() == 0) Start({});
}
Histograms::~Histograms() = default;

void Histograms::Observe(LabelValues labels, double value) {
  family_->With(labels, [=](prometheus::Histogram& histogram) { histogram.Observe(value); });
}

void Histograms::Start(LabelValues labels) {
  family_->With(labels, [](prometheus::Histogram&) {});
}

}  // namespace warden
