// The clocks that an actor of the application server reads; tests hand in their own.
#pragma once

#include "actors/domain/units.hpp"

#include <chrono>
#include <functional>

namespace sluice {

struct clocks {
  std::function<instant()> monotonic = [] {
    return std::chrono::duration_cast<instant>(std::chrono::steady_clock::now().time_since_epoch());
  };
  std::function<wall_time()> wall = [] {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return wall_time{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
  };
};

} // namespace sluice
