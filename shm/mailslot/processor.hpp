// Which processor we run on, and how to poll without hurting the other half of a core.
#pragma once

#include <cstdint>

#include <sched.h>

namespace sluice::shm {

/// 1 + number of the processor modulo 255; 0 when it cannot be told. A hint: the thread may be elsewhere the moment
/// after. No system call where the C library keeps it in memory (glibc 2.35 and later).
[[nodiscard]] inline std::uint8_t processor_mark() {
  const int number = ::sched_getcpu();
  return number < 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(1 + number % 255);
}

/// Between two looks at a word that another processor will change.
inline void pause_processor() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb"); // `yield` does nothing on most of them
#endif
}

} // namespace sluice::shm
