// How a command ends when it does not succeed: exit code and sentence. The only exception type of this program.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace sluice::ctl {

/// What the shell sees; listed in README.md.
enum class exit_code : std::uint8_t {
  done = 0,
  refused = 1, ///< by the server, or not found, or `wait` ran out of time
  usage = 2,
  unreachable = 3,
  bug = 4,
};

/// Ends the command; what() is the sentence for standard error, several lines if several things are wrong.
class failure : public std::runtime_error {
public:
  failure(exit_code code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}
  [[nodiscard]] exit_code code() const noexcept {
    return code_;
  }

private:
  exit_code code_;
};

} // namespace sluice::ctl
