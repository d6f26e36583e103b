// A process that a test starts, signals and waits for. Ends it when the test ends.
#pragma once

#include <csignal>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::test {

/// A directory of the test's own, removed with all its contents.
class scratch_directory {
public:
  explicit scratch_directory(const std::filesystem::path& parent = "/dev/shm") {
    auto pattern = (parent / "sluice-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr)
      path_ = pattern;
  }
  ~scratch_directory() {
    std::error_code ignored;
    if (!path_.empty())
      std::filesystem::remove_all(path_, ignored);
  }
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const {
    return path_;
  }

private:
  std::filesystem::path path_;
};

/// The directory of the running executable, where the other programs are too.
inline std::filesystem::path bin_directory() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

class child_process {
public:
  /// `error_file`: where its standard error goes; empty: to ours.
  explicit child_process(const std::filesystem::path& program, std::vector<std::string> arguments,
                         const std::filesystem::path& error_file = {}) {
    std::vector<char*> argv;
    auto name = program.string();
    argv.push_back(name.data());
    for (auto& x : arguments)
      argv.push_back(x.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    if (!error_file.empty())
      ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, error_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                         0600);
    if (::posix_spawn(&pid_, name.c_str(), &actions, nullptr, argv.data(), environ) != 0)
      pid_ = -1;
    ::posix_spawn_file_actions_destroy(&actions);
  }
  ~child_process() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      wait();
    }
  }
  child_process(child_process&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  child_process& operator=(child_process&& other) noexcept {
    std::swap(pid_, other.pid_);
    return *this;
  }

  void signal(int number) const {
    ::kill(pid_, number);
  }

  /// SIGSTOP, and waits until it stands still: on a busy machine it runs on for a while.
  void stop() const {
    signal(SIGSTOP);
    int status = 0;
    ::waitpid(pid_, &status, WUNTRACED);
  }

  /// Exit code, or minus the number of the signal that ended it.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  [[nodiscard]] pid_t pid() const {
    return pid_;
  }

private:
  pid_t pid_ = -1;
};

} // namespace sluice::test
