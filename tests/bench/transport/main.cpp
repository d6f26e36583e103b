// tests/bench/run transport: all rows in interleaved rounds, a table, and whether the bars are met.
#include "tests/bench/transport/report.hpp"
#include "tests/bench/transport/rows.hpp"

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <unistd.h>

namespace sluice::bench {
namespace {

/// A directory in memory for the files of the subjects, removed at the end.
class scratch {
public:
  explicit scratch(const std::string& name) : path_("/dev/shm/" + name) {
    std::filesystem::create_directory(path_);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const {
    return path_;
  }

private:
  std::filesystem::path path_;
};

/// One round over all rows. A subject's rows lie side by side, so that its service starts once.
void play_round(std::vector<row>& rows, const std::string& name, const std::filesystem::path& directory) {
  static unsigned run_number = 0;
  for (std::size_t i = 0; i < rows.size() && !interrupted(); ++i) {
    auto& x = rows[i];
    auto plan = x.plan;
    plan.name = name + "-" + std::to_string(++run_number);
    plan.directory = directory;
    x.rounds.push_back(perform(*x.what, plan));
    if (i + 1 == rows.size() || rows[i + 1].what != x.what)
      x.what->leave();
  }
}

int run(const options& wanted) {
  const auto name = "sluice-bench-" + std::to_string(::getpid());
  const scratch files{name};
  watch_signals();
  auto all = make_programme(wanted);
  for (unsigned round = 1; round <= wanted.rounds && !interrupted(); ++round) {
    std::cerr << "round " << round << " of " << wanted.rounds << "\n";
    play_round(all.rows, name, files.path());
  }
  if (interrupted())
    return 130;
  write_table(std::cout, all.rows);
  return 0;
}

} // namespace
} // namespace sluice::bench

int main(int argc, char** argv) {
  sluice::bench::options wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto value = [&] {
      return i + 1 < argc ? std::string{argv[++i]} : std::string{};
    };
    if (argument == "--quick")
      wanted.quick = true;
    else if (argument == "--force")
      wanted.force = true;
    else if (argument == "--rounds")
      wanted.rounds = static_cast<unsigned>(std::atoi(value().c_str()));
    else if (argument == "--only")
      wanted.only = value();
    else if (argument == "--json")
      wanted.json_file = value();
    else if (argument == "--ini")
      wanted.ini_file = value();
    else if (argument == "--commit")
      wanted.commit = value();
    else {
      std::cerr << "unknown argument '" << argument << "'\n";
      return 2;
    }
  }
  return sluice::bench::run(wanted);
}
