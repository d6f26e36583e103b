// Manual pages in the language of man(7), by the program's description. Pure.
#pragma once

#include "actors/sluicectl/description.hpp"

#include <string>

namespace sluice::ctl {

/// The page of the program, sluicectl(1): how it is used, environment, files, exit codes, all commands.
[[nodiscard]] std::string program_page(const described_command& program);

/// The page of one of its commands, sluicectl-NAME(1), with those below it.
[[nodiscard]] std::string command_page(const described_command& program, const described_command& command);

} // namespace sluice::ctl
