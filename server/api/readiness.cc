// SPDX-License-Identifier: Apache-2.0
#include "server/api/readiness.h"

#include <algorithm>

namespace warden::api {

std::optional<std::string> Readiness::Look(const std::string& trouble, std::int64_t failures,
                                           Instant now) {
  const std::int64_t fresh = std::max<std::int64_t>(failures - failures_, 0);
  failures_ = failures;
  if (!trouble.empty()) reason_ = trouble;
  if (fresh > 0) {
    const bool is_soon = failed_at_ && now - *failed_at_ < kSteady;
    if (fresh > 1 || is_soon) unready_till_ = now + kSteady;
    failed_at_ = now;
  }
  if (!trouble.empty()) return trouble;
  // An end out of reach was moved there by a jump of the clock.
  const bool is_held = unready_till_ && now < *unready_till_ && *unready_till_ - now <= kSteady;
  if (!is_held) {
    unready_till_.reset();
    return std::nullopt;
  }
  return "it fails again and again" + (reason_.empty() ? "" : ", the last time with: " + reason_);
}

}  // namespace warden::api
