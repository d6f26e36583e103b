// Reads the client's ini file.
#include "actors/sluicectl/config_file.hpp"

#include <algorithm>

namespace sluice::ctl {

namespace {

std::string_view trimmed(std::string_view x) {
  constexpr std::string_view space = " \t\r";
  const auto first = x.find_first_not_of(space);
  return first == std::string_view::npos ? std::string_view{} : x.substr(first, x.find_last_not_of(space) - first + 1);
}

/// Empty, or what is wrong with the line.
std::string take_line(std::string_view line, file_settings& into) {
  if (line.empty() || line.front() == ';' || line.front() == '#')
    return {};
  if (line.front() == '[')
    return line == "[sluicectl]" ? "" : std::string{line} + ": expected the section [sluicectl]";
  const auto equals = line.find('=');
  if (equals == std::string_view::npos)
    return std::string{line} + ": expected KEY=VALUE";
  const auto key = trimmed(line.substr(0, equals));
  auto value = trimmed(line.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  if (value.empty() || value.find('"') != std::string_view::npos)
    return std::string{key} + ": expected a value, quoted or not";
  if (key == "server")
    into.server = value;
  else if (key == "token-file")
    into.token_file = value;
  else if (key == "ca-file")
    into.ca_file = value;
  else if (key != "output")
    return std::string{key} + ": there is no such key; there are server, token-file, ca-file, output";
  else if (value != "table" && value != "json" && value != "yaml")
    return "output: expected table, json or yaml, got " + std::string{value};
  else
    into.output = value;
  return {};
}

} // namespace

file_settings parse_config_file(std::string_view name, std::string_view text) {
  file_settings result;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto wrong = take_line(trimmed(text.substr(0, end)), result);
    if (!wrong.empty())
      result.mistakes.push_back(std::string{name} + ": line " + std::to_string(number) + ": " + wrong);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

} // namespace sluice::ctl
