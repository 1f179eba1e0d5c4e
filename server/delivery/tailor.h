// SPDX-License-Identifier: Apache-2.0
// What of a message is for one destination: a message as the store has it is the same for all of
// them. Stateless; reads the configuration's template files when a label of the route is a
// template.
#pragma once

#include "server/alert/notification.h"
#include "server/config/config.h"

namespace warden {

// Fills in the labels of the message's route, templates expanded (one that fails stands as it is
// written). Where `send_resolved` is off, alerts that are over go, as with Alertmanager; false when
// nothing is left.
[[nodiscard]] bool Tailor(Message& message, const Config& config, const Destination& destination);

}  // namespace warden
