// Finds the server, the token and the output form. The order of precedence is one function, ranked().
#include "actors/sluicectl/settings.hpp"

#include "actors/sluicectl/config_file.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>
#include <sys/stat.h>

namespace sluice::ctl {

namespace {

constexpr std::string_view default_server = "http://127.0.0.1:8080";
/// Where deploy/up and an installed server keep it.
constexpr std::array<const char*, 2> default_token_files{"var/run/token", "/var/lib/sluice/token"};
constexpr std::array<std::string_view, 3> local_hosts{"127.0.0.1", "localhost", "[::1]"};

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

/// Whether this machine answers there: then its server's token files are the right ones.
bool is_this_machine(std::string_view server) {
  server.remove_prefix(server.find("://") + 3);
  return std::any_of(local_hosts.begin(), local_hosts.end(), [&](std::string_view host) {
    return server.starts_with(host)
           && (server.size() == host.size() || server[host.size()] == ':' || server[host.size()] == '/');
  });
}

void take_token(settings& result, const std::string& path, const std::string& content, const surroundings& from) {
  result.token = token_of(path, content);
  result.token_source = path;
  if (from.open_to_others(path))
    result.warnings.push_back(path + " can be read by others; chmod 600 it");
}

void find_token(settings& result, const std::optional<std::string>& named, const surroundings& from) {
  if (named) {
    const auto content = from.file(*named);
    if (!content)
      throw failure{exit_code::usage, *named + ": the token file cannot be read"};
    return take_token(result, *named, *content, from);
  }
  if (!is_this_machine(result.server)) {
    result.token_source = "none was named for " + result.server;
    return;
  }
  for (const auto* path : default_token_files)
    if (const auto content = from.file(path))
      return take_token(result, path, *content, from);
  result.token_source = "there is no readable token in var/run/token or /var/lib/sluice/token";
}

/// The contexts that are named, by the rank of who names them.
struct chosen_contexts {
  std::optional<context> by_flag;
  std::optional<context> by_environment;
  std::optional<context> current;
};

chosen_contexts choose(const command_line& line, const surroundings& from) {
  const auto book = contexts_of(from);
  const auto path = contexts_path(from).value_or("the contexts file");
  const auto called = [&](const std::optional<std::string>& name) {
    auto found = name ? std::optional{context_called(*name, book, path)} : std::nullopt;
    if (found)
      found->server = checked_address(found->server);
    return found;
  };
  return {called(line.context), called(from.environment("SLUICE_CONTEXT")),
          called(book.current.empty() ? std::nullopt : std::optional{book.current})};
}

using optional_text = std::optional<std::string>;

/// The first that is there of a setting's sources; `of` takes it from a context.
template<class Of>
optional_text ranked(const optional_text& flag, const optional_text& environment, const optional_text& file,
                     const chosen_contexts& contexts, Of of) {
  const auto in = [&](const std::optional<context>& x) {
    return x ? of(*x) : optional_text{};
  };
  for (const auto& one :
       {flag, in(contexts.by_flag), environment, in(contexts.by_environment), file, in(contexts.current)})
    if (one)
      return one;
  return std::nullopt;
}

} // namespace

std::string checked_address(std::string address) {
  while (!address.empty() && address.back() == '/')
    address.pop_back();
  const auto scheme = address.find("://");
  const auto name = address.substr(0, scheme == std::string::npos ? 0 : scheme);
  if ((name != "http" && name != "https") || address.size() <= scheme + 3)
    throw failure{exit_code::usage, "server: expected an address such as " + std::string{default_server} + ", got "
                                        + (address.empty() ? "nothing" : address)};
  if (address.find('@') != std::string::npos)
    throw failure{exit_code::usage, "server: expected an address without a user; tokens are in files"};
  return address;
}

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
      [](const std::string& path) {
        struct stat found {};
        return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && (found.st_mode & 077) != 0;
      },
  };
}

std::optional<std::string> contexts_path(const surroundings& from) {
  // A relative XDG_CONFIG_HOME is to be ignored (XDG Base Directory Specification 0.8).
  if (const auto place = from.environment("XDG_CONFIG_HOME"); place && place->front() == '/')
    return *place + "/sluice/config.yaml";
  if (const auto home = from.environment("HOME"))
    return *home + "/.config/sluice/config.yaml";
  return std::nullopt;
}

context_book contexts_of(const surroundings& from) {
  const auto path = contexts_path(from);
  const auto text = path ? from.file(*path) : std::nullopt;
  return text ? read_contexts(*path, *text) : context_book{};
}

settings make_settings(const command_line& line, const surroundings& from) {
  const auto config = read_config(line, from);
  const auto contexts = choose(line, from);
  settings result;
  result.server = checked_address(ranked(line.server, from.environment("SLUICE_SERVER"), config.server, contexts,
                                         [](const context& x) -> optional_text {
                                           return x.server;
                                         })
                                      .value_or(std::string{default_server}));
  // What belongs to one server is shown to no other.
  const auto token_file = [&](const context& x) {
    return x.server == result.server ? x.token_file : std::nullopt;
  };
  const auto ca_file = [&](const context& x) {
    return x.server == result.server ? x.ca_file : std::nullopt;
  };
  if (line.output)
    result.output = *line.output;
  else if (config.output == "json" || config.output == "yaml")
    result.output = config.output == "json" ? output_format::json : output_format::yaml;
  result.ca_file =
      ranked(line.ca_file, from.environment("SLUICE_CA_FILE"), config.ca_file, contexts, ca_file).value_or("");
  find_token(result,
             ranked(line.token_file, from.environment("SLUICE_TOKEN_FILE"), config.token_file, contexts, token_file),
             from);
  return result;
}

} // namespace sluice::ctl
