// The options of a process: what is accepted, what is refused and in which words.
#include "actors/runtime/log.hpp"
#include "actors/runtime/process_config.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

/// An ini file that is gone when the test ends.
class ini_file {
public:
  explicit ini_file(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / ("sluice-runtime-test-" + std::to_string(::getpid()) + ".ini")) {
    std::ofstream{path_} << text;
  }
  ~ini_file() {
    std::filesystem::remove(path_);
  }
  [[nodiscard]] std::string path() const {
    return path_.string();
  }

private:
  std::filesystem::path path_;
};

class tick_config : public process_config {
public:
  tick_config() : process_config({"sluice-test", "Tests the options."}) {
    opt_group{custom_options_, "test"}.add(tick, "tick", "how often [duration]").add(peers, "peers", "names");
  }
  [[nodiscard]] std::vector<std::string> validate() const override {
    if (tick > 1s)
      return {"test.tick: must be at most 1s"};
    return {};
  }
  [[nodiscard]] std::vector<std::string> free_sections() const override {
    return {"volume"};
  }

  caf::timespan tick = 100ms;
  std::vector<std::string> peers;
};

std::vector<std::string> read(tick_config& config, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "sluice-test");
  std::vector<char*> pointers;
  for (auto& argument : arguments)
    pointers.push_back(argument.data());
  return config.read(static_cast<int>(pointers.size()), pointers.data());
}

std::vector<std::string> mistakes_in(const std::string& text) {
  const ini_file file{text};
  tick_config config;
  auto mistakes = read(config, {"--config-file=" + file.path()});
  for (auto& mistake : mistakes)
    if (const auto at = mistake.find(file.path()); at != std::string::npos)
      mistake.replace(at, file.path().size(), "FILE");
  return mistakes;
}

} // namespace

TEST_SUITE_BEGIN("actors.runtime");

TEST_CASE("a value of the ini file replaces the default, the command line replaces both") {
  const ini_file file{"[test]\ntick=20ms\npeers=[\"a\",\n  \"b\"]\n"};
  tick_config from_file;
  CHECK(read(from_file, {"--config-file=" + file.path()}).empty());
  CHECK(from_file.tick == 20ms);
  CHECK(from_file.peers == std::vector<std::string>{"a", "b"});
  tick_config from_command_line;
  CHECK(read(from_command_line, {"--config-file=" + file.path(), "--test.tick=30ms"}).empty());
  CHECK(from_command_line.tick == 30ms);
}

TEST_CASE("an unknown key is a mistake with file and key") {
  CHECK(mistakes_in("[test]\ntack=20ms\n")
        == std::vector<std::string>{"FILE: test.tack: there is no such option (--help lists them)"});
}

TEST_CASE("a value of the wrong type is a mistake that says what was expected") {
  CHECK(mistakes_in("[test]\ntick=\"often\"\n")
        == std::vector<std::string>{"FILE: test.tick: expected timespan, got \"often\""});
}

TEST_CASE("every mistake is found, one line each") {
  CHECK(mistakes_in("[test]\ntick=5\npeers=3\n[nope]\nx=1\n").size() == 3);
}

TEST_CASE("a value out of its range is a mistake") {
  CHECK(mistakes_in("[test]\ntick=2s\n") == std::vector<std::string>{"FILE: test.tick: must be at most 1s"});
}

TEST_CASE("a section in braces is refused, because CAF would not fill its options") {
  CHECK(mistakes_in("test {\n  tick=20ms\n}\n")
        == std::vector<std::string>{"FILE: line 1: write [section] instead of section { }"});
}

TEST_CASE("braces in comments and values are no section") {
  CHECK(mistakes_in("; a { b\n[test]\npeers=[\"x {\",\n\"y {\"]\n").empty());
}

TEST_CASE("a free section is left to its owner") {
  CHECK(mistakes_in("[volume.oltp]\nsize=\"1GiB\"\n").empty());
}

TEST_CASE("a file that is no ini file, and one that is not there, are mistakes") {
  CHECK(mistakes_in("[test]\n%%%\n").size() == 1);
  tick_config config;
  const auto mistakes = read(config, {"--config-file=/nonexistent/sluice.ini"});
  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes[0] == "/nonexistent/sluice.ini: cannot be read or is empty: No such file or directory");
}

TEST_CASE("an unknown option and a stray word on the command line are mistakes") {
  tick_config unknown;
  CHECK(read(unknown, {"--test.tack=1"}).size() == 1);
  tick_config stray;
  CHECK(read(stray, {"now"}) == std::vector<std::string>{"command line: unexpected argument now"});
}

TEST_CASE("help and version are recognised before anything is checked") {
  tick_config help;
  CHECK(read(help, {"--help", "--config-file=/nonexistent"}).empty());
  CHECK(help.help_wanted);
  CHECK(help.help().find("--test.tick=<timespan>") != std::string::npos);
  tick_config version;
  CHECK(read(version, {"--version"}).empty());
  CHECK(version.version_wanted);
}

TEST_CASE("options that changed are named, free sections and repeated defaults are not") {
  const auto changed = [](const std::string& text) {
    tick_config before, after;
    const ini_file first{"[test]\npeers=[\"a\"]\n[logger]\nconsole-verbosity='info'\n[volume.v]\nx=1\n"};
    REQUIRE(read(before, {"--config-file=" + first.path()}).empty());
    const ini_file second{text};
    REQUIRE(read(after, {"--config-file=" + second.path()}).empty());
    return before.changed_options(after);
  };
  CHECK(changed("[test]\ntick=100ms\npeers=[\"a\"]\n[logger]\nconsole-verbosity='info'\n[volume.w]\nx=2\n").empty());
  CHECK(changed("[test]\ntick=20ms\npeers=[\"a\"]\n[logger]\nconsole-verbosity='debug'\n")
        == std::vector<std::string>{"logger.console-verbosity", "test.tick"});
  CHECK(changed("[test]\npeers=[\"a\",\"b\"]\n") == std::vector<std::string>{"test.peers"});
}

TEST_CASE("a log field stays on one line whatever it holds") {
  CHECK(log_field("role", "core").text() == "role=core");
  CHECK(log_field("role", "a b").text() == "role=\"a b\"");
  CHECK(log_field("role", "a\"\n\\").text() == "role=\"a\\\"\\x0a\\\\\"");
  CHECK(log_field("role", "").text() == "role=\"\"");
  CHECK(log_field("iops", 3u).text() == "iops=3");
  CHECK(log_field("ms", 1.5).text() == "ms=1.500");
  CHECK(log_field("met", true).text() == "met=yes");
}

TEST_SUITE_END();
