// On which version a change is to be made: If-Match and If-None-Match of RFC 9110, where the tag of terms is their
// version. Pure; which version is in force others know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

/// The tag of a version: `"v3"`.
[[nodiscard]] std::string version_tag(std::uint32_t version);

struct precondition {
  bool given = false;                  ///< false: the change is made on whatever is there
  bool any = false;                    ///< If-Match: *, on whatever is there, but not on nothing
  bool absent = false;                 ///< If-None-Match: *, only if there is nothing
  std::vector<std::uint32_t> versions; ///< If-Match: one of these

  /// @param in_force nothing = there is none
  [[nodiscard]] bool holds(std::optional<std::uint32_t> in_force) const noexcept;
};

/// Total: what is no tag of a version is one that nothing has, so that its change is not made. Of If-None-Match only
/// `*` says anything of a change.
[[nodiscard]] precondition read_precondition(std::string_view if_match, std::string_view if_none_match);

} // namespace sluice::http
