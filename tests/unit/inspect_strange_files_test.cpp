// Files that are no mailbox of ours, or not any more: each is told, none is believed.
#include "shm/mailslot/roster.hpp"
#include "tests/unit/inspect_fixture.hpp"

#include <fstream>
#include <random>

#include <sys/stat.h>

using namespace sluice::shm;
using namespace sluice::shm::inspect;
using namespace sluice::shm::inspect::test;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// What is told about the only mailbox.
std::string problem_of(const instance_fixture& f) {
  const auto x = f.look();
  REQUIRE(x.mailboxes.size() == 1);
  if (!x.mailboxes[0].problem.empty())
    CHECK(x.mailboxes[0].lanes.empty());
  return x.mailboxes[0].problem;
}

void write_file(const std::filesystem::path& file, const std::string& bytes) {
  std::filesystem::remove(file);
  std::ofstream{file, std::ios::binary} << bytes;
}

} // namespace

TEST_CASE("a mailbox of another layout is told by its version") {
  instance_fixture f;
  f.mailbox.header().version = 77;
  CHECK(has(problem_of(f), "has layout version 77, this program knows only version " + std::to_string(layout_version)));
  CHECK(f.look().mailboxes[0].version == 77);
}

TEST_CASE("a roster of another layout leaves everybody's state unknown") {
  instance_fixture f;
  roster other{roster_magic, 77, {}};
  std::fstream out{f.where.roster(), std::ios::in | std::ios::out | std::ios::binary};
  out.write(reinterpret_cast<const char*>(&other), sizeof other);
  out.close();
  const auto x = f.look();
  CHECK(has(x.roster_problem, "has layout version 77"));
  CHECK(x.roles.empty());
  CHECK(x.mailboxes[0].state == liveness::unknown);
}

TEST_CASE("a mailbox whose receiver has died is told as left over") {
  instance_fixture f;
  const auto sender_stays = f.sender.self();
  { const auto leaves = std::move(f.receiver); }
  const auto x = f.look();
  CHECK(x.mailboxes[0].problem == "");
  CHECK(x.mailboxes[0].state == liveness::dead);
  CHECK(x.roles[0].state == liveness::dead);
  CHECK(x.roles[1].state == liveness::alive);
  CHECK(sender_stays.life() == 1);
}

TEST_CASE("mailboxes without a roster are shown, with nobody's state known") {
  instance_fixture f;
  std::filesystem::remove(f.where.roster());
  const auto x = f.look();
  CHECK(has(x.roster_problem, "does not exist"));
  CHECK(x.mailboxes[0].problem == "");
  CHECK(x.mailboxes[0].state == liveness::unknown);
}

TEST_CASE("files that are cut short, empty, grown or no mailbox are refused") {
  instance_fixture f;
  const auto good = [&] {
    std::ifstream in{f.file, std::ios::binary};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  }();
  REQUIRE(good.size() == f.sizes.total_bytes());
  for (const std::size_t length : {good.size() - 1, good.size() - 4096, header_bytes, std::size_t{64}}) {
    write_file(f.file, good.substr(0, length));
    CHECK(has(problem_of(f), "sizes that do not fit together"));
  }
  write_file(f.file, good + "x");
  CHECK(has(problem_of(f), "sizes that do not fit together"));
  for (const auto& other : {good.substr(0, 47), good.substr(0, 8), std::string{}, std::string(8'192, 'x')}) {
    write_file(f.file, other);
    CHECK(has(problem_of(f), "is no Sluice mailbox"));
  }
  write_file(f.file, good);
  CHECK(problem_of(f) == "");
}

TEST_CASE("a header that names no receiver is refused") {
  instance_fixture f;
  f.mailbox.header().role = 9;
  CHECK(has(problem_of(f), "names no receiver"));
  f.mailbox.header().role = 0;
  CHECK(has(problem_of(f), "names no receiver"));
}

TEST_CASE("directories, links and pipes are refused and nobody waits for them") {
  instance_fixture f;
  std::filesystem::remove(f.file);
  std::filesystem::create_directory(f.file);
  CHECK(has(problem_of(f), "is no regular file"));
  std::filesystem::remove(f.file);
  std::filesystem::create_symlink("/dev/zero", f.file);
  CHECK(has(problem_of(f), "is a symbolic link"));
  std::filesystem::remove(f.file);
  REQUIRE(::mkfifo(f.file.c_str(), 0600) == 0);
  CHECK(has(problem_of(f), "is no regular file"));
}

TEST_CASE("names that are none of ours are passed over") {
  instance_fixture f;
  for (const char* name : {"sluice", "sluice.", "sluice.try", "sluice.try.", "sluice.try.application-server.new",
                           "sluice.TRY.core", "sluice..x", "other.try.core"})
    write_file(f.where.directory / name, "x");
  CHECK(f.look().mailboxes.size() == 1);
  CHECK(must(instances_in(f.where.directory)) == std::vector<std::string>{"try"});
}

TEST_CASE("instances are listed by name; one that is not there is absent") {
  instance_fixture f;
  write_file(f.where.directory / "sluice.another.sla-core", "x");
  CHECK(must(instances_in(f.where.directory)) == std::vector<std::string>{"another", "try"});
  auto none = look_at({f.where.directory, "third"}, {});
  REQUIRE_FALSE(none);
  CHECK(none.why().kind == failure_kind::absent);
  CHECK(has(none.why().sentence, "there is no instance 'third'"));
  CHECK(look_at({f.where.directory, "../etc"}, {}).why().kind == failure_kind::invalid);
  CHECK(instances_in(f.where.directory / "nowhere").why().kind == failure_kind::absent);
}

TEST_CASE("no more mailboxes are looked at than there can be roles") {
  instance_fixture f;
  for (int i = 0; i < 50; ++i)
    write_file(f.where.directory / ("sluice.try.x" + std::to_string(i)), "x");
  CHECK(f.look().mailboxes.size() == max_mailboxes);
}

TEST_CASE("roles that are not Sluice's are named after their mailboxes") {
  instance_fixture f;
  std::filesystem::rename(f.file, f.where.segment("alpha"));
  const auto x = f.look();
  CHECK(x.mailboxes[0].lanes[1].sender_name == "alpha");
  CHECK(x.mailboxes[0].lanes[0].sender_name == "role-1");
}

TEST_CASE("random bytes in a mailbox are told as something, within the bounds") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    instance_fixture f;
    std::mt19937_64 random{seed};
    auto* bytes = reinterpret_cast<unsigned char*>(&f.mailbox.header());
    // Two thirds of the seeds leave the sizes alone, so that the lanes are read.
    const std::size_t from = seed % 3 == 0 ? 0 : sizeof(segment_header) - sizeof(segment_header::lane);
    for (auto i = from; i < f.sizes.total_bytes(); ++i)
      if (seed % 2 == 0 || random() % 8 == 0)
        bytes[i] = static_cast<unsigned char>(random());
    const auto x = f.look();
    REQUIRE(x.mailboxes.size() == 1);
    CHECK(x.mailboxes[0].problem.empty() == (from != 0));
    for (const auto& lane : x.mailboxes[0].lanes) {
      CHECK(lane.used() <= f.sizes.slots_per_lane);
      CHECK(lane.holders.size() + lane.holders_not_named == lane.writing + lane.reading);
    }
  }
}
