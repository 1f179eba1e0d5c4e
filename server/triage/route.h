// SPDX-License-Identifier: Apache-2.0
// Which routes of the tree take an alert, and the group it falls into there, to the byte as
// Alertmanager does: depth first, left to right; a node takes an alert itself only when no child
// did; a later sibling is asked only after one that continues. Pure; the routes are borrowed from
// the tree.
#pragma once

#include <string>
#include <vector>

#include "promql/model/labels.h"
#include "server/config/route.h"

namespace warden {

// In the order of the tree; empty only when the root itself does not match (it has no matchers).
[[nodiscard]] std::vector<const Route*> MatchRoutes(const Route& root,
                                                    const promql::LabelSet& labels);

// Those labels of the alert that the route groups by; what the alert lacks is left out.
[[nodiscard]] promql::LabelSet GroupLabels(const Route& route, const promql::LabelSet& labels);

// `{}/{team="a"}:{alertname="x", job="y"}`
[[nodiscard]] std::string GroupKey(const Route& route, const promql::LabelSet& group_labels);

}  // namespace warden
