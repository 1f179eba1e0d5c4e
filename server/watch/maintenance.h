// SPDX-License-Identifier: Apache-2.0
// Times at which series are not judged, said by a query of its own: where it has a value other than
// 0, every series that agrees in the labels that both have is left alone. Pure.
#pragma once

#include "server/watch/step_grid.h"

namespace warden {

// Takes the values away and counts them. Both on the same grid.
void LeaveAlone(const GridAnswer& maintenance, GridAnswer& answer);

[[nodiscard]] bool Agree(const promql::LabelSet& a, const promql::LabelSet& b);

}  // namespace warden
