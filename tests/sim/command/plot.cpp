// Writes a script with its figures for gnuplot and lets it draw.
#include "tests/sim/command/plot.hpp"

#include "actors/domain/quantity.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ; // NOLINT: POSIX says so

namespace sluice::sim {

namespace {

constexpr std::size_t most_lines = 12; ///< clients drawn by themselves; the rest would hide one another

double seconds(duration x) {
  return static_cast<double>(x.count()) / 1e9;
}

std::string label(std::string text) {
  std::string safe;
  for (const auto c : text)
    safe += c == '\'' || c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return safe;
}

void series(std::ostream& to, const std::string& name, const experience& seen, bool latency) {
  to << '$' << name << " << EOD\n";
  const auto& bins = seen.bins();
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const auto at = static_cast<double>(i) * 0.1 + 0.05;
    const auto& x = bins[i];
    if (!latency)
      to << at << ' ' << x.count * 10 << '\n';
    else if (x.count > 0)
      to << at << ' ' << static_cast<double>(x.sum.count()) / x.count / 1e6 << '\n';
    else
      to << '\n'; // a gap
  }
  to << "EOD\n";
}

/// What a stream was allowed, as steps; nothing where it has no such limit.
void steps(std::ostream& to, const std::string& name, const outcome& run, std::size_t stream, bool depth) {
  to << '$' << name << " << EOD\n";
  for (const auto& x : run.throttles)
    if (x.stream == stream) {
      const auto value = depth ? x.now.depth : x.now.iops.per_second;
      to << seconds(x.at) << ' ' << (value == 0 ? "NaN" : std::to_string(value)) << '\n';
    }
  to << seconds(run.length) << " NaN\nEOD\n";
}

struct line {
  std::string block, title, style;
};

void panel(std::ostream& to, const std::string& axis, const std::vector<line>& lines, const std::string& more) {
  to << "set ylabel '" << axis << "'\n" << more << "plot ";
  auto first = true;
  for (const auto& x : lines) {
    to << (first ? "" : ", ") << '$' << x.block << " using 1:2 " << x.style << " title '" << label(x.title) << '\'';
    first = false;
  }
  to << (first ? "NaN notitle\n" : "\n");
}

/// Horizontal lines where bars speak of a latency.
std::string targets(const scenario& what) {
  std::ostringstream to;
  for (const auto& x : what.bars)
    if (x.target > duration::zero())
      to << "set arrow from " << seconds(x.from) << ',' << seconds(x.target) * 1e3 << " to " << seconds(x.to) << ','
         << seconds(x.target) * 1e3 << " nohead dt 2 lc rgb '#c0392b' lw 2\n";
  return to.str();
}

/// Vertical lines where something goes wrong.
std::string faults(const scenario& what) {
  std::ostringstream to;
  for (const auto& x : what.faults)
    to << "set arrow from " << seconds(x.at) << ",graph 0 to " << seconds(x.at)
       << ",graph 1 nohead dt 3 lc rgb '#7f8c8d'\n";
  return to.str();
}

std::string script(const std::string& file, const scenario& what, const outcome& with, const outcome* without) {
  std::ostringstream to;
  const auto clients = std::min(what.clients.size(), most_lines);
  std::vector<line> latency;
  std::vector<line> rate;
  std::vector<line> depth;
  for (std::size_t i = 0; i < clients; ++i) {
    const auto n = std::to_string(i);
    const auto color = "with lines lw 2 lc " + std::to_string(i + 1);
    const auto& name = what.clients[i].name;
    series(to, "latency" + n, with.clients[i], true);
    series(to, "rate" + n, with.clients[i], false);
    latency.push_back({"latency" + n, name, color});
    rate.push_back({"rate" + n, name, color});
    if (without != nullptr && clients <= 3) {
      series(to, "alone" + n, without->clients[i], true);
      latency.push_back({"alone" + n, name + " uncontrolled", "with lines dt 3 lc " + std::to_string(i + 1)});
    }
    const auto stream = what.clients[i].streams.front();
    steps(to, "depth" + n, with, stream, true);
    depth.push_back({"depth" + n, name + " depth", "with steps lw 2 lc " + std::to_string(i + 1)});
    steps(to, "cap" + n, with, stream, false);
    rate.push_back({"cap" + n, name + " cap", "with steps dt 3 lc " + std::to_string(i + 1)});
  }
  to << "set terminal pngcairo size 1200,1000 font 'sans,10'\nset output '" << file << "'\n"
     << "set multiplot layout 3,1 title '" << label(what.title) << ", seed " << with.seed << ", "
     << label(with.controller) << (clients < what.clients.size() ? ", the first clients" : "") << "'\n"
     << "set xrange [0:" << seconds(what.length) << "]\nset grid\nset key outside right top width -2\n"
     << "set lmargin 12\nset rmargin 26\nset logscale y\n"
     << faults(what);
  panel(to, "mean latency [ms]", latency, targets(what));
  to << "unset arrow\nunset logscale y\nset yrange [0:*]\n" << faults(what);
  panel(to, "replies [1/s]; dotted: rate cap", rate, "");
  to << "set logscale y\nset yrange [0.8:*]\nset xlabel 'time [s]'\n";
  panel(to, "depth allowed", depth, "");
  to << "unset multiplot\n";
  return to.str();
}

} // namespace

std::string plot(const std::string& file, const scenario& what, const outcome& with, const outcome* without) {
  if (file.find('\'') != std::string::npos || file.find('\n') != std::string::npos)
    return "the name of a picture must not hold quotation marks";
  const auto text = script(file, what, with, without);
  int ends[2];
  if (::pipe(ends) != 0)
    return "gnuplot could not be started";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  char name[] = "gnuplot";
  char* arguments[] = {name, nullptr};
  pid_t child = 0;
  const auto code = ::posix_spawnp(&child, name, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[0]);
  auto* pipe = ::fdopen(ends[1], "w");
  if (code != 0 || pipe == nullptr) {
    pipe != nullptr ? std::fclose(pipe) : ::close(ends[1]);
    return "gnuplot could not be started; deploy/install demo installs it";
  }
  const auto written = std::fwrite(text.data(), 1, text.size(), pipe) == text.size();
  const auto closed = std::fclose(pipe) == 0;
  int status = 0;
  ::waitpid(child, &status, 0);
  return written && closed && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? std::string{}
                                                                            : "gnuplot could not draw " + file;
}

} // namespace sluice::sim
