// Where the benchmark's files in shared memory are, and how they go away again, also those of a run that was killed.
#pragma once

#include <filesystem>
#include <string>

namespace sluice::bench {

/// A name and a directory of this process. Everything in /dev/shm that begins with the name is removed at the end; at
/// the beginning what a killed run left.
class scratch {
public:
  scratch();
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch();

  [[nodiscard]] const std::string& name() const {
    return name_;
  }
  [[nodiscard]] const std::filesystem::path& directory() const {
    return directory_;
  }

private:
  std::string name_;
  std::filesystem::path directory_;
};

} // namespace sluice::bench
