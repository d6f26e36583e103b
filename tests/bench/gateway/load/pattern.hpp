// What the benchmark's disk contains, so that every answer can be checked wherever it came from. Opens nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace sluice::bench {

/// Every block of the disk says which block it is, at both ends, and who wrote it; its middle is filler.
inline constexpr std::size_t block_bytes = 4096;

/// Makes whole blocks, the first of which is number `block`, as written by `writer` (1 to 2^24 - 1).
void make_blocks(std::span<std::byte> to, std::uint64_t block, std::uint32_t writer);

/// Changes only number and writer of blocks that make_blocks() made.
void stamp_blocks(std::span<std::byte> blocks, std::uint64_t block, std::uint32_t writer);

/// Empty, or what is wrong with whole blocks that were read as number `block` and following ones.
/// @param writer who must have written them; 0 = anybody
/// @param whole compares the middle, too
[[nodiscard]] std::string problem_with(std::span<const std::byte> blocks, std::uint64_t block, std::uint32_t writer,
                                       bool whole);

/// Writes a disk of that size to a file. Empty, or what went wrong.
[[nodiscard]] std::string make_disk(const std::string& path, std::uint64_t size_bytes);

} // namespace sluice::bench
