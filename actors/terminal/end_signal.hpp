// SIGINT and SIGTERM for programs that show something until they are told to end. Not for servers: they have runtime/.
#pragma once

#include <chrono>
#include <csignal>
#include <ctime>

namespace sluice::terminal {

/// The two signals as something to wait for; they stay blocked in this thread until the object ends.
class end_signal {
public:
  end_signal() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~end_signal() {
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  end_signal(const end_signal&) = delete;
  end_signal& operator=(const end_signal&) = delete;

  /// True as soon as one of them came; false after `patience`.
  [[nodiscard]] bool wait_for(std::chrono::milliseconds patience) const {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
    const timespec limit{seconds.count(), std::chrono::nanoseconds{patience - seconds}.count()};
    return ::sigtimedwait(&signals_, nullptr, &limit) > 0;
  }

private:
  sigset_t signals_{};
  sigset_t before_{};
};

} // namespace sluice::terminal
