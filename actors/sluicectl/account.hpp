// Who runs this program. Reads the system's account, nothing else.
#pragma once

#include <pwd.h>
#include <string>
#include <unistd.h>

namespace sluice::ctl {

/// The account counts, not the environment.
[[nodiscard]] inline std::string user_name() {
  const auto* entry = ::getpwuid(::getuid());
  return entry != nullptr ? entry->pw_name : "uid-" + std::to_string(::getuid());
}

} // namespace sluice::ctl
