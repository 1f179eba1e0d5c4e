// SPDX-License-Identifier: Apache-2.0
// The route tree and the inhibition rules as values. What a node inherits is already filled in;
// keys are as Alertmanager's, to the byte. How alerts walk the tree is server/triage/route.h.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "promql/model/labels.h"
#include "promql/model/matcher.h"

namespace warden {

struct GroupBy {
  bool is_all = false;              // `['...']`
  std::vector<std::string> labels;  // sorted, each once; empty when all

  friend bool operator==(const GroupBy&, const GroupBy&) = default;
};

struct Route {
  std::string receiver;
  GroupBy group_by;
  promql::Matchers matchers;   // of this node only: match, match_re and matchers together, sorted
  bool is_continuing = false;  // `continue`
  std::chrono::milliseconds group_wait = std::chrono::seconds(30);
  std::chrono::milliseconds group_interval = std::chrono::minutes(5);
  std::chrono::milliseconds repeat_interval = std::chrono::hours(4);
  std::vector<std::string> mute_time_intervals;  // names; not inherited
  std::vector<std::string> active_time_intervals;
  promql::LabelSet labels;  // merged down the tree; values may be templates
  std::string route_key;    // `{}/{team="a"}`: not unique among equal siblings
  std::string route_id;     // `{}/{team="a"}/0`: unique
  std::size_t index = 0;    // pre-order number in the tree, root 0
  std::vector<Route> routes;
};

struct InhibitRule {
  std::string name;  // may be empty, need not be unique
  promql::Matchers source;
  promql::Matchers target;
  std::vector<std::string> equal;  // sorted, each once
};

}  // namespace warden
