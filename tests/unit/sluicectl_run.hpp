// A command line of sluicectl, run against a server that the test stands in for.
#pragma once

#include "actors/sluicectl/command_line.hpp"
#include "actors/sluicectl/commands.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sluice::ctl {

/// What it said.
struct printed {
  std::string out, err;
};

/// @pre the command ends well
inline printed run_line(server_link& server, std::vector<std::string> arguments) {
  const auto parsed = parse_command_line(std::move(arguments));
  INFO(parsed.text);
  REQUIRE(parsed.line);
  std::ostringstream out, err;
  const console io{out, err};
  const auto code = std::visit(
      [&](const auto& x) {
        return run(x, server, io);
      },
      *parsed.line->what);
  CHECK(code == exit_code::done);
  return {out.str(), err.str()};
}

} // namespace sluice::ctl
