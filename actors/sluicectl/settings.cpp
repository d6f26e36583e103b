// Finds the server, the token and the output form: flag, environment, configuration file, default, in this order.
#include "actors/sluicectl/settings.hpp"

#include "actors/sluicectl/config_file.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace sluice::ctl {

namespace {

constexpr std::string_view default_server = "http://127.0.0.1:8080";
/// Where deploy/up and an installed server keep it.
constexpr std::array<const char*, 2> default_token_files{"var/run/token", "/var/lib/sluice/token"};

file_settings read_config(const command_line& line, const surroundings& from) {
  if (!line.config_file)
    return {};
  const auto text = from.file(*line.config_file);
  if (!text)
    throw failure{exit_code::usage, *line.config_file + ": cannot be read"};
  auto result = parse_config_file(*line.config_file, *text);
  if (!result.mistakes.empty()) {
    std::string all;
    for (const auto& mistake : result.mistakes)
      all += (all.empty() ? "" : "\n") + mistake;
    throw failure{exit_code::usage, all};
  }
  return result;
}

std::string token_of(const std::string& path, const std::string& content) {
  const auto end = content.find_last_not_of(" \t\r\n");
  const auto token = content.substr(0, end == std::string::npos ? 0 : end + 1);
  const bool printable = std::all_of(token.begin(), token.end(), [](char c) {
    return c > ' ' && c < '\x7f';
  });
  if (token.empty() || token.size() > max_token_size || !printable)
    throw failure{exit_code::usage, path + ": holds no token: expected one word"};
  return token;
}

void find_token(settings& result, const std::optional<std::string>& named, const surroundings& from) {
  if (named) {
    const auto content = from.file(*named);
    if (!content)
      throw failure{exit_code::usage, *named + ": the token file cannot be read"};
    result.token = token_of(*named, *content);
    result.token_source = *named;
    return;
  }
  for (const auto* path : default_token_files) {
    if (const auto content = from.file(path)) {
      result.token = token_of(path, *content);
      result.token_source = path;
      return;
    }
  }
  result.token_source = "there is no readable token in var/run/token or /var/lib/sluice/token";
}

std::string checked_address(std::string address) {
  while (!address.empty() && address.back() == '/')
    address.pop_back();
  const auto scheme = address.find("://");
  const auto name = address.substr(0, scheme == std::string::npos ? 0 : scheme);
  if ((name != "http" && name != "https") || address.size() <= scheme + 3)
    throw failure{exit_code::usage, "server: expected an address such as " + std::string{default_server} + ", got "
                                        + (address.empty() ? "nothing" : address)};
  return address;
}

} // namespace

surroundings process_surroundings() {
  return {
      [](const std::string& name) {
        const auto* value = std::getenv(name.c_str());
        return value != nullptr && *value != '\0' ? std::optional<std::string>{value} : std::nullopt;
      },
      [](const std::string& path) -> std::optional<std::string> {
        std::ifstream file{path, std::ios::binary};
        std::ostringstream content;
        if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(content << file.rdbuf())))
          return std::nullopt;
        return content.str();
      },
  };
}

settings make_settings(const command_line& line, const surroundings& from) {
  const auto config = read_config(line, from);
  const auto first = [](std::optional<std::string> a, std::optional<std::string> b, std::optional<std::string> c) {
    return a ? a : b ? b : c;
  };
  settings result;
  result.server = checked_address(
      first(line.server, from.environment("SLUICE_SERVER"), config.server).value_or(std::string{default_server}));
  if (line.output)
    result.output = *line.output;
  else if (config.output == "json")
    result.output = output_format::json;
  find_token(result, first(line.token_file, from.environment("SLUICE_TOKEN_FILE"), config.token_file), from);
  return result;
}

} // namespace sluice::ctl
