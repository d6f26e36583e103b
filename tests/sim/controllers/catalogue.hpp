// The controllers that a run can choose among. Knows what each is called, not how it works.
#pragma once

#include "tests/sim/controller.hpp"

namespace sluice::sim {

/// `sluice` first, then those to compare with.
[[nodiscard]] std::span<const controller_kind> controller_kinds() noexcept;

/// Nothing if there is none of this name.
[[nodiscard]] const controller_kind* find_controller(std::string_view name) noexcept;

} // namespace sluice::sim
