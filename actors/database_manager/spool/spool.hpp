// What waits on disk while PostgreSQL is away: batches in the order in which they came, each in two parts: its sample
// rows, which a full spool drops, oldest first, and the rest, which it never does. Standard library and POSIX; what a
// part holds is nobody's business here.
#pragma once

#include "actors/database_manager/spool/journal.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::spool {

/// One batch, both parts as bytes; an empty part is not stored.
struct batch_parts {
  std::string rows;
  std::uint32_t row_count = 0;
  std::string rest;
  std::uint32_t rest_count = 0;
};

struct numbered_parts {
  std::uint64_t number = 0;
  batch_parts parts;
};

enum class put_result : std::uint8_t {
  stored,
  full, ///< what may not be dropped fills it: nothing was taken
};

/// One thread. Everything throws std::system_error when the file system fails.
class disk_spool {
public:
  /// @param bound_bytes of both parts; above it the oldest sample rows go
  disk_spool(std::filesystem::path directory, std::uint64_t bound_bytes);

  /// Makes the directory if it is not there (mode 0700), locks it against a second process, reads what is there.
  /// Answers the files whose torn ends were cut off.
  std::vector<mended_file> open();

  /// Stores batches behind all others and returns when they are on the disk. All of them or none.
  [[nodiscard]] put_result put(std::vector<batch_parts> batches);

  /// The oldest batches above number `after`, of together about `bytes`, at least one if there is one. They stay.
  [[nodiscard]] std::vector<numbered_parts> oldest(std::uint64_t bytes, std::uint64_t after = 0) const;

  /// The batches up to this number are stored elsewhere. A crash may bring the last of them back: they will be
  /// recognised.
  void release(std::uint64_t number);

  [[nodiscard]] bool empty() const noexcept {
    return rows_.last_number() <= done_ && rest_.last_number() <= done_;
  }
  [[nodiscard]] std::uint64_t bytes() const noexcept {
    return rows_.bytes() + rest_.bytes();
  }
  [[nodiscard]] std::uint64_t bound() const noexcept {
    return bound_;
  }
  /// Of the batch that was stored last.
  [[nodiscard]] std::uint64_t last_number() const noexcept {
    return last_;
  }
  /// Sample rows that were dropped since it was opened.
  [[nodiscard]] std::uint64_t rows_dropped() const noexcept {
    return dropped_;
  }
  /// Records that could not be read any more; see journal.hpp.
  [[nodiscard]] std::uint64_t damaged() const noexcept {
    return rows_.damaged() + rest_.damaged();
  }
  ~disk_spool();
  disk_spool(const disk_spool&) = delete;
  disk_spool& operator=(const disk_spool&) = delete;

private:
  void write_done() const;

  std::filesystem::path directory_;
  std::uint64_t bound_;
  journal rows_;
  journal rest_;
  std::uint64_t done_ = 0; ///< number of the last batch that is stored elsewhere
  std::uint64_t last_ = 0; ///< number that was given last
  std::uint64_t dropped_ = 0;
  int lock_ = -1;
};

} // namespace sluice::spool
