// SPDX-License-Identifier: Apache-2.0
// The pieces of a mail: headers that stay headers whatever is in them, bodies that any server
// passes. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.h"
#include "server/base/result.h"

namespace warden {

struct Mailbox {
  std::string name;     // as shown; may be empty
  std::string address;  // user@host
};

// Comma-separated: `Ops <ops@example.org>, "Doe, J." <j@example.org>, a@b`. invalid: an address
// without @, with blanks, brackets or control characters; or none at all.
[[nodiscard]] Result<std::vector<Mailbox>> ParseMailboxes(std::string_view text);
// As a header's value, names encoded, folded.
[[nodiscard]] std::string MailboxesText(const std::vector<Mailbox>& mailboxes);

// `Name: value` and CRLF. Line breaks and control characters of the value are gone, other than
// ASCII becomes encoded words (RFC 2047), folded before 78 columns where there are blanks.
[[nodiscard]] std::string HeaderLine(std::string_view name, std::string_view value);
// The same for a value that is formed already: only line breaks other than folds are removed.
[[nodiscard]] std::string RawHeaderLine(std::string_view name, std::string_view value);
// Letters, digits and dashes.
[[nodiscard]] bool IsHeaderName(std::string_view name);

// Lines of at most 76 characters with CRLF, a line break at the end (RFC 2045, 6.7).
[[nodiscard]] std::string QuotedPrintable(std::string_view text);

// Base64 in lines of 76 characters with CRLF (RFC 2045, 6.8).
[[nodiscard]] std::string Base64Lines(std::string_view bytes);

// `Sat, 21 Nov 2026 12:13:25 +0000`
[[nodiscard]] std::string MailDate(Instant at);

}  // namespace warden
