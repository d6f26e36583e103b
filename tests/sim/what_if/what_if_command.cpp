// `sluice-sim what-if`: reads the question, simulates, answers.
#include "tests/sim/command/commands.hpp"
#include "tests/sim/what_if/forecast_report.hpp"

namespace sluice::sim {

exit_code execute(const what_if_command& x, const console& io) {
  const auto asked = read_question(x, io.complaints);
  if (!asked)
    return exit_code::usage;
  const auto result = answer(*asked);
  if (x.json)
    write_json(io.out, *asked, result);
  else
    write_text(io.out, *asked, result);
  return result.lost() == 0 ? exit_code::done : exit_code::missed;
}

} // namespace sluice::sim
