// SPDX-License-Identifier: Apache-2.0
// Where the texts of a receiver become words: a field that the user did not set is the built-in
// text, a plain one stands as it is. The one place that knows about templates in messages. Borrows
// the message for its life.
#pragma once

#include <string>
#include <string_view>

#include "server/alert/notification.h"
#include "server/config/receivers.h"

namespace warden {

class Expander {
 public:
  explicit Expander(const Message& message) : message_(message) {}

  // The user's text, or `builtin` when there is none that can be used.
  [[nodiscard]] std::string Text(const TemplateText& field, std::string_view builtin) const;
  // Whether Text gives the user's own words.
  [[nodiscard]] bool IsOwn(const TemplateText& field) const;

 private:
  [[maybe_unused]] const Message& message_;
};

}  // namespace warden
