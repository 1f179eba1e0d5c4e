// SPDX-License-Identifier: Apache-2.0
#include "server/channels/expand.h"

#include "server/alert/text.h"

namespace warden {

bool Expander::IsOwn(const TemplateText& field) const {
  return field.is_set && !field.is_template();
}

std::string Expander::Text(const TemplateText& field, std::string_view builtin) const {
  return IsOwn(field) ? ToValidUtf8(field.text) : std::string(builtin);
}

}  // namespace warden
