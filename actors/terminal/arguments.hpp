// How the programs for people take the words of their command line: the end of a line that asks for help or is wrong,
// and checks of single words. Knows no option of any program.
#pragma once

#include <CLI/CLI.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace sluice::terminal {

/// A command line that is answered with a text: `--help` and `--version`, or a mistake, which ends with `usage`.
struct ending {
  std::string text;
  bool mistake = false;
};

/// Fills what the options of `app` point to. Help is that of the command that was named. @param arguments without the
/// program's name
[[nodiscard]] inline std::optional<ending> take_arguments(CLI::App& app, std::vector<std::string> arguments) {
  try {
    std::reverse(arguments.begin(), arguments.end()); // CLI11 takes them from the back
    app.parse(std::move(arguments));
  } catch (const CLI::CallForVersion& version) {
    return ending{std::string{version.what()} + "\n", false};
  } catch (const CLI::Success&) { // help, of the program or of a command
    return ending{app.help(), false};
  } catch (const CLI::ParseError& mistake) {
    return ending{mistake.what(), true};
  }
  return std::nullopt;
}

/// For CLI11's check(): empty if `text` is a whole number from 1 on that fits 64 bits, else what was expected.
[[nodiscard]] inline std::string whole_number(const std::string& text) {
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
  const bool some = text.find_first_not_of('0') != std::string::npos;
  return digits && some && text.size() <= 18 ? std::string{} : "expected a whole number from 1 on, got " + text;
}

} // namespace sluice::terminal
