// The program sluice-shm-inspect: finds out which instance is meant, shows it, ends with an exit code.
#include "shm/inspect/instance_reader.hpp"
#include "shm/inspect/watch.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

namespace sluice::shm::inspect {

namespace {

constexpr auto default_directory = "/dev/shm";

int complain(exit_code code, const std::string& sentence) {
  std::cerr << "sluice-shm-inspect: " << sentence << '\n';
  return static_cast<int>(code);
}

std::string listed(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names)
    all += (all.empty() ? "" : ", ") + name;
  return all;
}

/// The instance that was asked for, else the only one of the directory.
int show_instance(const std::filesystem::path& directory, const options& asked) {
  const auto show_it = [&](const std::string& instance) {
    auto code = show({directory, instance}, asked);
    if (code)
      return static_cast<int>(*code);
    const auto& why = code.why();
    return complain(why.kind == failure_kind::invalid ? exit_code::usage : exit_code::unreadable, why.sentence);
  };
  if (asked.instance)
    return show_it(*asked.instance);
  auto found = instances_in(directory);
  if (!found)
    return complain(exit_code::unreadable, found.why().sentence);
  if (found->empty())
    return complain(exit_code::unreadable, "there is no instance in " + directory.string());
  if (found->size() > 1)
    return complain(exit_code::usage, "there are " + std::to_string(found->size()) + " instances in "
                                          + directory.string() + ", choose one with --instance: " + listed(*found));
  return show_it(found->front());
}

int run_program(std::vector<std::string> arguments) {
  auto parsed = parse_options(std::move(arguments));
  if (!parsed.asked) {
    if (parsed.code != exit_code::shown)
      return complain(parsed.code, parsed.text + " (sluice-shm-inspect --help)");
    std::cout << parsed.text;
    return 0;
  }
  auto& asked = *parsed.asked;
  if (!asked.config_file.empty()) {
    std::ifstream file{asked.config_file};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file)
      return complain(exit_code::usage, asked.config_file + ": cannot be read");
    const auto section = parse_shm_section(asked.config_file, text);
    for (const auto& mistake : section.mistakes)
      complain(exit_code::usage, mistake);
    if (!section.mistakes.empty())
      return static_cast<int>(exit_code::usage);
    if (!asked.directory)
      asked.directory = section.directory;
    if (!asked.instance)
      asked.instance = section.instance.value_or("default");
  }
  if (asked.check_config)
    return 0;
  const auto code = show_instance(asked.directory.value_or(default_directory), asked);
  std::cout.flush();
  return std::cout ? code : complain(exit_code::unreadable, "the result could not be written");
}

} // namespace

} // namespace sluice::shm::inspect

int main(int argc, char** argv) {
  using namespace sluice::shm::inspect;
  try {
    return run_program({argv + 1, argv + argc});
  } catch (const std::exception& problem) {
    return complain(exit_code::bug, std::string{"unexpected: "} + problem.what());
  }
}
