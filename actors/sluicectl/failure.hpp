// How a command ends when it does not succeed: exit code and sentence. The only exception type of this program.
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sluice::ctl {

/// What the shell sees.
enum class exit_code : std::uint8_t {
  done = 0,
  refused = 1, ///< it is not so: see exit_codes
  usage = 2,
  unreachable = 3,
  bug = 4,
};

struct exit_code_text {
  exit_code code;
  std::string_view brief;   ///< for --help
  std::string_view meaning; ///< for the manual; README.md says the same
};

/// All of them, in their order; --help and the manual are made from it.
inline constexpr std::array exit_codes{
    exit_code_text{exit_code::done, "done", "Done; diff: no differences."},
    exit_code_text{
        exit_code::refused, "it is not so (refused, not there, different, out of time)",
        "It is not so: the server refused it, there is no such thing, diff found differences, wait ran out of "
        "time, or a file is not as it was signed."},
    exit_code_text{exit_code::usage, "usage",
                   "Wrong arguments or configuration, a file that is no agreement, a token file that cannot be read; "
                   "diff: the server would refuse the file."},
    exit_code_text{exit_code::unreachable, "server not reached",
                   "The server cannot be reached, or what answers there is not Sluice; diff: it cannot answer now."},
    exit_code_text{exit_code::bug, "bug", "A bug of the program."},
};

/// `Exit codes: 0 done, …` in one line.
[[nodiscard]] inline std::string exit_code_line() {
  std::string text;
  for (const auto& x : exit_codes)
    text +=
        (text.empty() ? "Exit codes: " : ", ") + std::to_string(static_cast<int>(x.code)) + ' ' + std::string{x.brief};
  return text + '.';
}

/// Ends the command; what() is the sentence for standard error, several lines if several things are wrong.
class failure : public std::runtime_error {
public:
  failure(exit_code code, const std::string& sentence, long status = 0)
      : std::runtime_error(sentence), code_(code), status_(status) {}
  [[nodiscard]] exit_code code() const noexcept {
    return code_;
  }
  /// Of the answer that it comes from; 0 = from none.
  [[nodiscard]] long status() const noexcept {
    return status_;
  }

private:
  exit_code code_;
  long status_;
};

} // namespace sluice::ctl
