// The life of a process, from the options to the exit code.
#include "actors/runtime/process.hpp"

#include "actors/runtime/log.hpp"

#include <caf/all.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <optional>
#include <unistd.h>

namespace sluice {

namespace {

/// CAF's logger hangs every thread when its file cannot be written, hence the check before it is opened.
void require_writable_log(const caf::actor_system_config& config) {
  const auto verbosity = caf::get_or(config, "logger.file-verbosity", caf::atom("quiet"));
  const auto path = caf::get_or(config, "logger.file-name", std::string{});
  if (verbosity == caf::atom("quiet") || path.empty())
    return;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (file < 0)
    throw resource_missing{"cannot write the log file " + path + ": " + std::strerror(errno)};
  ::close(file);
}

int run_checked(process_config& config, const std::function<void(caf::actor_system&, stop_signal&)>& body) {
  require_writable_log(config);
  config.prepare();
  stop_signal stop; // before any thread exists
  std::optional<caf::actor_system> built;
  try {
    built.emplace(config);
  } catch (const std::runtime_error& problem) { // a module's own words: the segment, the role or the port is taken …
    throw resource_missing{problem.what()};
  }
  auto& system = *built;
  constexpr auto component = caf::atom("process");
  log(log_events::starting, component, log_field{"process", config.identity().name},
      log_field{"version", SLUICE_VERSION}, log_field{"pid", ::getpid()});
  body(system, stop);
  log(log_events::stopping, component, log_field{"process", config.identity().name});
  return exit_code::orderly;
}

} // namespace

stop_signal::stop_signal() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int stop_signal::wait() {
  int number = wait_or_hangup();
  for (; number == SIGHUP; number = wait_or_hangup())
    log(log_events::hangup_ignored, caf::atom("process"),
        log_field{"reason", "this process reads its configuration at its start alone"});
  return number;
}

int stop_signal::wait_or_hangup() {
  int number = 0;
  while (::sigwait(&signals_, &number) != 0) {
  }
  return number;
}

void stop_signal::raise() {
  ::kill(::getpid(), SIGTERM);
}

int run_process(int argc, char** argv, process_config& config,
                const std::function<void(caf::actor_system&, stop_signal&)>& body) {
  const auto name = config.identity().name;
  try {
    const auto mistakes = config.read(argc, argv);
    if (config.help_wanted) {
      std::cout << config.help();
      return exit_code::orderly;
    }
    if (config.version_wanted) {
      std::cout << name << " " SLUICE_VERSION "\n";
      return exit_code::orderly;
    }
    for (const auto& mistake : mistakes)
      std::cerr << name << ": " << mistake << "\n";
    if (!mistakes.empty())
      return exit_code::usage;
    if (config.check_only)
      return exit_code::orderly;
    return run_checked(config, body);
  } catch (const resource_missing& problem) {
    std::cerr << name << ": " << problem.what() << "\n";
    return exit_code::missing;
  } catch (const std::exception& problem) {
    std::cerr << name << ": unexpected: " << problem.what() << "\n";
    return exit_code::bug;
  }
}

} // namespace sluice
