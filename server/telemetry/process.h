// SPDX-License-Identifier: Apache-2.0
// What the kernel says about this process, from /proc; fields that cannot be read are 0.
#pragma once

namespace warden {

struct ProcessStats {
  double cpu_seconds = 0;
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double open_fds = 0;
  double max_fds = 0;
  double threads = 0;
  double start_time_seconds = 0;  // since 1970
};

[[nodiscard]] ProcessStats ReadProcessStats();

}  // namespace warden
