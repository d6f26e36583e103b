// The spool: order, torn ends at every byte, its bound, and batches as bytes.
#include "actors/database_manager/spool/spool.hpp"
#include "actors/database_manager/store/batch_bytes.hpp"
#include "actors/database_manager/store/copy_text.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <unistd.h>

using namespace sluice;
using namespace sluice::spool;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.spool");

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

/// Lets this process open so many more files until its end.
class spare_descriptors {
public:
  explicit spare_descriptors(::rlim_t more) {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const int next = ::dup(0);
    REQUIRE(next >= 0);
    ::close(next);
    const ::rlimit less{static_cast<::rlim_t>(next) + more, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &less) == 0);
  }
  ~spare_descriptors() {
    end();
  }
  spare_descriptors(const spare_descriptors&) = delete;
  spare_descriptors& operator=(const spare_descriptors&) = delete;
  void end() const {
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }

private:
  ::rlimit before_{};
};

batch_parts part(const std::string& rows, const std::string& rest = {}) {
  return {rows, rows.empty() ? 0u : 3u, rest, rest.empty() ? 0u : 1u};
}

std::string contents(const disk_spool& x) {
  std::string text;
  for (const auto& one : x.oldest(1 << 20))
    text += one.parts.rows + '/' + one.parts.rest + ' ';
  return text;
}

std::filesystem::path newest(const std::filesystem::path& in, const std::string& name) {
  std::filesystem::path found;
  for (const auto& one : std::filesystem::directory_iterator{in})
    if (one.path().filename().string().starts_with(name + '-') && one.path() > found)
      found = one.path();
  return found;
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE("batches come back in order, after a restart as well, until they are given free") {
  place here;
  {
    disk_spool x{here.path / "s", 1 << 20};
    CHECK(x.open().empty());
    CHECK(x.empty());
    CHECK(x.put({part("a"), part("b", "B")}) == put_result::stored);
    CHECK(x.put({part("", "C")}) == put_result::stored);
  }
  disk_spool x{here.path / "s", 1 << 20};
  CHECK(x.open().empty());
  CHECK(contents(x) == "a/ b/B /C ");
  x.release(x.oldest(1)[0].number);
  CHECK(contents(x) == "b/B /C ");
  CHECK(x.put({part("d")}) == put_result::stored);
  x.release(x.last_number());
  CHECK(x.empty());
  CHECK(x.bytes() == 0);
}

TEST_CASE("what was given free stays so after a restart, and numbers go on") {
  place here;
  std::uint64_t last = 0;
  {
    disk_spool x{here.path, 1 << 20};
    static_cast<void>(x.open());
    static_cast<void>(x.put({part("a"), part("b")}));
    last = x.last_number();
    x.release(last);
  }
  disk_spool x{here.path, 1 << 20};
  static_cast<void>(x.open());
  CHECK(x.empty());
  static_cast<void>(x.put({part("c")}));
  CHECK(x.last_number() == last + 1);
  CHECK(contents(x) == "c/ ");
}

TEST_CASE("a file that could not be begun spoils nothing") {
  place here;
  {
    disk_spool x{here.path, 1 << 20};
    static_cast<void>(x.open());
    CHECK(x.put({part("a")}) == put_result::stored);
  }
  {
    disk_spool x{here.path, 1 << 20};
    static_cast<void>(x.open());
    const spare_descriptors one{1}; // enough for the file, not for the sync of its directory
    bool refused = false;
    try {
      static_cast<void>(x.put({part("b")}));
    } catch (const std::system_error&) {
      refused = true; // not looked at before there are descriptors again: the sanitizer needs one to do so
    }
    one.end();
    CHECK(refused);
    CHECK(x.put({part("c")}) == put_result::stored);
    CHECK(contents(x) == "a/ c/ ");
  }
  disk_spool x{here.path, 1 << 20};
  CHECK(x.open().empty());
  CHECK(contents(x) == "a/ c/ ");
}

TEST_CASE("a record that is cut at any byte is not there, those before it are") {
  place here;
  {
    disk_spool x{here.path, 1 << 20};
    static_cast<void>(x.open());
    static_cast<void>(x.put({part("first")}));
    static_cast<void>(x.put({part("second")}));
  }
  const auto written = newest(here.path, "rows").filename();
  const auto whole = bytes_of(here.path / written);
  const auto torn = header_bytes + std::string{"second"}.size();
  for (std::size_t cut = 1; cut <= torn; ++cut) {
    CAPTURE(cut);
    place copy;
    std::ofstream{copy.path / written, std::ios::binary} << whole.substr(0, whole.size() - cut);
    disk_spool x{copy.path, 1 << 20};
    const auto mended = x.open();
    CHECK(mended.size() == (cut == torn ? 0 : 1));
    CHECK(contents(x) == "first/ ");
    CHECK(x.put({part("third")}) == put_result::stored);
    CHECK(contents(x) == "first/ third/ ");
  }
}

TEST_CASE("a record of which any byte was changed is not believed") {
  std::string text;
  append(text, {7, 3, "payload"});
  REQUIRE(read(text));
  CHECK(read(text)->payload == "payload");
  for (std::size_t i = 0; i < text.size(); ++i)
    for (const int bit : {0, 3, 7}) {
      auto changed = text;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      CAPTURE(i);
      CHECK_FALSE(read(changed));
    }
}

TEST_CASE("a full spool drops the oldest rows, counts them, and never drops the rest") {
  place here;
  disk_spool x{here.path, 64 * 1024};
  static_cast<void>(x.open());
  const std::string rows(1000, 'r');
  for (int i = 0; i < 200; ++i)
    REQUIRE(x.put({part(rows, std::to_string(i))}) == put_result::stored);
  CHECK(x.bytes() <= x.bound());
  CHECK(x.rows_dropped() > 300);
  const auto all = x.oldest(1 << 20);
  REQUIRE(all.size() == 200);
  std::uint64_t rows_left = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(all[i].parts.rest == std::to_string(i));
    rows_left += all[i].parts.row_count;
  }
  CHECK(rows_left + x.rows_dropped() == 600);
  CHECK(all.front().parts.rows.empty());
  CHECK(all.back().parts.rows == rows);
}

TEST_CASE("what may not be dropped is refused when nothing else is left to drop") {
  place here;
  disk_spool x{here.path, 8192};
  static_cast<void>(x.open());
  CHECK(x.put({part("", std::string(5000, 'x'))}) == put_result::stored);
  CHECK(x.put({part("", std::string(5000, 'y'))}) == put_result::full);
  CHECK(x.oldest(1 << 20).size() == 1);
}

TEST_CASE("a second process is refused, and a directory that cannot be made is told") {
  place here;
  disk_spool one{here.path, 1 << 20};
  static_cast<void>(one.open());
  disk_spool two{here.path, 1 << 20};
  CHECK_THROWS_AS(static_cast<void>(two.open()), std::system_error);
  disk_spool nowhere{here.path / "a" / "b", 1 << 20};
  CHECK_THROWS_AS(static_cast<void>(nowhere.open()), std::system_error);
}

TEST_CASE("a batch in two parts is the same batch again") {
  store::packed_batch x;
  sample s;
  s.stream = {"gw1", "oltp", "10.0.0.7"};
  s.backend = "disk";
  s.taken = wall_time{1'795'428'000'000'000};
  s.interval = 1s;
  s.mean_in_flight = 2.25;
  s.control = control_state::envelope;
  s.total_latency.record(3ms);
  x.rows.push_back(store::pack(make_row(s, 0xffff'ffff'ffff'fff0)));
  verdict v;
  v.agreement = "gold";
  v.culprit = "gw1/batch/b";
  v.outcome = verdict_outcome::violated;
  v.from = wall_time{1'795'428'000'000'000};
  x.verdicts.push_back(v);
  x.events.push_back({wall_time{5}, event_kind::gateway_lost, "gw1", "silent"});
  decision d;
  d.at = wall_time{6};
  d.what.stream = s.stream;
  d.what.why.rule = throttle_rule::protection;
  d.what.why.observed = true;
  x.decisions.push_back(d);
  x.audit.push_back({wall_time{7}, "token", "create-agreement", "gold", "version 1"});
  x.everything_until = 1'795'428'000;
  const auto rows = store::rows_to_bytes(x);
  const auto rest = store::rest_to_bytes(x);
  const auto got = store::batch_of_bytes(rows, rest);
  REQUIRE(got);
  CHECK(got->everything_until == x.everything_until);
  REQUIRE(got->rows.size() == 1);
  CHECK(got->rows[0].incarnation == 0xffff'ffff'ffff'fff0);
  CHECK(got->rows[0].total_latency == x.rows[0].total_latency);
  CHECK(got->rows[0].mean_in_flight == 2.25);
  CHECK(got->verdicts == x.verdicts);
  CHECK(got->events == x.events);
  CHECK(got->decisions == x.decisions);
  CHECK(got->audit == x.audit);
  for (std::size_t size = 1; size < rows.size(); ++size)
    CHECK_FALSE(store::batch_of_bytes(std::string_view{rows}.substr(0, size), {}));
  for (std::size_t size = 1; size < rest.size(); ++size)
    CHECK_FALSE(store::batch_of_bytes({}, std::string_view{rest}.substr(0, size)));
  CHECK(store::batch_of_bytes({}, rest)->everything_until == 0); // rows that were dropped prove nothing
}

TEST_CASE("COPY's text form escapes what it must, and writes times as PostgreSQL reads them") {
  store::copy_text x;
  x.text("tab\t line\n back\\ \\N");
  x.integer(std::int64_t{-5});
  x.timestamp(wall_time{1'795'428'061'000'002});
  x.array({1, -2});
  x.flag(true);
  x.bytes("\x01\xff");
  x.end_line();
  CHECK(x.lines() == "tab\\t line\\n back\\\\ \\\\N\t-5\t2026-11-23 10:01:01.000002+00\t{1,-2}\tt\t\\\\x01ff\n");
}
