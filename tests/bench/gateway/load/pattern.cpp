// Stamps and their comparison.
#include "tests/bench/gateway/load/pattern.hpp"

#include <cstring>
#include <fstream>
#include <vector>

namespace sluice::bench {

namespace {

constexpr std::uint64_t filler = 0x5a6b7c8d9eaf0b1c;
constexpr std::size_t word_bytes = sizeof(std::uint64_t);
constexpr unsigned writer_shift = 40; // below it the block's number: disks of 2^52 bytes

std::uint64_t word_at(std::span<const std::byte> from, std::size_t at) {
  std::uint64_t x = 0;
  std::memcpy(&x, from.data() + at, word_bytes);
  return x;
}

void put(std::span<std::byte> to, std::size_t at, std::uint64_t x) {
  std::memcpy(to.data() + at, &x, word_bytes);
}

} // namespace

void stamp_blocks(std::span<std::byte> blocks, std::uint64_t block, std::uint32_t writer) {
  for (std::size_t at = 0; at < blocks.size(); at += block_bytes, ++block) {
    const auto stamp = (std::uint64_t{writer} << writer_shift) | block;
    put(blocks, at, stamp);
    put(blocks, at + block_bytes - word_bytes, ~stamp);
  }
}

void make_blocks(std::span<std::byte> to, std::uint64_t block, std::uint32_t writer) {
  for (std::size_t at = 0; at < to.size(); at += word_bytes)
    put(to, at, filler);
  stamp_blocks(to, block, writer);
}

std::string problem_with(std::span<const std::byte> blocks, std::uint64_t block, std::uint32_t writer, bool whole) {
  for (std::size_t at = 0; at < blocks.size(); at += block_bytes, ++block) {
    const auto stamp = word_at(blocks, at);
    const auto number = stamp & ((std::uint64_t{1} << writer_shift) - 1);
    if (number != block || word_at(blocks, at + block_bytes - word_bytes) != ~stamp)
      return "block " + std::to_string(block) + " holds something else";
    if (writer != 0 && stamp >> writer_shift != writer)
      return "block " + std::to_string(block) + " is not what was written last";
    for (auto i = at + word_bytes; whole && i < at + block_bytes - word_bytes; i += word_bytes)
      if (word_at(blocks, i) != filler)
        return "the middle of block " + std::to_string(block) + " is damaged";
  }
  return {};
}

std::string make_disk(const std::string& path, std::uint64_t size_bytes) {
  std::ofstream file{path, std::ios::binary};
  std::vector<std::byte> piece(std::size_t{1} << 20);
  make_blocks(piece, 0, 1);
  for (std::uint64_t at = 0; at < size_bytes; at += piece.size()) {
    stamp_blocks(piece, at / block_bytes, 1);
    file.write(reinterpret_cast<const char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
  }
  return file.flush() ? std::string{} : "cannot write " + path;
}

} // namespace sluice::bench
