// Three clocks, read one after the other.
#include "shm/inspect/clock.hpp"

#include <ctime>

namespace sluice::shm::inspect {

moment read_clocks() {
  timespec coarse{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &coarse); // as the senders do: an age has their clock's grain [some ms]
  return {std::chrono::system_clock::now(), std::chrono::steady_clock::now().time_since_epoch(),
          static_cast<std::uint32_t>(coarse.tv_sec * 1000 + coarse.tv_nsec / 1'000'000)};
}

} // namespace sluice::shm::inspect
