// An agreement as the core keeps very many of them: with texts and terms that are shared. Says what an `agreement`
// says.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/shared_text.hpp"

#include <memory>
#include <span>
#include <vector>

namespace sluice {

struct kept_agreement {
  kept_agreement() = default;
  /// Shares nothing with others yet; `keep()` does.
  explicit kept_agreement(const agreement& x);

  /// Whether the two say the same.
  [[nodiscard]] bool says(const agreement& x) const noexcept;

  shared_text name;
  shared_text tenant;
  shared_text gateway; ///< of its selector, as are the next two
  shared_text volume;
  shared_text client;
  std::shared_ptr<const sluice::objective> objective; ///< never null once it has a name
  std::uint32_t version = 0;
  wall_time since;
};

/// As many as there are `agreements`, in their order; equal texts and equal terms are there once.
[[nodiscard]] std::vector<kept_agreement> keep(std::span<const agreement> agreements);

} // namespace sluice
