// A sequence of records in files of a directory, oldest first: appended and synced, read in order, given free from the
// front. One of the spool's two. Standard library and POSIX; knows no batch.
//
// A file is called NAME-NUMBER, NUMBER being that of its first record in 20 digits. Only the last file is written to.
// What a crash left of a record at its end is cut off when the journal is opened; a damaged record in the midst ends
// what can be read of its file, which is told.
#pragma once

#include "actors/database_manager/spool/record.hpp"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::spool {

/// A record that owns its payload.
struct stored_record {
  std::uint64_t number = 0;
  std::uint32_t lines = 0;
  std::string payload;
};

/// A file whose end could not be read.
struct mended_file {
  std::filesystem::path file;
  std::uint64_t cut_bytes = 0;
};

class journal {
public:
  /// @param file_bytes a file of so many bytes is followed by a new one
  journal(std::filesystem::path directory, std::string name, std::uint64_t file_bytes);
  ~journal();
  journal(const journal&) = delete;
  journal& operator=(const journal&) = delete;

  /// Reads what is there and cuts off torn ends. @throws std::system_error
  std::vector<mended_file> open();

  /// Appends records and returns when they are on the disk. Nothing of them is there if it throws.
  /// @throws std::system_error
  void append(const std::vector<stored_record>& records);

  /// The oldest records with a number above `after`, of together at most `bytes`, at least one if there is one.
  /// @throws std::system_error
  [[nodiscard]] std::vector<stored_record> read_after(std::uint64_t after, std::uint64_t bytes) const;

  /// Removes the files whose records are all numbered `number` or below.
  void release(std::uint64_t number);

  /// Removes the oldest file. Answers how many lines above `after` were lost. @pre !files().empty()
  std::uint64_t drop_oldest(std::uint64_t after);

  [[nodiscard]] std::uint64_t bytes() const noexcept {
    return bytes_;
  }
  /// Records that were whole when it was opened and could not be read later, each time that was tried.
  [[nodiscard]] std::uint64_t damaged() const noexcept {
    return damaged_;
  }
  /// 0 = it holds none.
  [[nodiscard]] std::uint64_t last_number() const noexcept {
    return last_number_;
  }
  [[nodiscard]] std::size_t files() const noexcept {
    return files_.size();
  }

private:
  struct entry {
    std::uint64_t number;
    std::uint32_t lines;
    std::uint64_t offset;
    std::uint64_t size;
  };
  struct file {
    std::filesystem::path path;
    std::uint64_t size = 0;
    std::vector<entry> entries;
  };

  [[nodiscard]] file scan(const std::filesystem::path& path, std::vector<mended_file>& mended) const;
  void begin_file(std::uint64_t number);
  void close() noexcept;
  void remove_front();

  std::filesystem::path directory_;
  std::string name_;
  std::uint64_t file_bytes_;
  std::deque<file> files_;
  std::uint64_t bytes_ = 0;
  std::uint64_t last_number_ = 0;
  mutable std::uint64_t damaged_ = 0;
  int open_ = -1; ///< the last file
};

} // namespace sluice::spool
