// Two releases with different layouts meet: both logs say so. And what is no message raises a counter and is logged.
#include "shm/mailslot/outlet.hpp"
#include "tests/process/transport_world.hpp"

#include <fstream>
#include <sstream>

using namespace sluice::shm;
using namespace sluice::shm::test;

namespace {

/// Overwrites four bytes of a file that others use.
void put_number(const std::filesystem::path& file, std::streamoff at, std::uint32_t x) {
  std::fstream out{file, std::ios::in | std::ios::out | std::ios::binary};
  out.seekp(at);
  out.write(reinterpret_cast<const char*>(&x), sizeof x);
}

std::string contents(const std::filesystem::path& file) {
  std::stringstream text;
  text << std::ifstream{file}.rdbuf();
  return text.str();
}

bool says(const std::filesystem::path& log, const std::string& what) {
  return eventually([&] {
    return contents(log).find(what) != std::string::npos;
  });
}

std::vector<std::string> logging_to(const std::filesystem::path& file) {
  return {"--logger.file-name=" + file.string(), "--logger.file-format=%p %c %m%n", "--logger.file-verbosity='info'",
          "--shm.heartbeat-interval=20ms"};
}

constexpr std::streamoff version_offset = 8; // in the roster as in a mailbox
constexpr std::uint32_t other_version = layout_version + 8;

} // namespace

TEST_SUITE_BEGIN("process.transport.layout");

TEST_CASE("a process that comes to an instance of another layout is refused, and both logs say so") {
  const scratch_directory logs;
  world here{logging_to(logs.path() / "alpha")};
  put_number(place{here.directory.path(), "default"}.roster(), version_offset, other_version);
  auto beta = here.start("beta", {}, logs.path() / "beta");
  CHECK(beta.wait() == 3);
  CHECK(contents(logs.path() / "beta")
            .starts_with("instance 'default' in " + here.directory.path().string()
                         + " is run by another release (layout version " + std::to_string(other_version)
                         + ", this program has version " + std::to_string(layout_version) + ")"));
  CHECK(says(logs.path() / "alpha", "layout-refused role=beta layout_version=" + std::to_string(layout_version)));
}

TEST_CASE("a mailbox of another layout is refused by who opens it, and its owner's log says so too") {
  const scratch_directory logs;
  world here{logging_to(logs.path() / "alpha")};
  const auto mailbox = place{here.directory.path(), "default"}.segment("beta");
  auto beta = here.start("beta", logging_to(logs.path() / "beta"));
  REQUIRE(says(logs.path() / "beta", "transport-ready"));
  put_number(mailbox, version_offset, other_version);
  const auto finder =
      spawn_finder(*here.system, "beta", "boss", {}, caf::actor_cast<caf::strong_actor_ptr>(*here.self));
  CHECK(says(logs.path() / "alpha", "has layout version " + std::to_string(other_version)
                                        + ", this program has version " + std::to_string(layout_version)));
  CHECK(says(logs.path() / "beta", "layout-refused role=alpha layout_version=" + std::to_string(layout_version)));
  (*here.self)->send_exit(finder, caf::exit_reason::user_shutdown);
}

TEST_CASE("slots without a message and messages without sense are refused, counted and logged") {
  const scratch_directory logs;
  world here{logging_to(logs.path() / "alpha")};
  const place where{here.directory.path(), "default"};
  constexpr std::uint32_t gamma = 3;
  auto liar = membership::join(where, gamma, "gamma");
  REQUIRE(liar);
  auto mailbox = segment::open(where.segment("alpha"), 1);
  REQUIRE(mailbox);
  const auto lane = mailbox->lane_at(gamma - 1);
  const auto ticket = claim(lane, liar->self());
  REQUIRE(ticket);
  publish(lane, *ticket, liar->self()); // whatever was in the slot
  outlet out{std::move(*mailbox), liar->self()};
  message_header header;
  header.operation = 99; // the transport's own, and not given to anything
  header.sender_role = static_cast<std::uint8_t>(gamma);
  header.sender_incarnation = liar->incarnation();
  CHECK(out.put(header, {}, {}));
  header.operation = operation::generic;
  const std::vector<std::byte> nonsense(100, std::byte{0xff});
  CHECK(out.put(header, {}, nonsense));
  out.notify();
  CHECK(eventually([&] {
    const auto counted = transport_of(*here.system).counters();
    return counted.lanes.at(gamma - 1).refused == 1 && counted.malformed >= 1;
  }));
  CHECK(says(logs.path() / "alpha", "message-refused sender_role=3"));
}

TEST_SUITE_END();
