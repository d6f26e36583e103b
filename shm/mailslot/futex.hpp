// Sleeping on a word of shared memory and waking the sleeper. Not a lock: nothing is owned.
#pragma once

#include <atomic>
#include <chrono>
#include <climits>
#include <cstdint>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sluice::shm {

/// No end: the kernel sets no timer, which saves a tenth of a short sleep.
inline constexpr std::chrono::nanoseconds no_limit = std::chrono::nanoseconds::max();

/// Sleeps while `word` is `expected`, at most `limit`. Returns early for any reason: the caller looks again.
inline void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected, std::chrono::nanoseconds limit) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(limit);
  timespec ts{};
  ts.tv_sec = static_cast<std::time_t>(whole.count());
  ts.tv_nsec = static_cast<long>((limit - whole).count());
  // Not FUTEX_PRIVATE: the word is in a segment that other processes map.
  ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT, expected, limit == no_limit ? nullptr : &ts, nullptr, 0);
}

/// Wakes everybody who sleeps on `word`.
inline void futex_wake(std::atomic<std::uint32_t>& word) {
  ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

} // namespace sluice::shm
