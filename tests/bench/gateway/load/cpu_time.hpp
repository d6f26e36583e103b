// How much processor time a process and its descendants have used, exactly. Linux only.
#pragma once

#include <cstdint>
#include <vector>

#include <sys/types.h>

namespace sluice::bench {

/// A process and everything it started that still runs: some servers fork for each connection.
[[nodiscard]] std::vector<pid_t> family_of(pid_t process);

/// User and system time of all threads, ended ones included [ns]. The kernel's accounting by clock, not by ticks.
[[nodiscard]] std::int64_t cpu_ns(const std::vector<pid_t>& processes);

} // namespace sluice::bench
