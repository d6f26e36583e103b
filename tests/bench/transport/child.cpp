// Making and ending children.
#include "tests/bench/transport/child.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::bench {

child::child(const std::function<void()>& body) : owner_(::getpid()) {
  std::fflush(nullptr); // or the child would write our buffers again
  pid_ = ::fork();
  if (pid_ < 0)
    throw std::system_error{errno, std::generic_category(), "fork"};
  if (pid_ > 0)
    return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != owner_) // it died before prctl
    ::_exit(1);
  ::signal(SIGINT, SIG_IGN); // a terminal sends it to all; the parent decides
  ::signal(SIGTERM, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  int code = 0;
  try {
    body();
  } catch (...) {
    code = 1;
  }
  std::exit(code); // not _exit: a library may have to say goodbye to its service
}

child::child(child&& other) noexcept
    : owner_(other.owner_), pid_(std::exchange(other.pid_, -1)), status_(other.status_), ended_(other.ended_) {}

child::~child() {
  if (pid_ < 0 || ended_ || ::getpid() != owner_)
    return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
}

bool child::ended() {
  if (!ended_)
    ended_ = ::waitpid(pid_, &status_, WNOHANG) == pid_;
  return ended_;
}

} // namespace sluice::bench
