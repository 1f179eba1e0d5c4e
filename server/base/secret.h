// SPDX-License-Identifier: Apache-2.0
// A value that must never be printed: a password, token, key, or a URL that carries one. It stands
// in the configuration either inline or as the path of a file that is read at every use, so a
// rotated file needs no reload. There is no operator<< and no conversion to string: only Reveal()
// gives the text, and only senders call it.
#pragma once

#include <string>

#include "server/base/result.h"

namespace warden {

class Secret {
 public:
  Secret() = default;
  [[nodiscard]] static Secret Inline(std::string value);
  [[nodiscard]] static Secret File(std::string path);

  [[nodiscard]] bool is_set() const { return is_set_; }
  [[nodiscard]] bool is_file() const { return is_file_; }
  // The file's path; empty for an inline secret.
  [[nodiscard]] const std::string& path() const;

  // The text; of a file, without the blanks and line breaks around it, as in Alertmanager.
  // unavailable: the file cannot be read (its path is named).
  [[nodiscard]] Result<std::string> Reveal() const;

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string text_;
  bool is_file_ = false;
  bool is_set_ = false;
};

// What is shown in place of a secret everywhere.
inline constexpr std::string_view kRedacted = "<secret>";

// `text` with every occurrence of `secret` (when not empty) replaced by kRedacted.
[[nodiscard]] std::string Redact(std::string text, std::string_view secret);

}  // namespace warden
