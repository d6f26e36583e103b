// The versioned migrations in a directory: read and checked here, applied in schema.hpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::store {

/// One step of the schema, from the file `NNNN_name.sql`.
struct migration {
  std::uint32_t version = 0; ///< NNNN, from 1 without a gap
  std::string file;          ///< the file's name, without its directory
  std::string sql;
};

/// The migrations of a directory in the order of their versions, or what is wrong with them.
struct migration_list {
  std::vector<migration> steps;
  std::string problem; ///< one sentence; empty = none
};

/// The version in a file's name, or 0 if it is not of the form `NNNN_name.sql` (name: a-z 0-9 _).
[[nodiscard]] std::uint32_t migration_version(const std::string& file) noexcept;

/// Reads all `*.sql` of `directory`. A file with another name, a gap, two files of one version, an empty file or an
/// empty directory is a problem.
[[nodiscard]] migration_list read_migrations(const std::filesystem::path& directory);

} // namespace sluice::store
