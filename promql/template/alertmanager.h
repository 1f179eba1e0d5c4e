// SPDX-License-Identifier: Apache-2.0
// The data of notification texts, as Alertmanager gives it to its templates, and the named
// templates that are always there.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "promql/model/labels.h"
#include "promql/template/dialect.h"
#include "promql/template/go_time.h"
#include "promql/template/template.h"
#include "promql/template/value.h"

namespace promql::tmpl {

struct NotificationAlert {
  std::string status;  // firing or resolved
  LabelSet labels;
  LabelSet annotations;
  Time starts_at;
  Time ends_at;  // year 1 while firing
  std::string generator_url;
  std::string fingerprint;
};

// What one message to one receiver is about.
struct Notification {
  std::string receiver;
  std::string status;
  std::string reason;
  std::vector<NotificationAlert> alerts;
  LabelSet group_labels;
  LabelSet common_labels;
  LabelSet common_annotations;
  LabelSet route_labels;
  std::string external_url;
};

// The data of a template. Borrows the notification.
[[nodiscard]] Value AlertmanagerValue(const Notification& notification, Arena& arena);

// A webhook body that was read as JSON (maps and lists of anything). Missing parts are empty; fails
// on a wrong type or time.
[[nodiscard]] std::expected<Notification, std::string> NotificationFromWebhook(const Value& body);

// slack.default.title and its like: what `base` of a Library is for notification texts.
[[nodiscard]] const Library& DefaultTemplates();

extern const Type kLabelsType;  // label maps with .SortedPairs, .Names, .Values, .Remove
extern const Type kPairType, kPairsType, kNamesType;
extern const Type kAlertType, kAlertsType, kAlertListType;
extern const Type kNotificationType, kNotificationPointerType;

}  // namespace promql::tmpl
