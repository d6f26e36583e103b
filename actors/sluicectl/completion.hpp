// What may stand at the cursor of a command line, by the program's description. Pure; names of things are only asked
// for.
#pragma once

#include "actors/sluicectl/description.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::ctl {

/// Names that somebody else knows.
enum class name_source : std::uint8_t {
  none,
  agreement,
  stream,
  gateway,
  backend,
  tenant,
  token,
  exclusion,
  context,
};

struct completion {
  std::vector<std::string> words; ///< whole words that begin with what was typed
  bool files = false;             ///< names of files instead
  name_source names = name_source::none;
  std::string typed;  ///< names must begin with this
  std::string prefix; ///< and get this put before them: `--option=`
};

/// The words of a line up to the cursor, without quotes and backslashes; the last one is being typed, and empty where a
/// new one begins.
[[nodiscard]] std::vector<std::string> split_line(std::string_view line);

/// @param words with the program's name first
[[nodiscard]] completion complete(const described_command& program, const std::vector<std::string>& words);

} // namespace sluice::ctl
