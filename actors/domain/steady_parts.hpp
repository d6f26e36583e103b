// Whole numbers from parts that change a little all the time: rounded so that as few of them as possible change.
#pragma once

#include <cstdint>
#include <span>

namespace sluice {

/// Each result is its part rounded down or up, at least 1, and their sum is the parts' sum rounded, but for that
/// minimum. Who is rounded up: first those for whom `before` says so already, then the others in their order. So a
/// number moves only with its part or with the sum. @pre all of the same size
void steady_parts(std::span<const double> parts, std::span<const std::uint32_t> before,
                  std::span<std::uint32_t> result) noexcept;

} // namespace sluice
