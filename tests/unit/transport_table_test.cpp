// Codec table, node identity and settings: what every process must agree on.
#include "shm/transport/codec_table.hpp"
#include "shm/transport/node_identity.hpp"
#include "shm/transport/settings.hpp"

#include <doctest/doctest.h>

#include <caf/all.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

using namespace sluice::shm;

// clang-format off
CAF_ADD_ATOM(transport_table_test, sluice::shm::test, put_atom, "put")
CAF_ADD_ATOM(transport_table_test, sluice::shm::test, get_atom, "get")
// clang-format on

using sluice::shm::test::get_atom;
using sluice::shm::test::get_atom_v;
using sluice::shm::test::put_atom;
using sluice::shm::test::put_atom_v;

TEST_SUITE_BEGIN("unit.transport.codecs");

TEST_CASE("a codec is found by the types of a message, atoms by their value") {
  codec_table x;
  x.add<put_atom, std::int32_t>(100).add<get_atom, std::int32_t>(101).add_droppable<std::string>(102);
  const auto code_of = [&](const caf::message& m) {
    const auto* found = x.for_message(m.content());
    return found == nullptr ? 0 : found->operation;
  };
  CHECK(code_of(caf::make_message(put_atom_v, 1)) == 100);
  CHECK(code_of(caf::make_message(get_atom_v, 1)) == 101);
  CHECK(code_of(caf::make_message(std::string{"x"})) == 102);
  CHECK(code_of(caf::make_message(1)) == 0);
  CHECK(code_of(caf::make_message(put_atom_v)) == 0);
  CHECK(x.for_operation(102)->droppable);
  CHECK(x.for_operation(99) == nullptr);
}

TEST_CASE("the parameters of an operation have golden bytes: no type names, no atoms") {
  codec_table x;
  x.add<put_atom, std::uint32_t, std::string>(100);
  caf::actor_system_config config;
  config.set("scheduler.max-threads", 1u);
  caf::actor_system system{config};
  std::vector<char> bytes;
  caf::binary_serializer sink{system, bytes};
  const auto before = caf::make_message(put_atom_v, std::uint32_t{0x01020304}, std::string{"abc"});
  REQUIRE(!x.for_operation(100)->save(sink, before.content()));
  CHECK(bytes == std::vector<char>{1, 2, 3, 4, 3, 'a', 'b', 'c'});
  caf::binary_deserializer source{system, bytes};
  caf::error trouble;
  const auto after = x.for_operation(100)->load(source, nullptr, caf::make_message_id(), trouble);
  REQUIRE(!trouble);
  CHECK(after->content().match_elements<put_atom, std::uint32_t, std::string>());
  CHECK(after->content().get_as<std::string>(2) == "abc");
  bytes.resize(5); // cut short
  caf::binary_deserializer short_source{system, bytes};
  CHECK(x.for_operation(100)->load(short_source, nullptr, caf::make_message_id(), trouble) == nullptr);
  CHECK(trouble);
}

TEST_CASE("an operation code below 100, or used twice, is a mistake of the program") {
  codec_table x;
  x.add<std::string>(100);
  CHECK_THROWS_AS(x.add<std::int32_t>(100), std::logic_error);
  CHECK_THROWS_AS(x.add<std::int32_t>(99), std::logic_error);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("unit.transport.node");

TEST_CASE("a node id carries role and life, and belongs to one instance") {
  const node_identity who{3, 0xfedc'ba98'7650'0007};
  const auto node = make_node("demo", who);
  const auto found = identify("demo", node);
  REQUIRE(found);
  CHECK(found->role == who.role);
  CHECK(found->incarnation == who.incarnation);
  CHECK_FALSE(identify("other", node));
  CHECK(make_node("demo", {3, 0xfedc'ba98'7650'0008}) != node);
}

TEST_CASE("the node id of somebody else is none of ours") {
  CHECK_FALSE(identify("demo", caf::node_id{}));
  caf::actor_system_config config;
  CHECK_FALSE(identify("demo", caf::node_id::default_data::local(config)));
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("unit.transport.settings");

namespace {
transport_settings good() {
  transport_settings x;
  x.roles = {"one", "two"};
  x.role = "one";
  return x;
}
} // namespace

TEST_CASE("the defaults are good, and each value out of its range is one sentence with its key") {
  CHECK(mistakes(good()).empty());
  const auto mistake = [](auto change) {
    auto x = good();
    change(x);
    const auto found = mistakes(x);
    return found.size() == 1 ? found.front() : std::to_string(found.size()) + " mistakes";
  };
  using settings = transport_settings;
  CHECK(mistake([](settings& x) {
          x.instance = "A/b";
        })
        == "shm.instance: must be 1 to 32 characters of a-z, 0-9 and '-'");
  CHECK(mistake([](settings& x) {
          x.slots = 100;
        })
        == "shm.slots: must be a power of two from 4 to 65536");
  CHECK(mistake([](settings& x) {
          x.slot_size = 100;
        })
        == "shm.slot-size: must be a multiple of 64 from 256 to 1048576");
  CHECK(mistake([](settings& x) {
          x.outbox = 1;
        })
        == "shm.outbox: must be 65536 to 1073741824 bytes");
  CHECK(mistake([](settings& x) {
          x.directory.clear();
        })
        == "shm.directory: must not be empty");
  CHECK(mistake([](settings& x) {
          x.heartbeat_interval = std::chrono::milliseconds{1};
        })
        == "shm.heartbeat-interval: must be 10ms to 10s");
  CHECK(mistake([](settings& x) {
          x.hung_after = x.heartbeat_interval;
        })
        == "shm.hung-after: must be at least two heartbeat intervals and at most 60s");
  CHECK(mistake([](settings& x) {
          x.role = "three";
        })
        == "the program names a role of its own that is not in the list of roles");
}

TEST_SUITE_END();
