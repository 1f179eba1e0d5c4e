// SPDX-License-Identifier: Apache-2.0
// Which firing alerts can mute others, kept up to date as alerts come and go, so that a check is a
// look-up and not a scan. Semantics of Alertmanager 0.34.2: any firing source with equal labels
// will do, missing and empty labels are equal, an alert that matches both sides of a rule is muted
// only by one that matches the source side alone, muted alerts still mute. Borrows the rules, which
// belong to the configuration snapshot.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "promql/model/labels.h"
#include "server/alert/ids.h"
#include "server/config/route.h"

namespace warden {

struct InhibitedBy {
  std::size_t rule = 0;          // index in the configuration
  std::vector<AlertId> sources;  // at least one, ascending
};

class InhibitIndex {
 public:
  explicit InhibitIndex(const std::vector<InhibitRule>& rules);

  // Of an alert that fires; adding twice changes nothing.
  void Add(AlertId id, const promql::LabelSet& labels);
  // When it no longer fires.
  void Remove(AlertId id, const promql::LabelSet& labels);

  // The first rule that mutes an alert with these labels.
  [[nodiscard]] std::optional<InhibitedBy> Find(const promql::LabelSet& labels) const;
  // Every rule that does, ascending.
  [[nodiscard]] std::vector<InhibitedBy> FindAll(const promql::LabelSet& labels) const;
  // Whether an alert with these labels can be a source of any rule.
  [[nodiscard]] bool IsSource(const promql::LabelSet& labels) const;

 private:
  struct Source {
    AlertId id;
    bool is_target_too = false;
  };
  struct Rule {
    const InhibitRule* rule;
    std::unordered_map<std::string, std::vector<Source>>
        sources;  // by the values of `equal`; each list ascending by id
  };
  [[nodiscard]] static std::string EqualKey(const InhibitRule& rule,
                                            const promql::LabelSet& labels);
  [[nodiscard]] static std::vector<AlertId> Sources(const Rule& rule,
                                                    const promql::LabelSet& labels);

  std::vector<Rule> rules_;
};

}  // namespace warden
