// Reads section [shm] of a process's ini file.
#include "shm/inspect/options.hpp"
#include "shm/mailslot/place.hpp"

#include <algorithm>

namespace sluice::shm::inspect {

namespace {

std::string_view trimmed(std::string_view x) {
  constexpr std::string_view space = " \t\r";
  const auto first = x.find_first_not_of(space);
  return first == std::string_view::npos ? std::string_view{} : x.substr(first, x.find_last_not_of(space) - first + 1);
}

/// Empty, or what is wrong with a line of the section.
std::string take_line(std::string_view line, shm_section& into) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos)
    return {};
  const auto key = trimmed(line.substr(0, equals));
  if (key != "directory" && key != "instance")
    return {};
  const auto value = trimmed(line.substr(equals + 1));
  if (value.size() < 3 || value.front() != '"' || value.back() != '"')
    return std::string{key} + ": expected a text in double quotes";
  const std::string text{value.substr(1, value.size() - 2)};
  if (key == "instance" && !valid_name(text))
    return "instance: expected 1 to 32 characters of a-z, 0-9 and '-'";
  (key == "instance" ? into.instance : into.directory) = text;
  return {};
}

} // namespace

shm_section parse_shm_section(std::string_view file_name, std::string_view text) {
  shm_section found;
  bool inside = false;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    if (line.starts_with('['))
      inside = line == "[shm]";
    else if (inside && !line.starts_with(';') && !line.starts_with('#'))
      if (const auto wrong = take_line(line, found); !wrong.empty())
        found.mistakes.push_back(std::string{file_name} + ": line " + std::to_string(number) + ": shm." + wrong);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

} // namespace sluice::shm::inspect
