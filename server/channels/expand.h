// SPDX-License-Identifier: Apache-2.0
// Where the texts of a receiver become words: a field that the user did not set is the built-in
// text, a plain one stands as it is, a template is expanded as Alertmanager does, its named
// templates and the files of `templates` included. A template that fails is logged, and the
// built-in text stands in its place: a message goes out in any case. The one place that knows about
// templates in messages. Borrows message and configuration; not for several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/alert/notification.h"
#include "server/config/config.h"

namespace warden {

// What becomes of values, so that nobody who writes labels can do harm.
enum class DataEscape : std::uint8_t {
  kNone,
  kHtml,   // templates are HTML: each value is escaped for its place, as html/template does it
  kSlack,  // `<!channel>` and `<@U1>` in labels and annotations ping nobody
};

class Expander {
 public:
  Expander(const Message& message, const Config& config, DataEscape escape = DataEscape::kNone);
  ~Expander();

  // The user's text, or `builtin` when there is none that can be used. Valid UTF-8.
  [[nodiscard]] std::string Text(const TemplateText& field, std::string_view builtin) const;
  // Whether Text gives the user's own words.
  [[nodiscard]] bool IsOwn(const TemplateText& field) const;
  // A text that may be a template; nothing when that fails.
  [[nodiscard]] std::optional<std::string> Expand(std::string_view text) const;

 private:
  struct Data;
  [[nodiscard]] std::optional<std::string> Own(const TemplateText& field) const;
  [[nodiscard]] Data& Prepared() const;

  const Message& message_;
  const Config& config_;
  DataEscape escape_;
  mutable std::unique_ptr<Data> data_;  // made for the first template
};

}  // namespace warden
