// A child made by fork() that dies with its parent and is waited for.
#pragma once

#include <functional>

#include <sys/types.h>

namespace sluice::bench {

/// Move-only; its end kills and reaps the process, unless it is a copy that fork() made for another child.
class child {
public:
  /// Runs `body` in a new process, which then exits with 0, or with 1 if `body` threw. @pre the caller has no threads
  explicit child(const std::function<void()>& body);
  child(child&& other) noexcept;
  child& operator=(child&&) = delete;
  child(const child&) = delete;
  ~child();

  /// Whether it has ended; does not wait.
  [[nodiscard]] bool ended();
  /// Its wait status. @pre ended()
  [[nodiscard]] int status() const {
    return status_;
  }
  [[nodiscard]] pid_t pid() const {
    return pid_;
  }

private:
  pid_t owner_;
  pid_t pid_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

} // namespace sluice::bench
