// A file as text, or why it is none. Does not look into it.
#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>

namespace sluice::sim {

/// The whole file. @param problem why there is nothing, such as `cannot be read: No such file or directory`, `is empty`
[[nodiscard]] std::optional<std::string> file_text(const std::string& path, std::size_t most_bytes,
                                                   std::string& problem);

/// The same of one that is open, which may be a pipe.
[[nodiscard]] std::optional<std::string> file_text(std::istream& in, const std::string& path, std::size_t most_bytes,
                                                   std::string& problem);

/// Why a file that could not be opened or read could not, as above.
[[nodiscard]] std::string why_unreadable(const std::string& path);

} // namespace sluice::sim
