// Making and removing.
#include "tests/bench/transport/scratch.hpp"

#include <cerrno>
#include <cstdlib>

#include <signal.h>
#include <unistd.h>

namespace sluice::bench {

namespace {

const std::filesystem::path memory = "/dev/shm";
const std::string prefix = "sluice-bench-";

/// The process whose file this is; 0: no file of a benchmark.
pid_t owner_of(const std::string& name) {
  if (!name.starts_with(prefix))
    return 0;
  return static_cast<pid_t>(std::strtol(name.c_str() + prefix.size(), nullptr, 10));
}

bool gone(pid_t process) {
  return ::kill(process, 0) != 0 && errno == ESRCH;
}

template<class Condition>
void remove_if(Condition condition) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{memory, ignored})
    if (const auto owner = owner_of(entry.path().filename().string()); owner > 0 && condition(owner))
      std::filesystem::remove_all(entry.path(), ignored);
}

} // namespace

scratch::scratch() : name_(prefix + std::to_string(::getpid())), directory_(memory / name_) {
  remove_if(gone);
  std::filesystem::create_directory(directory_);
}

scratch::~scratch() {
  remove_if([](pid_t owner) {
    return owner == ::getpid();
  });
}

} // namespace sluice::bench
