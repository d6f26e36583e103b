// The spool over power cuts: its calls on files go to a disk of the test's own that knows what was synced. A cut leaves
// what was synced, any part of what was not, and of names only those whose directory was synced.
#include "actors/database_manager/spool/posix_file.hpp"
#include "actors/database_manager/spool/spool.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <system_error>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace sluice::spool;

TEST_SUITE_BEGIN("unit.spool-power");

namespace {

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary} << bytes;
}

/// Files by name: what is in them, and what of it a power cut leaves.
struct disk {
  std::map<std::string, std::string> synced; ///< contents as last synced; a file that never was is not in it
  std::set<std::string> durable;             ///< names that the directory had when it was synced last
  std::set<std::string> dirty;               ///< files that were written to since they were synced
  std::function<void()> before_each;         ///< call
};

disk* present = nullptr;

void about_to_call() {
  if (present != nullptr && present->before_each)
    present->before_each();
}

std::filesystem::path path_of(int file) {
  return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file));
}

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

} // namespace

// In place of posix_file.cpp, which the linker leaves out since all of it is here.
namespace sluice::spool {

int open_file(const std::filesystem::path& path, int flags) {
  about_to_call();
  const int file = ::open(path.c_str(), flags, 0600);
  if (file < 0)
    fail(path.string());
  return file;
}

std::string read_file(const std::filesystem::path& path) {
  return bytes_of(path);
}

std::string read_part(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t bytes) {
  return bytes_of(path).substr(offset, bytes);
}

void write_at(int file, std::string_view bytes, std::uint64_t offset) {
  about_to_call();
  if (::pwrite(file, bytes.data(), bytes.size(), static_cast<::off_t>(offset)) != static_cast<::ssize_t>(bytes.size()))
    fail("writing");
  if (present != nullptr)
    present->dirty.insert(path_of(file).filename());
}

void sync_file(int file) {
  about_to_call();
  if (present == nullptr)
    return;
  const auto path = path_of(file);
  present->synced[path.filename()] = bytes_of(path);
  present->dirty.erase(path.filename());
}

void truncate_file(const std::filesystem::path& path, std::uint64_t bytes) {
  about_to_call();
  std::filesystem::resize_file(path, bytes);
  if (present != nullptr)
    present->synced[path.filename()] = bytes_of(path);
}

void sync_directory(const std::filesystem::path& path) {
  about_to_call();
  if (present == nullptr)
    return;
  present->durable.clear();
  for (const auto& one : std::filesystem::directory_iterator{path})
    present->durable.insert(one.path().filename());
}

} // namespace sluice::spool

namespace {

struct place {
  place() {
    char pattern[] = "/tmp/sluice-spool-XXXXXX";
    REQUIRE(::mkdtemp(pattern) != nullptr);
    path = pattern;
  }
  ~place() {
    std::filesystem::remove_all(path);
  }
  place(const place&) = delete;
  place& operator=(const place&) = delete;
  std::filesystem::path path;
};

using dice = std::mt19937_64;

/// What a cut now might leave of a directory: the worst that a file system may do with what was not synced.
void cut_power(const disk& of, const std::filesystem::path& from, const std::filesystem::path& to, dice& chance) {
  auto names = of.durable;
  for (const auto& one : std::filesystem::directory_iterator{from})
    if (chance() % 2 == 0) // a name that was not synced may be there too, or be gone
      names.insert(one.path().filename());
  for (const auto& name : names) {
    const auto found = of.synced.find(name);
    auto left = found == of.synced.end() ? std::string{} : found->second;
    const auto now = std::filesystem::exists(from / name) ? bytes_of(from / name) : std::string{};
    if (now.size() > left.size() && now.starts_with(left)) {
      auto more = now.substr(left.size(), chance() % (now.size() - left.size() + 1));
      for (auto& byte : more)
        if (chance() % 64 == 0)
          byte = static_cast<char>(chance()); // a page that was not written
      left += more;
    }
    if (chance() % 4 == 0)
      left += std::string(chance() % 40, static_cast<char>(chance()));
    write_bytes(to / name, left);
  }
}

batch_parts some_batch(std::uint64_t number, dice& chance) {
  batch_parts x;
  const auto text = std::to_string(number);
  if (chance() % 5 != 0) {
    x.rows = "rows " + text + std::string(chance() % 3'000, 'r');
    x.row_count = 3;
  }
  if (chance() % 3 == 0 || x.rows.empty()) {
    x.rest = "rest " + text + std::string(chance() % 500, 'e');
    x.rest_count = 1;
  }
  return x;
}

bool same(const batch_parts& a, const batch_parts& b) {
  return a.rows == b.rows && a.rest == b.rest;
}

/// What was put, and which of it the caller was told to be safe, or gave free.
struct told {
  std::map<std::uint64_t, batch_parts> put; ///< by number
  std::uint64_t safe = 0;                   ///< the last number that was answered
  std::uint64_t released = 0;
};

/// After a cut: everything that was answered and not given free is there, whole and in order, and nothing that was not
/// put.
void check_after_cut(const std::filesystem::path& left, const told& known) {
  disk_spool x{left, 1 << 24};
  static_cast<void>(x.open());
  const auto found = x.oldest(1 << 24);
  auto expected = known.put.upper_bound(known.released);
  std::uint64_t before = 0;
  for (const auto& one : found) {
    REQUIRE(one.number > before);
    before = one.number;
    if (one.number <= known.released)
      continue; // given free shortly before: it will be recognised
    const auto what = known.put.find(one.number);
    REQUIRE(what != known.put.end());
    if (one.number <= known.safe) {
      REQUIRE(expected != known.put.end());
      REQUIRE(one.number == expected->first);
      ++expected;
      REQUIRE(same(one.parts, what->second));
    } else {
      REQUIRE((one.parts.rows.empty() || one.parts.rows == what->second.rows));
      REQUIRE((one.parts.rest.empty() || one.parts.rest == what->second.rest));
    }
  }
  REQUIRE((expected == known.put.end() || expected->first > known.safe));
  REQUIRE(x.put({batch_parts{"after", 1, {}, 0}}) == put_result::stored); // it goes on
  const auto all = x.oldest(1 << 24);
  REQUIRE(all.back().parts.rows == "after");
}

} // namespace

TEST_CASE("when a batch is answered nothing of it waits for a sync") {
  place here;
  disk disk;
  present = &disk;
  dice chance{1};
  {
    disk_spool x{here.path, 1 << 24};
    static_cast<void>(x.open());
    for (std::uint64_t i = 1; i <= 300; ++i) {
      REQUIRE(x.put({some_batch(i, chance)}) == put_result::stored);
      disk.dirty.erase("done"); // says what follows a commit, and may be old
      REQUIRE(disk.dirty.empty());
      for (const auto& one : std::filesystem::directory_iterator{here.path})
        if (one.path().filename().string().starts_with("r")) { // rows-… and rest-…
          REQUIRE(disk.durable.contains(one.path().filename()));
          REQUIRE(disk.synced[one.path().filename()] == bytes_of(one.path()));
        }
    }
  }
  present = nullptr;
}

TEST_CASE("property: a power cut at any call loses nothing that was answered") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    dice chance{seed};
    place here;
    disk disk;
    told known;
    present = &disk;
    int cuts = 0;
    disk.before_each = [&] {
      if (chance() % 40 != 0)
        return;
      ++cuts;
      place left;
      cut_power(disk, here.path, left.path, chance);
      present = nullptr; // what is done to what is left is no part of the run
      check_after_cut(left.path, known);
      present = &disk;
    };
    {
      disk_spool x{here.path, 1 << 18};
      static_cast<void>(x.open());
      for (int step = 0; step < 60; ++step) {
        std::vector<batch_parts> batches;
        auto number = x.last_number();
        for (auto n = 1 + chance() % 3; n > 0; --n) {
          batches.push_back(some_batch(++number, chance));
          known.put[number] = batches.back();
        }
        REQUIRE(x.put(batches) == put_result::stored);
        REQUIRE(x.rows_dropped() == 0);
        known.safe = x.last_number();
        if (chance() % 4 == 0) {
          const auto some = x.oldest(1 + chance() % 20'000);
          if (!some.empty()) {
            known.released = some.back().number; // PostgreSQL has them
            x.release(known.released);
          }
        }
      }
    }
    present = nullptr;
    REQUIRE(cuts > 0);
  }
}

TEST_CASE("property: whatever happens to its files, what comes back is what was put, in order") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    dice chance{seed};
    place here;
    told known;
    {
      disk_spool x{here.path, 1 << 18};
      static_cast<void>(x.open());
      for (std::uint64_t number = 1; number <= 40; ++number) {
        known.put[number] = some_batch(number, chance);
        REQUIRE(x.put({known.put[number]}) == put_result::stored);
      }
    }
    std::vector<std::filesystem::path> files;
    for (const auto& one : std::filesystem::directory_iterator{here.path})
      if (one.path().filename() != "lock")
        files.push_back(one.path());
    const auto file = files[chance() % files.size()];
    auto bytes = bytes_of(file);
    REQUIRE(!bytes.empty());
    const auto spot = chance() % bytes.size();
    if (chance() % 2 == 0)
      bytes.resize(spot);
    else
      bytes[spot] = static_cast<char>(bytes[spot] ^ (1 << chance() % 8));
    write_bytes(file, bytes);
    disk_spool x{here.path, 1 << 18};
    const auto mended = x.open();
    std::uint64_t before = 0;
    std::size_t whole = 0;
    for (const auto& one : x.oldest(1 << 20)) {
      REQUIRE(one.number > before);
      before = one.number;
      const auto& put = known.put.at(one.number);
      REQUIRE((one.parts.rows.empty() || one.parts.rows == put.rows));
      REQUIRE((one.parts.rest.empty() || one.parts.rest == put.rest));
      whole += same(one.parts, put) ? 1 : 0;
    }
    REQUIRE(mended.size() <= 1); // the file that was damaged, unless it was cut between two records
    REQUIRE((whole == 40) == (file.filename() == "done")); // which says only what need not be read again
    const bool is_last = std::none_of(files.begin(), files.end(), [&](const auto& other) {
      return other > file && other.filename().string().starts_with(file.filename().string().substr(0, 5));
    });
    REQUIRE((before == 40 || is_last)); // files behind the damage are read
  }
}
