// SPDX-License-Identifier: Apache-2.0
// A whole file as text. What cannot be read (missing, a folder, a broken disk) or is larger than
// the limit is an error with its cause, never an exception. Any thread.
#pragma once

#include <cstddef>
#include <string>

#include "server/base/result.h"

namespace warden {

// unavailable: the message is the cause alone, without the path.
[[nodiscard]] Result<std::string> ReadFile(const std::string& path, std::size_t limit);

}  // namespace warden
