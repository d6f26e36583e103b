// Reads and strictly checks the options of a process.
#include "actors/runtime/process_config.hpp"

#include "actors/protocol/interfaces.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace sluice {

namespace {

/// The path given with --config-file, or nothing.
std::string config_file_argument(int argc, char** argv) {
  constexpr std::string_view option = "--config-file=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument{argv[i]};
    if (argument.substr(0, option.size()) == option)
      return std::string{argument.substr(option.size())};
  }
  return {};
}

/// The number of the first line of the form `name {`, or 0. CAF reads such sections but leaves the options in them
/// unset.
std::size_t brace_section(const std::string& path) {
  std::ifstream file{path};
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    const auto brace = line.find('{');
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string::npos || brace == std::string::npos || brace == first)
      continue;
    const auto is_name = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' || c == ' '
             || c == '\t';
    };
    if (std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(brace), is_name))
      return number;
  }
  return 0;
}

/// CAF's parser says where it stopped as `({"column" = 2, "line" = 3})` or as the argument.
std::string parser_problem(const caf::actor_system_config& config, const caf::error& reason) {
  return config.render(reason);
}

} // namespace

process_config::process_config(process_identity identity) : identity_(identity) {
  add_message_types<caf::id_block::sluice>();
  add_message_types<caf::id_block::sluice_handles>();
  add_error_category(caf::atom("sluice"), [](std::uint8_t code, caf::atom_value, const caf::message& context) {
    auto text = to_string(static_cast<ec>(code));
    if (context.size() == 1 && context.match_element<std::string>(0))
      text += ": " + context.get_as<std::string>(0);
    return text;
  });
  // Idle workers of the default policy (stealing) poll, which costs latency and processor time; see shm/README.md.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", 2u);
  // CAF's default verbosity is quiet and its default file name holds the pid. Here: the console, unless the ini says
  // otherwise; a container's log is its console.
  set("logger.console", caf::atom("uncolored"));
  set("logger.console-verbosity", caf::atom("info"));
  set("logger.file-verbosity", caf::atom("quiet"));
  set("logger.console-format", "%d %p %c %m"); // CAF ends a console line itself
  set("logger.file-format", "%d %p %c %m%n");
  opt_group{custom_options_, "global"}
      .add(version_wanted, "version", "print name and version, and exit")
      .add(check_only, "check-config", "check the configuration and exit: 0, or 2 with one line per mistake");
}

std::vector<std::string> process_config::read(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument{argv[i]};
    help_wanted = help_wanted || argument == "--help" || argument == "-h" || argument == "-?";
  }
  if (help_wanted)
    return {};
  const auto path = config_file_argument(argc, argv);
  if (!path.empty()) {
    if (std::ifstream file{path}; !file || file.peek() == std::ifstream::traits_type::eof())
      return {path + ": cannot be read or is empty: " + (errno != 0 ? std::strerror(errno) : "no content")};
    if (auto parsed = parse_config_file(path.c_str()); !parsed)
      return {path + ": is no ini file: " + parser_problem(*this, parsed.error())};
  }
  // Without --config-file CAF would read caf-application.ini from the working directory: nobody asked for that.
  if (auto problem = parse(argc, argv, "/dev/null"))
    return {parser_problem(*this, problem)};
  if (version_wanted)
    return {};
  std::vector<std::string> mistakes;
  if (!remainder.empty())
    mistakes.push_back("command line: unexpected argument " + remainder.front());
  if (!path.empty()) {
    auto found = strict_check(path);
    mistakes.insert(mistakes.end(), found.begin(), found.end());
  }
  if (mistakes.empty()) {
    for (auto& mistake : validate())
      mistakes.push_back((path.empty() ? std::string{"configuration"} : path) + ": " + mistake);
  }
  return mistakes;
}

std::vector<std::string> process_config::strict_check(const std::string& path) const {
  std::vector<std::string> mistakes;
  auto raw = parse_config_file(path.c_str());
  if (!raw)
    return {path + ": " + parser_problem(*this, raw.error())};
  if (const auto number = brace_section(path); number != 0)
    mistakes.push_back(path + ": line " + std::to_string(number) + ": write [section] instead of section { }");
  const auto check = [&](const std::string& section, const std::string& key, const caf::config_value& value) {
    const auto name = section + '.' + key;
    const auto* option = custom_options_.qualified_name_lookup(section, key);
    if (option == nullptr) {
      mistakes.push_back(path + ": " + name + ": there is no such option (--help lists them)");
    } else if (option->check(value)) {
      const auto type = option->type_name();
      mistakes.push_back(path + ": " + name + ": expected " + std::string{type.begin(), type.end()} + ", got "
                         + caf::to_string(value));
    }
  };
  const auto free = free_sections();
  for (const auto& [section, value] : *raw) {
    if (std::find(free.begin(), free.end(), section) != free.end())
      continue;
    if (const auto* keys = caf::get_if<caf::config_value::dictionary>(&value)) {
      for (const auto& [key, entry] : *keys)
        check(section, key, entry);
    } else {
      check("global", section, value);
    }
  }
  return mistakes;
}

/// As text; of an option that only CAF reads, what was given.
std::string process_config::value_of(const caf::config_option& option) const {
  if (const auto kept = option.get())
    return caf::to_string(*kept);
  const auto section = content.find(option.category());
  if (section == content.end())
    return {};
  const auto* const keys = caf::get_if<caf::settings>(&section->second);
  const auto found = keys == nullptr ? caf::settings::const_iterator{} : keys->find(option.long_name());
  return keys == nullptr || found == keys->end() ? std::string{} : caf::to_string(found->second);
}

std::vector<std::string> process_config::changed_options(const process_config& next) const {
  std::vector<std::string> names;
  for (const auto& option : custom_options_) {
    const auto* const same = next.custom_options_.qualified_name_lookup(option.category(), option.long_name());
    if (same == nullptr || value_of(option) != next.value_of(*same))
      names.push_back(std::string{option.full_name().begin(), option.full_name().end()});
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string process_config::help() const {
  std::string text{identity_.name};
  text += " " SLUICE_VERSION ": ";
  text += identity_.purpose;
  text += "\n\nusage: ";
  text += identity_.name;
  text += " [--config-file=FILE] [--check-config] [--SECTION.KEY=VALUE …]\n\n";
  text += "Each option is also a key of the ini file: --SECTION.KEY=VALUE is KEY=VALUE below [SECTION].\n"
          "Exit codes: 0 orderly, 2 bad usage or configuration, 3 a needed resource is missing, 4 bug.\n\n";
  return text + custom_options_.help_text(false);
}

} // namespace sluice
