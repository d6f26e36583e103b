// The life of a process: options, log, actor system, stop. What runs in it is handed in.
#pragma once

#include "actors/runtime/process_config.hpp"

#include <caf/actor_system.hpp>

#include <csignal>
#include <functional>
#include <stdexcept>

namespace sluice {

/// Exit codes of every executable (design.md §5).
namespace exit_code {
inline constexpr int orderly = 0;
inline constexpr int usage = 2;
inline constexpr int missing = 3;
inline constexpr int bug = 4;
} // namespace exit_code

/// A port, file, segment or database that the process needs is not to be had; the text is one sentence. Ends the
/// process with exit_code::missing.
struct resource_missing : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Waits for the order to stop, or to read the configuration again. SIGTERM, SIGINT and SIGHUP are blocked in every
/// thread and taken here alone.
class stop_signal {
public:
  /// Blocks the signals in the calling thread, and so in every thread it starts later; ignores SIGPIPE.
  stop_signal();

  /// Waits for SIGTERM or SIGINT; returns its number. A SIGHUP meanwhile is one line in the log and nothing else.
  int wait();

  /// Waits for any of them; returns its number. For a process that has something to reload at SIGHUP.
  int wait_or_hangup();

  /// Makes `wait` return as if SIGTERM had come. Thread safe. For an actor that cannot go on.
  static void raise();

private:
  sigset_t signals_;
};

/// Reads the options, answers --help, --version and --check-config, checks the log file, builds the actor system and
/// runs `body`, which spawns the actors, waits for the stop signal and ends the actors. Returns the exit code; says on
/// standard error why when it is not 0. A std::runtime_error out of a CAF module's start counts as a missing resource.
int run_process(int argc, char** argv, process_config& config,
                const std::function<void(caf::actor_system&, stop_signal&)>& body);

} // namespace sluice
