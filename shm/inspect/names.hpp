// What numbers in a segment are called: roles and operation codes.
#pragma once

#include "shm/inspect/snapshot.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sluice::shm::inspect {

/// Role numbers to names. The mailboxes of an instance are named after their receivers and hold their numbers; numbers
/// without one have the names of Sluice's own roles, unless a mailbox shows that the instance has others.
class role_names {
public:
  explicit role_names(const std::vector<mailbox_found>& mailboxes);

  /// "role-5" for one that nobody has named.
  [[nodiscard]] std::string of(std::uint32_t role) const;

private:
  std::array<std::string, max_roles + 1> names_;
};

/// What a slot asks for, in words: "store-rows", "generic"; "code-77" for one that is not known.
[[nodiscard]] std::string operation_name(std::uint32_t operation);

[[nodiscard]] const char* name_of(slot_content x);
[[nodiscard]] const char* name_of(liveness x);

} // namespace sluice::shm::inspect
