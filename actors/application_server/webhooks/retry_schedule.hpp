// When a receiver that did not take a delivery is tried again. Pure: time and chance are arguments.
#pragma once

#include "actors/domain/units.hpp"

#include <algorithm>
#include <chrono>

namespace sluice::webhooks {

/// The pause after the first failure; it doubles with each further one, up to the longest. Chosen: a restart of the
/// receiver is over after a few attempts, and an hour of failures is about 20 attempts.
inline constexpr duration first_pause = std::chrono::seconds{1};
inline constexpr duration longest_pause = std::chrono::minutes{5};

/// How long after its event a delivery is tried. Chosen: who was away for longer reads the events from the API.
inline constexpr duration patience = std::chrono::hours{1};

/// The pause after so many failures in a row: half of it is certain, half is chance, so that several servers do not
/// come back together.
/// @param failures at least 1. @param chance 0 to 1. @param asked by the receiver (Retry-After); zero = nothing. Longer
/// than the longest pause is not waited.
[[nodiscard]] constexpr duration pause_after(unsigned failures, double chance, duration asked = duration{0}) noexcept {
  auto whole = first_pause;
  for (unsigned i = 1; i < failures && whole < longest_pause; ++i)
    whole *= 2;
  whole = std::min(whole, longest_pause);
  const auto part = std::clamp(chance, 0.0, 1.0) * static_cast<double>(whole.count() / 2);
  const auto pause = whole / 2 + duration{static_cast<duration::rep>(part)};
  return std::max(pause, std::min(asked, longest_pause));
}

} // namespace sluice::webhooks
