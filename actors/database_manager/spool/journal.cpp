// The files of a journal.
#include "actors/database_manager/spool/journal.hpp"

#include "actors/database_manager/spool/posix_file.hpp"

#include <algorithm>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

namespace sluice::spool {

namespace {

constexpr std::size_t digits = 20;

bool is_ours(const std::string& file, const std::string& name) {
  return file.size() == name.size() + 1 + digits && file.starts_with(name + '-')
         && std::all_of(file.end() - digits, file.end(), [](char c) {
              return c >= '0' && c <= '9';
            });
}

} // namespace

journal::journal(std::filesystem::path directory, std::string name, std::uint64_t file_bytes)
    : directory_(std::move(directory)), name_(std::move(name)), file_bytes_(file_bytes) {}

journal::~journal() {
  close();
}

void journal::close() noexcept {
  if (open_ >= 0)
    ::close(open_);
  open_ = -1;
}

journal::file journal::scan(const std::filesystem::path& path, std::vector<mended_file>& mended) const {
  file x{path, 0, {}};
  const auto bytes = read_file(path);
  const std::string_view all = bytes;
  std::uint64_t before = last_number_;
  while (x.size < all.size()) {
    const auto next = read(all.substr(x.size));
    if (!next || next->number <= before)
      break;
    x.entries.push_back({next->number, next->lines, x.size, size_of(*next)});
    before = next->number;
    x.size += size_of(*next);
  }
  if (x.size < all.size()) {
    mended.push_back({path, all.size() - x.size});
    truncate_file(path, x.size);
  }
  return x;
}

std::vector<mended_file> journal::open() {
  close();
  files_.clear();
  bytes_ = last_number_ = 0;
  std::vector<std::filesystem::path> found;
  for (const auto& one : std::filesystem::directory_iterator(directory_))
    if (is_ours(one.path().filename().string(), name_))
      found.push_back(one.path());
  std::sort(found.begin(), found.end());
  std::vector<mended_file> mended;
  for (const auto& path : found) {
    auto x = scan(path, mended);
    if (x.entries.empty()) {
      std::filesystem::remove(path);
      continue;
    }
    last_number_ = x.entries.back().number;
    bytes_ += x.size;
    files_.push_back(std::move(x));
  }
  sync_directory(directory_);
  return mended;
}

void journal::begin_file(std::uint64_t number) {
  close();
  char text[digits + 1];
  std::snprintf(text, sizeof text, "%020llu", static_cast<unsigned long long>(number));
  const auto path = directory_ / (name_ + '-' + text);
  files_.push_back({path, 0, {}});
  try {
    open_ = open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
    sync_directory(directory_);
  } catch (...) { // or the next record would be written to one file and noted in another
    close();
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    files_.pop_back();
    throw;
  }
}

void journal::append(const std::vector<stored_record>& records) {
  if (records.empty())
    return;
  if (open_ < 0 || files_.empty() || files_.back().size >= file_bytes_)
    begin_file(records.front().number);
  auto& last = files_.back();
  std::string text;
  std::vector<entry> entries;
  for (const auto& x : records) {
    const record one{x.number, x.lines, x.payload};
    entries.push_back({x.number, x.lines, last.size + text.size(), size_of(one)});
    spool::append(text, one);
  }
  try {
    write_at(open_, text, last.size);
    sync_file(open_);
  } catch (...) {
    // What reached the disk must not stand between the records before and those that follow.
    if (last.entries.empty()) {
      close();
      std::error_code ignored;
      std::filesystem::remove(last.path, ignored);
      files_.pop_back();
    } else if (::ftruncate(open_, static_cast<::off_t>(last.size)) != 0) {
      close(); // the next record begins a new file; the torn end is cut when the journal is opened
    }
    throw;
  }
  last.size += text.size();
  last.entries.insert(last.entries.end(), entries.begin(), entries.end());
  bytes_ += text.size();
  last_number_ = records.back().number;
}

std::vector<stored_record> journal::read_after(std::uint64_t after, std::uint64_t bytes) const {
  std::vector<stored_record> found;
  std::uint64_t taken = 0;
  for (const auto& x : files_) {
    if (x.entries.empty() || x.entries.back().number <= after)
      continue;
    const auto first = std::upper_bound(x.entries.begin(), x.entries.end(), after, [](std::uint64_t n, const entry& e) {
      return n < e.number;
    });
    for (auto at = first; at != x.entries.end(); ++at) {
      if (!found.empty() && taken + at->size > bytes)
        return found;
      const auto text = read_part(x.path, at->offset, at->size);
      if (const auto one = read(text))
        found.push_back({one->number, one->lines, std::string{one->payload}});
      else
        ++damaged_; // since the journal was opened
      taken += at->size;
    }
  }
  return found;
}

void journal::remove_front() {
  auto& front = files_.front();
  bytes_ -= front.size;
  if (files_.size() == 1)
    close();
  std::error_code ignored; // what stays is read again and recognised as stored
  std::filesystem::remove(front.path, ignored);
  files_.pop_front();
}

void journal::release(std::uint64_t number) {
  while (!files_.empty() && !files_.front().entries.empty() && files_.front().entries.back().number <= number)
    remove_front();
}

std::uint64_t journal::drop_oldest(std::uint64_t after) {
  std::uint64_t lost = 0;
  for (const auto& x : files_.front().entries)
    if (x.number > after)
      lost += x.lines;
  remove_front();
  return lost;
}

} // namespace sluice::spool
