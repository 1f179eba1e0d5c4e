// SPDX-License-Identifier: Apache-2.0
// Text that strangers wrote, made fit to send: valid UTF-8, no control or direction-changing
// characters, cut between the characters that a reader sees. And the small texts that every message
// needs: durations, instants, numbers. Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/clock.h"

namespace warden {

// Valid UTF-8 with line feeds as the only line breaks, without other control characters and
// without characters that turn the direction of the text around them. Outer white space is gone.
[[nodiscard]] std::string CleanText(std::string_view text);

// The same on one line: runs of white space are one blank.
[[nodiscard]] std::string CleanLine(std::string_view text);

// Length in UTF-16 units, the strictest of the countings that chat servers use. Valid UTF-8 only.
[[nodiscard]] std::size_t Utf16Length(std::string_view text);

// At most `limit` UTF-16 units (`limit` >= 1), an ellipsis in place of what was cut; never within a
// character, nor between a letter and its accents, nor within a joined emoji.
[[nodiscard]] std::string Cut(std::string_view text, std::size_t limit);

// Whether it may become a link: http or https with a host, no blanks, quotes or control characters,
// at most 2,000 bytes.
[[nodiscard]] bool IsWebLink(std::string_view url);

// `&`, `<`, `>` and `"` and `'` as entities.
[[nodiscard]] std::string EscapeHtml(std::string_view text);

// All but A-Z a-z 0-9 - . _ ~ as %XX.
[[nodiscard]] std::string PercentEncode(std::string_view text);

// Go's regexp.QuoteMeta: this is how Alertmanager sends and shows a receiver's name.
[[nodiscard]] std::string QuoteMeta(std::string_view text);

// `37s`, `4m`, `1h 12m`, `2d 3h`; negative ones as 0s.
[[nodiscard]] std::string HumanDuration(Duration duration);

// `2026-11-21 02:57 UTC`
[[nodiscard]] std::string HumanTime(Instant at);

// Four significant digits: `0.34`, `12.5`, `1234567`, `1.2e-09`, `NaN`, `+Inf`.
[[nodiscard]] std::string HumanNumber(double value);

}  // namespace warden
