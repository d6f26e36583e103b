// man: prints a manual page, or writes all of them where man finds them.
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/local_commands.hpp"
#include "actors/sluicectl/manual.hpp"
#include "actors/sluicectl/pages.hpp"

#include <filesystem>
#include <ostream>

namespace sluice::ctl {

namespace {

void write_page(const std::filesystem::path& place, const std::string& name, const std::string& text) {
  pending_file file{place / (name + ".1")};
  file.write(text);
  file.close();
  file.keep();
}

} // namespace

exit_code run(const manual_command& x, const command_line&, const surroundings&, const console& io) {
  const auto program = describe_program();
  if (!x.directory.empty()) {
    write_page(x.directory, program.name, program_page(program));
    for (const auto& one : program.commands)
      write_page(x.directory, program.name + '-' + one.name, command_page(program, one));
    return exit_code::done;
  }
  if (x.command.empty()) {
    io.out << program_page(program);
    return exit_code::done;
  }
  const auto* found = subcommand(program, x.command);
  if (found == nullptr)
    throw failure{exit_code::usage, "there is no command " + printable(x.command) + " (sluicectl --help)"};
  io.out << command_page(program, *found);
  return exit_code::done;
}

} // namespace sluice::ctl
