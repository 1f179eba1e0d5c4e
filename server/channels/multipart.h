// SPDX-License-Identifier: Apache-2.0
// `multipart/form-data` (RFC 7578): how chat services take a text and a file in one request. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace warden {

struct FormPart {
  std::string_view name;       // ours: no quotes, no line breaks
  std::string_view file_name;  // ours too; empty: no file
  std::string_view content_type;
  std::string_view content;
};

struct MultipartBody {
  std::string content_type;  // with the boundary
  std::string bytes;
};

// The boundary comes from `seed`, so that a retry sends the same bytes.
[[nodiscard]] MultipartBody Multipart(std::string_view seed, const std::vector<FormPart>& parts);

}  // namespace warden
