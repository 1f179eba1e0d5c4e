// SPDX-License-Identifier: Apache-2.0
#include "server/cli/version.h"

namespace warden {

std::string Version() { return PROMWARDEN_VERSION; }
std::string Revision() { return PROMWARDEN_REVISION; }

std::string VersionText() {
  return "promwarden, version " + Version() + " (revision: " + Revision() +
         ")\n  compiler: " PROMWARDEN_COMPILER "\n  platform: linux/" PROMWARDEN_ARCH;
}

}  // namespace warden
