// Two journals and how far they are emptied.
#include "actors/database_manager/spool/spool.hpp"

#include "actors/database_manager/spool/posix_file.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::spool {

namespace {

/// A file is a sixteenth of the bound: so much is dropped at once. Chosen.
constexpr std::uint64_t files_in_bound = 16;
constexpr std::uint64_t max_file_bytes = 64 * 1024 * 1024;

std::uint64_t file_bytes(std::uint64_t bound) noexcept {
  return std::clamp<std::uint64_t>(bound / files_in_bound, 4096, max_file_bytes);
}

} // namespace

disk_spool::disk_spool(std::filesystem::path directory, std::uint64_t bound_bytes)
    : directory_(std::move(directory)),
      bound_(bound_bytes),
      rows_(directory_, "rows", file_bytes(bound_bytes)),
      rest_(directory_, "rest", file_bytes(bound_bytes)) {}

disk_spool::~disk_spool() {
  if (lock_ >= 0)
    ::close(lock_);
}

std::vector<mended_file> disk_spool::open() {
  if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST)
    throw std::system_error{errno, std::generic_category(), directory_.string()};
  if (lock_ < 0) {
    lock_ = open_file(directory_ / "lock", O_RDWR | O_CREAT | O_CLOEXEC);
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0)
      throw std::system_error{errno, std::generic_category(), directory_.string() + " is used by another process"};
  }
  auto mended = rows_.open();
  const auto more = rest_.open();
  mended.insert(mended.end(), more.begin(), more.end());
  last_ = std::max(rows_.last_number(), rest_.last_number());
  done_ = 0;
  // Written without a sync: what it says may be old, never too new, since it follows a commit.
  if (const auto file = directory_ / "done"; std::filesystem::exists(file)) {
    const auto text = read_file(file);
    if (const auto x = read(text))
      done_ = x->number;
  }
  last_ = std::max(last_, done_);
  release(done_);
  return mended;
}

put_result disk_spool::put(std::vector<batch_parts> batches) {
  std::vector<stored_record> rows;
  std::vector<stored_record> rest;
  std::uint64_t size_rows = 0;
  std::uint64_t size_rest = 0;
  auto number = last_;
  for (auto& x : batches) {
    ++number;
    if (!x.rows.empty()) {
      size_rows += header_bytes + x.rows.size();
      rows.push_back({number, x.row_count, std::move(x.rows)});
    }
    if (!x.rest.empty()) {
      size_rest += header_bytes + x.rest.size();
      rest.push_back({number, x.rest_count, std::move(x.rest)});
    }
  }
  if (rest_.bytes() + size_rest > bound_)
    return put_result::full;
  while (bytes() + size_rows + size_rest > bound_ && rows_.files() > 0)
    dropped_ += rows_.drop_oldest(done_);
  if (bytes() + size_rows + size_rest > bound_)
    return put_result::full;
  // The rest first: a crash between the two leaves a batch without its rows, which was not answered.
  rest_.append(rest);
  last_ = number; // whatever becomes of the rows, these numbers are used up
  rows_.append(rows);
  return put_result::stored;
}

std::vector<numbered_parts> disk_spool::oldest(std::uint64_t bytes, std::uint64_t after) const {
  after = std::max(after, done_);
  auto rows = rows_.read_after(after, bytes);
  auto rest = rest_.read_after(after, bytes);
  std::vector<numbered_parts> merged;
  std::size_t r = 0;
  std::size_t s = 0;
  // Up to where both were read: beyond it the other part may be missing.
  const auto read_to = [&](const std::vector<stored_record>& x, const journal& from) {
    return x.empty() || x.back().number == from.last_number() ? last_ : x.back().number;
  };
  const auto until = std::min(read_to(rows, rows_), read_to(rest, rest_));
  while (r < rows.size() || s < rest.size()) {
    const auto number =
        std::min(r < rows.size() ? rows[r].number : UINT64_MAX, s < rest.size() ? rest[s].number : UINT64_MAX);
    if (number > until)
      break;
    numbered_parts x{number, {}};
    if (r < rows.size() && rows[r].number == number) {
      x.parts.rows = std::move(rows[r].payload);
      x.parts.row_count = rows[r++].lines;
    }
    if (s < rest.size() && rest[s].number == number) {
      x.parts.rest = std::move(rest[s].payload);
      x.parts.rest_count = rest[s++].lines;
    }
    merged.push_back(std::move(x));
  }
  return merged;
}

void disk_spool::write_done() const {
  std::string text;
  append(text, {done_, 0, {}});
  const int file = open_file(directory_ / "done", O_WRONLY | O_CREAT | O_CLOEXEC);
  try {
    write_at(file, text, 0);
  } catch (...) {
    ::close(file);
    throw;
  }
  ::close(file);
}

void disk_spool::release(std::uint64_t number) {
  done_ = std::max(done_, number);
  write_done(); // first: killed in between, open() finishes what follows, and nothing is seen half
  rows_.release(done_);
  rest_.release(done_);
}

} // namespace sluice::spool
