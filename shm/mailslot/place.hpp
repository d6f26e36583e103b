// Where the files of one Sluice instance are and what they are called. Opens nothing.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sluice::shm {

/// Names become file names: 1 to 32 characters of a-z, 0-9 and '-'.
[[nodiscard]] constexpr bool valid_name(std::string_view x) {
  if (x.empty() || x.size() > 32)
    return false;
  for (const char c : x)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
      return false;
  return true;
}

/// Several instances live side by side in one directory, or one each in several.
struct place {
  std::filesystem::path directory = "/dev/shm";
  std::string instance = "default";

  /// The mailbox of a receiver.
  [[nodiscard]] std::filesystem::path segment(std::string_view role) const {
    return directory / ("sluice." + instance + "." + std::string{role});
  }
  /// Who is alive (participant.hpp). No role has a dot in its name, hence no clash.
  [[nodiscard]] std::filesystem::path roster() const {
    return directory / ("sluice." + instance + ".roster.lives");
  }
  /// What every file of this instance begins with.
  [[nodiscard]] std::string prefix() const {
    return "sluice." + instance + ".";
  }
};

} // namespace sluice::shm
