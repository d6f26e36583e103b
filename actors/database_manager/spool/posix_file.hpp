// The few calls on files that the spool needs, whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace sluice::spool {

/// All of them throw std::system_error with the path or what was done.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);
[[nodiscard]] std::string read_part(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t bytes);
[[nodiscard]] int open_file(const std::filesystem::path& path, int flags);
void write_at(int file, std::string_view bytes, std::uint64_t offset);
/// fdatasync
void sync_file(int file);
void truncate_file(const std::filesystem::path& path, std::uint64_t bytes);
void sync_directory(const std::filesystem::path& path);

} // namespace sluice::spool
