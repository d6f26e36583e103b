// Reads up to one byte more than is allowed.
#include "tests/sim/scenario/file_text.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace sluice::sim {

std::string why_unreadable(const std::string& path) {
  std::error_code none;
  if (std::filesystem::is_directory(path, none))
    return "is a directory";
  errno = 0;
  const std::ifstream again{path};
  return "cannot be read" + (errno == 0 ? std::string{} : ": " + std::generic_category().message(errno));
}

std::optional<std::string> file_text(std::istream& in, const std::string& path, std::size_t most_bytes,
                                     std::string& problem) {
  std::string text;
  std::array<char, 65'536> part;
  while (in && text.size() <= most_bytes) {
    in.read(part.data(), part.size());
    text.append(part.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad() || (!in && !in.eof())) {
    problem = why_unreadable(path);
    return std::nullopt;
  }
  if (text.empty())
    problem = "is empty";
  else if (text.size() > most_bytes)
    problem = "must have at most " + std::to_string(most_bytes >> 20) + " MiB";
  else
    return text;
  return std::nullopt;
}

std::optional<std::string> file_text(const std::string& path, std::size_t most_bytes, std::string& problem) {
  std::ifstream in{path, std::ios::binary};
  return file_text(in, path, most_bytes, problem);
}

} // namespace sluice::sim
