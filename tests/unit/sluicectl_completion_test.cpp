// Completion and manual pages: both follow the description that reads the command line. No server, no shell.
#include "actors/sluicectl/command_line.hpp"
#include "actors/sluicectl/completion.hpp"
#include "actors/sluicectl/manual.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace sluice::ctl;

TEST_SUITE_BEGIN("unit.sluicectl_completion");

namespace {

const described_command& program() {
  static const auto x = describe_program();
  return x;
}

completion at(const std::string& line) {
  return complete(program(), split_line(line));
}

bool has(const completion& x, const std::string& word) {
  return std::find(x.words.begin(), x.words.end(), word) != x.words.end();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text)
    out += c == '-' ? std::string{"\\-"} : std::string{c};
  return out;
}

using words = std::vector<std::string>;

} // namespace

TEST_CASE("a line is split as a shell does, and the last word is the one being typed") {
  CHECK(split_line("sluicectl get st") == words{"sluicectl", "get", "st"});
  CHECK(split_line("sluicectl get ") == words{"sluicectl", "get", ""});
  CHECK(split_line("a 'b c' \"d \\\" e\" f\\ g") == words{"a", "b c", "d \" e", "f g"});
  CHECK(split_line("a 'b c") == words{"a", "b c"});
  CHECK(split_line("a ''") == words{"a", ""});
  CHECK(split_line("") == words{""});
}

TEST_CASE("every command and every option of every command is offered") {
  const auto check = [](const auto& self, const described_command& x, const std::string& line) -> void {
    for (const auto& one : x.commands) {
      CHECK_MESSAGE(has(at(line + ' '), one.name), line << ' ' << one.name);
      self(self, one, line + ' ' + one.name);
    }
    for (const auto& option : x.options)
      for (const auto& flag : option.flags)
        if (flag.starts_with("--"))
          CHECK_MESSAGE(has(at(line + ' ' + flag), flag), line << ' ' << flag);
  };
  check(check, program(), "sluicectl");
  CHECK(has(at("sluicectl get --"), "--context")); // those of the program stand behind every command
  CHECK_FALSE(has(at("sluicectl "), "__complete"));
}

TEST_CASE("values are offered where all are known") {
  CHECK(at("sluicectl -o ").words == words{"table", "text", "json", "yaml", "html", "openslo"});
  CHECK(at("sluicectl --output=j").words == words{"--output=json"});
  CHECK(at("sluicectl completion ").words == words{"bash", "zsh"});
  CHECK(at("sluicectl wait agreement gold --for k").words == words{"kept"});
  CHECK(at("sluicectl get st").words == words{"streams"});
  CHECK(at("sluicectl delete ").words == words{"agreement"});
  CHECK(has(at("sluicectl watch thr"), "throttles"));
  CHECK(has(at("sluicectl man exc"), "exclusion"));
}

TEST_CASE("names are asked of whoever knows them") {
  CHECK(at("sluicectl get agreements ").names == name_source::agreement);
  CHECK(at("sluicectl -o json describe backend di").names == name_source::backend);
  CHECK(at("sluicectl -o json describe backend di").typed == "di");
  CHECK(at("sluicectl explain ").names == name_source::stream);
  CHECK(has(at("sluicectl explain "), "backend"));
  CHECK(at("sluicectl explain backend ").names == name_source::backend);
  CHECK(at("sluicectl limit gw1/").names == name_source::stream);
  CHECK(at("sluicectl limit g/v/c ").names == name_source::none);
  CHECK(at("sluicectl wait throttled g/v/c ").names == name_source::stream); // can be repeated
  CHECK(at("sluicectl compliance --tenant ").names == name_source::tenant);
  CHECK(at("sluicectl --context=l").names == name_source::context);
  CHECK(at("sluicectl --context=l").prefix == "--context=");
  CHECK(at("sluicectl context use ").names == name_source::context);
  CHECK(at("sluicectl token revoke ").names == name_source::token);
  CHECK(at("sluicectl exclusion withdraw ").names == name_source::exclusion);
  CHECK(at("sluicectl get events ").names == name_source::none);
  CHECK(at("sluicectl report ").names == name_source::agreement);
}

TEST_CASE("files are offered where a file is wanted") {
  for (const auto* line : {"sluicectl apply -f ", "sluicectl diff --file ag", "sluicectl --token-file=",
                           "sluicectl evidence verify ", "sluicectl man --directory ", "sluicectl import samples ro"})
    CHECK_MESSAGE(at(line).files, line);
  CHECK_FALSE(at("sluicectl apply ").files);
}

TEST_CASE("nonsense is answered with nothing") {
  for (const auto* line :
       {"", "sluicectl", "sluicectl frob ", "sluicectl get frogs ", "sluicectl --frob=", "sluicectl get a b c d "}) {
    CAPTURE(line);
    CHECK(at(line).names == name_source::none);
  }
}

TEST_CASE("the manual has every command with every option, and what may not begin a line is escaped") {
  const auto page = program_page(program());
  for (const auto* part : {".TH SLUICECTL 1", "\\fB\\-\\-context\\fR \\fICONTEXT\\fR", "SLUICE_TOKEN_FILE",
                           ".SH EXIT STATUS", "the current context, the default"})
    CHECK_MESSAGE(contains(page, part), part);
  for (const auto& command : program().commands) {
    const auto one = command_page(program(), command);
    CHECK(contains(page, "\\fB" + command.name + "\\fR"));
    for (const auto& sub : command.commands)
      CHECK_MESSAGE(contains(one, ".SS sluicectl " + command.name + ' ' + sub.name), sub.name);
    for (const auto& option : command.options)
      if (!option.flags.empty())
        CHECK_MESSAGE(contains(one, escaped(option.flags.back())), option.flags.back());
  }
  described_command odd{"x", ".so /etc/passwd", {}, {}};
  CHECK(contains(command_page(program(), odd), "\\&.so"));
  odd.text = "a\\fB";
  CHECK(contains(command_page(program(), odd), "a\\efB"));
}
