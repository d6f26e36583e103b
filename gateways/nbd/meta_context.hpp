// The queries of LIST_META_CONTEXT and SET_META_CONTEXT: bytes to what was asked. Knows no export and sends nothing.
#pragma once

#include "gateways/nbd/wire.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sluice::nbd {

/// What such an option asks, as far as it concerns the one context there is.
struct meta_query {
  std::string_view export_name; ///< lies in the option
  std::uint32_t queries = 0;
  bool names_allocation = false; ///< one of them is `base:allocation`
  bool names_base = false;       ///< one of them is `base:`
};

/// Reads an option's body. False if its lengths contradict each other or a string is longer than the protocol allows.
/// Queries for other contexts count and are otherwise ignored.
[[nodiscard]] bool read_meta_query(std::span<const std::byte> body, meta_query& to) noexcept;

/// Whether LIST answers with `base:allocation`: no query means all contexts, and `base:` all of that namespace.
[[nodiscard]] constexpr bool lists_allocation(const meta_query& x) noexcept {
  return x.queries == 0 || x.names_allocation || x.names_base;
}

/// Whether SET selects `base:allocation`: by its full name alone.
[[nodiscard]] constexpr bool selects_allocation(const meta_query& x) noexcept {
  return x.names_allocation;
}

} // namespace sluice::nbd
