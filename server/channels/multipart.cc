// SPDX-License-Identifier: Apache-2.0
#include "server/channels/multipart.h"

#include "server/channels/digest.h"

namespace warden {

MultipartBody Multipart(std::string_view seed, const std::vector<FormPart>& parts) {
  // No content can know this in advance: a delivery's key is random.
  const std::string boundary = "promwarden-" + Sha256Hex("form " + std::string(seed)).substr(0, 32);
  MultipartBody body{.content_type = "multipart/form-data; boundary=" + boundary, .bytes = {}};
  for (const FormPart& part : parts) {
    body.bytes += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"";
    body.bytes += part.name;
    body.bytes += '"';
    if (!part.file_name.empty()) {
      body.bytes += "; filename=\"";
      body.bytes += part.file_name;
      body.bytes += '"';
    }
    if (!part.content_type.empty()) {
      body.bytes += "\r\nContent-Type: ";
      body.bytes += part.content_type;
    }
    body.bytes += "\r\n\r\n";
    body.bytes += part.content;
    body.bytes += "\r\n";
  }
  body.bytes += "--" + boundary + "--\r\n";
  return body;
}

}  // namespace warden
