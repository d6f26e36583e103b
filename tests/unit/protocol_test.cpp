// Every message survives the way over the wire; a malformed histogram in one is refused.
#include "actors/protocol/interfaces.hpp"
#include "tests/sim/model/link.hpp"

#include <caf/all.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

struct config : caf::actor_system_config {
  config() {
    add_message_types<caf::id_block::sluice>();
  }
};

template<class T>
std::vector<char> written(caf::actor_system& system, const T& x) {
  std::vector<char> bytes;
  caf::binary_serializer sink{system, bytes};
  REQUIRE(!sink(x));
  return bytes;
}

template<class T>
T read(caf::actor_system& system, const std::vector<char>& bytes) {
  T result;
  caf::binary_deserializer source{system, bytes};
  REQUIRE(!source(result));
  return result;
}

sample some_sample() {
  sample x;
  x.stream = {"gw1", "oltp", "127.0.0.1"};
  x.backend = "array";
  x.sequence = 7;
  x.taken = wall_time{1'700'000'000'123'456};
  x.interval = 100ms;
  x.arrivals = 12;
  x.completions = 10;
  x.reads = 9;
  x.writes = 1;
  x.read_bytes = 9 * 4096;
  x.write_bytes = 4096;
  x.backlog = 2;
  x.mean_in_flight = 1.25;
  for (int i = 0; i < 10; ++i)
    x.total_latency.record(i * 1ms);
  x.generation = 3;
  x.control = control_state::throttled;
  return x;
}

agreement some_agreement() {
  agreement x;
  x.name = "oltp-gold";
  x.tenant = "acme";
  x.streams.volume = "oltp";
  x.objective.reservation = rate{1500};
  x.objective.limit = {rate{6000}, rate{200'000'000}, burst{rate{8000}, 10s}};
  x.objective.weight = 4;
  x.objective.tier = tier::gold;
  x.objective.latency = {{latency_statistic::mean, 5ms, rate{2500}}};
  x.objective.compliance.time_zone = "Europe/Berlin";
  x.objective.compliance.remedies = {{999'000, 100'000}, {950'000, 250'000}};
  x.version = 2;
  return x;
}

} // namespace

TEST_SUITE_BEGIN("actors.protocol");

TEST_CASE("a sample is the same after the wire, histograms included") {
  config cfg;
  caf::actor_system system{cfg};
  const sample_batch sent{"gw1", 42, 1, {some_sample()}};
  const auto got = read<sample_batch>(system, written(system, sent));
  CHECK(got.gateway == "gw1");
  REQUIRE(got.samples.size() == 1);
  CHECK(got.samples[0].total_latency == sent.samples[0].total_latency);
  CHECK(caf::deep_to_string(got) == caf::deep_to_string(sent));
}

TEST_CASE("an agreement is the same after the wire, with a burst and without") {
  config cfg;
  caf::actor_system system{cfg};
  auto sent = some_agreement();
  CHECK(read<agreement>(system, written(system, sent)) == sent);
  sent.objective.limit.above.reset();
  CHECK(read<agreement>(system, written(system, sent)) == sent);
}

TEST_CASE("a throttle and a report are the same after the wire") {
  config cfg;
  caf::actor_system system{cfg};
  core_report sent;
  throttle held;
  held.stream = {"gw1", "batch", "unix-0"};
  held.generation = 9;
  held.lease = 2s;
  held.now.iops = rate{5900};
  held.now.depth = 24;
  held.envelope.depth = 32;
  held.why.rule = throttle_rule::protection;
  held.why.part = 3000;
  held.why.rest = 2s;
  held.why.until = wall_time{5};
  sent.throttles.push_back(held);
  sent.backends.push_back({"array", 7900, 7800, 2500, 40, 2, 1, 5ms, false, true, 1ms, true});
  held.why.observed = true;
  sent.observed.push_back(held);
  sent.started_with = {{"knee", 7'000'000}};
  sent.events.push_back({wall_time{1}, event_kind::stream_throttled, "gw1/batch/unix-0", "text"});
  verdict met;
  met.agreement = "oltp-gold";
  met.outcome = verdict_outcome::met;
  sent.verdicts.push_back(met);
  const auto got = read<core_report>(system, written(system, sent));
  CHECK(got.throttles == sent.throttles);
  CHECK(got.backends == sent.backends);
  CHECK(got.events == sent.events);
  CHECK(got.verdicts == sent.verdicts);
  CHECK(got.observed == sent.observed);
  CHECK(got.started_with == sent.started_with);
}

TEST_CASE("the terms are the same after the wire, the policy included") {
  config cfg;
  caf::actor_system system{cfg};
  terms sent{{some_agreement()}, {}, {}};
  sent.policy.defaults = {{"mode", 1}, {"knee", 5'000'000}};
  sent.policy.backends = {{"ssd*", {{"hysteresis.sticky", 1}}}, {"*", {}}};
  sent.policy.tenants = {{"acme", "", 10}, {"lab", "acme", 3}};
  sent.policy.version = 4;
  sent.policy.author = "ann";
  sent.policy.reason = "trial";
  sent.policy.since = wall_time{7};
  const auto got = read<terms>(system, written(system, sent));
  CHECK(got.agreements == sent.agreements);
  CHECK(got.policy == sent.policy);
}

TEST_CASE("the bytes of a policy are those that other processes expect") {
  config cfg;
  caf::actor_system system{cfg};
  policy_document x;
  x.defaults = {{"mode", 1}};
  x.tenants = {{"a", "b", 2}};
  x.version = 3;
  x.author = "me";
  x.since = wall_time{4};
  // Sizes of lists and texts in one byte, numbers with the highest byte first.
  const std::vector<char> expected{1, 4, 'm', 'o', 'd', 'e', 0,   0, 0, 0, 0, 0, 0, 1,        // defaults
                                   0,                                                         // backends
                                   1, 1, 'a', 1,   'b', 0,   0,   0, 2,                       // tenants
                                   0, 0, 0,   3,   2,   'm', 'e', 0, 0, 0, 0, 0, 0, 0, 0, 4}; // version to since
  CHECK(written(system, x) == expected);
}

TEST_CASE("a lease renewal is written byte by byte as gateways of this version read it") {
  config cfg;
  caf::actor_system system{cfg};
  const lease_renewal sent{{{{"gw1", "oltp", "c"}, 0x0102030405060708}}};
  const auto bytes = written(system, sent);
  const std::string golden{"\1\3gw1\4oltp\1c\1\2\3\4\5\6\7\10", 20}; // lengths and the count as one byte, big endian
  CHECK(std::string(bytes.begin(), bytes.end()) == golden);
  CHECK(read<lease_renewal>(system, bytes).renewals == sent.renewals);
}

TEST_CASE("the simulator counts the bytes of throttles and renewals as they are written") {
  throttle x;
  x.stream = {"gateway", "volume", std::string(130, 'c')}; // a length of two bytes
  x.why.agreement = "oltp-gold";
  x.why.backend = "disk";
  const renewal y{x.stream, 7};
  config cfg;
  caf::actor_system system{cfg};
  CHECK(written(system, x).size() == sim::wire_size(x));
  CHECK(written(system, y).size() == sim::wire_size(y));
}

TEST_CASE("a histogram that cannot be is refused when it is read") {
  config cfg;
  caf::actor_system system{cfg};
  std::vector<char> bytes;
  caf::binary_serializer sink{system, bytes};
  std::vector<std::uint32_t> descending{9, 1, 3, 1};
  duration sum = 2ms;
  REQUIRE(!sink(descending, sum));
  latency_histogram result;
  caf::binary_deserializer source{system, bytes};
  CHECK(source(result) == caf::sec::invalid_argument);
  CHECK(result.count() == 0);
}

TEST_CASE("a message cut short is refused, whatever the length") {
  config cfg;
  caf::actor_system system{cfg};
  const auto bytes = written(system, sample_batch{"gw1", 42, 1, {some_sample()}});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    sample_batch result;
    caf::binary_deserializer source{system, bytes.data(), size};
    CHECK(source(result) != caf::none);
  }
}

TEST_SUITE_END();
