// The options of sluice-gateway: what is read, and that each mistake is named with its key and what was expected.
#include "gateways/control/gateway_config.hpp"

#include "gateways/control/limit_options.hpp"
#include "gateways/control/listen_address.hpp"
#include "gateways/control/reconnect.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace sluice;
using namespace sluice::gateway;
using namespace std::chrono_literals;

namespace {

/// An ini file of the test's own.
class ini_file {
public:
  explicit ini_file(const std::string& content)
      : path_((std::filesystem::temp_directory_path() / ("sluice-gateway-" + std::to_string(::getpid()) + ".ini"))) {
    std::ofstream{path_} << content;
  }
  ~ini_file() {
    std::filesystem::remove(path_);
  }
  ini_file(const ini_file&) = delete;
  ini_file& operator=(const ini_file&) = delete;

  [[nodiscard]] std::vector<std::string> read_into(gateway_config& config) const {
    auto option = "--config-file=" + path_.string();
    std::string program = "sluice-gateway";
    char* argv[] = {program.data(), option.data(), nullptr};
    auto mistakes = config.read(2, argv);
    for (auto& x : mistakes) {
      REQUIRE(x.substr(0, path_.string().size() + 2) == path_.string() + ": ");
      x.erase(0, path_.string().size() + 2);
    }
    return mistakes;
  }

private:
  std::filesystem::path path_;
};

std::vector<std::string> mistakes_of(const std::string& content) {
  gateway_config config;
  return ini_file{content}.read_into(config);
}

constexpr auto minimal = R"([backend.ram]
kind="memory"
size="1MiB"
[volume.v]
backend="ram"
)";

} // namespace

TEST_SUITE_BEGIN("gateways.control.config");

TEST_CASE("backends, volumes and limits are read with their units") {
  gateway_config config;
  const ini_file file{R"([gateway]
name="gw7"
listen=["127.0.0.1:0","[::1]:10810","unix:/run/nbd.sock"]
shards=3
io-engine="io_uring"
drain-time=2s
[backend.array]
kind="nbd"
uri="nbd://127.0.0.1:10811"
connections=2
patience=7s
[backend.disk]
kind="file"
path="/dev/null"
read-only=true
direct=true
[volume.oltp]
backend="array"
offset="1GiB"
size="512MiB"
iops=2000
bandwidth="100MB/s"
depth=32
burst-iops=4000
burst-for=10s
[volume.copy]
backend="disk"
read-only=true
)"};
  CHECK(file.read_into(config) == std::vector<std::string>{});
  const auto x = config.engine();
  CHECK(x.name == "gw7");
  CHECK(x.shards == 3);
  CHECK(x.engine == io_engine::io_uring);
  CHECK(x.drain_time == 2s);
  REQUIRE(x.listeners.size() == 3);
  CHECK(x.listeners[1].address == "::1");
  CHECK(x.listeners[1].port == 10810);
  CHECK(x.listeners[2].unix_path == "/run/nbd.sock");
  REQUIRE(x.backends.size() == 2);
  CHECK(x.backends[0].name == "array");
  CHECK(x.backends[0].kind == backend_kind::nbd);
  CHECK(x.backends[0].connections == 2);
  CHECK(x.backends[0].patience == 7s);
  CHECK(x.backends[1].path == "/dev/null");
  CHECK(x.backends[1].read_only);
  CHECK(x.backends[1].direct);
  REQUIRE(x.volumes.size() == 2);
  CHECK(x.volumes[1].name == "oltp");
  CHECK(x.volumes[1].offset_bytes == 1'073'741'824);
  CHECK(x.volumes[1].size_bytes == 536'870'912);
  CHECK(x.volumes[1].fixed.iops == rate{2000});
  CHECK(x.volumes[1].fixed.bandwidth == rate{100'000'000});
  CHECK(x.volumes[1].fixed.depth == 32);
  CHECK(x.volumes[1].fixed.burst_iops == rate{4000});
  CHECK(x.volumes[1].fixed.burst_length == 10s);
  CHECK(x.volumes[0].read_only);
  CHECK(x.volumes[0].fixed.unlimited());
}

TEST_CASE("groups and what requests cost are read with their units") {
  gateway_config config;
  const ini_file file{std::string{minimal} + R"(cost="4KiB:1 64KiB:2.5"
write-cost-percent=200
write-iops=100
weight=3
[group.tenant]
client="10.0.*"
iops=5000
bandwidth="100MB/s"
burst-bandwidth="200MB/s"
burst-for=3s
depth=64
[group.database]
volume="db*"
operations="reads"
above="tenant"
weight=7
)"};
  CHECK(file.read_into(config) == std::vector<std::string>{});
  const auto x = config.engine();
  REQUIRE(x.groups.size() == 2);
  CHECK(x.groups[0].name == "database");
  CHECK(x.groups[0].volume == "db*");
  CHECK(x.groups[0].client == "*");
  CHECK(x.groups[0].operations == group_operations::reads);
  CHECK(x.groups[0].above == "tenant");
  CHECK(x.groups[0].weight == 7);
  CHECK(x.groups[1].client == "10.0.*");
  CHECK(x.groups[1].limits.iops == rate{5000});
  CHECK(x.groups[1].limits.burst_bandwidth == rate{200'000'000});
  CHECK(x.groups[1].limits.burst_length == 3s);
  CHECK(x.groups[1].limits.depth == 64);
  const auto& v = x.volumes.front();
  CHECK(v.weight == 3);
  CHECK(v.writes.iops == rate{100});
  REQUIRE(v.cost.count == 2);
  CHECK(v.cost.points[1] == cost_point{65'536, 2500});
  CHECK(v.cost.write_percent == 200);
}

TEST_CASE("each mistake in a group is one line with its key") {
  const auto found = mistakes_of(std::string{minimal} + R"([group.a]
operations="seeks"
weight=0
cost="1MiB:1 4KiB:2"
iops=5
burst-iops=10
)");
  const std::vector<std::string> expected{
      R"(group.a.operations: expected "all", "reads" or "writes", got seeks)",
      "group.a.weight: expected a whole number from 1 to 1000",
  };
  REQUIRE(found.size() == 4);
  CHECK(found[0] == expected[0]);
  CHECK(found[1] == expected[1]);
  CHECK(found[2] == "group.a.burst-for: missing; a burst's rate and burst-for go together");
  CHECK(found[3].starts_with("group.a.cost: expected at most 8 points"));
  CHECK(mistakes_of(std::string{minimal} + "[group.a]\nabove=\"b\"\n")
        == std::vector<std::string>{"group a: there is no group b"});
}

TEST_CASE("a burst that could do nothing is a mistake") {
  using lines = std::vector<std::string>;
  const auto group = [](const std::string& keys) {
    return mistakes_of(std::string{minimal} + "[group.a]\n" + keys);
  };
  CHECK(group("burst-iops=10\nburst-for=1s\n")
        == lines{"group.a.burst-iops: needs iops, which it exceeds for a while"});
  CHECK(group("burst-bandwidth=\"1MB/s\"\nburst-for=1s\n")
        == lines{"group.a.burst-bandwidth: needs bandwidth, which it exceeds for a while"});
  CHECK(group("iops=5\nburst-iops=10\nburst-for=0s\n") == lines{"group.a.burst-for: must be above 0s"});
  const auto volume = [](const std::string& keys) {
    return mistakes_of(std::string{minimal} + keys);
  };
  CHECK(volume("burst-iops=10\nburst-for=1s\n")
        == lines{"volume.v.burst-iops: needs iops, which it exceeds for a while"});
  CHECK(volume("iops=5\nburst-iops=10\nburst-for=0s\n") == lines{"volume.v.burst-for: must be above 0s"});
}

TEST_CASE("cost curves as people write them") {
  for (const auto* bad : {"", " ", "4KiB", "4KiB:", ":1", "4KiB:1.2345", "4KiB:1.", "4KiB:x", "4KiB:1x", "4KiB:0",
                          "0B:1", "8KiB:1 4KiB:1", "4KiB:2 8KiB:1", "4KiB:1  8KiB:2"}) {
    CAPTURE(bad);
    CHECK(!parse_cost(bad));
  }
  CHECK(parse_cost("4KiB:1.125")->points[0].milli_io == 1125);
}

TEST_CASE("each mistake in the free sections is one line with its key") {
  const auto found = mistakes_of(R"([backend.a]
kind="tape"
[backend.b]
kind="memory"
size="lots"
[backend.c]
kind="file"
path=7
colour="red"
[volume.v]
backend="nowhere"
iops=-1
bandwidth="5 apples"
burst-for=10s
)");
  const std::vector<std::string> expected{
      R"(backend.a.kind: expected "file", "memory" or "nbd", got tape)",
      R"(backend.b.size: expected a size such as "1GiB", got "lots")",
      "backend.c.path: expected a text in quotes, got 7",
      "backend.c.colour: there is no such option",
      "volume.v.iops: expected a whole number from 0 to 100000000, got -1",
      R"(volume.v.bandwidth: expected a bandwidth such as "200MB/s", got "5 apples")",
      "volume.v.burst-iops: missing; burst-iops and burst-for go together",
      "volume.v.backend: there is no section [backend.nowhere]",
  };
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(found[i] == expected[i]);
}

TEST_CASE("the section [tls] is read, and off by default") {
  gateway_config plain;
  CHECK(ini_file{minimal}.read_into(plain).empty());
  CHECK(plain.engine().tls_mode == nbd::tls_mode::off);
  gateway_config config;
  CHECK(ini_file{std::string{minimal} + R"([tls]
mode="required"
certificate="/c"
key="/k"
client-ca="/a"
verify=false
psk-file="/p"
)"}
            .read_into(config)
            .empty());
  const auto parts = config.engine();
  CHECK(parts.tls_mode == nbd::tls_mode::required);
  CHECK(parts.tls == tls::files{"/c", "/k", "/a", "/p", false});
}

TEST_CASE("each mistake in [tls] is one line with its key") {
  const auto found = [](const std::string& lines) {
    const auto all = mistakes_of(std::string{minimal} + "[tls]\n" + lines);
    return all.size() == 1 ? all[0] : std::to_string(all.size()) + " mistakes";
  };
  CHECK(found("mode=\"on\"") == R"(tls.mode: expected "off", "allowed" or "required", got on)");
  CHECK(found("mode=\"required\"") == R"(tls.mode: "required" needs certificate and key, or psk-file)");
  CHECK(found("mode=\"allowed\"") == R"(tls.mode: "allowed" needs certificate and key, or psk-file)");
  CHECK(found("certificate=\"/c\"") == "tls.key: missing; certificate and key go together");
  CHECK(found("key=\"/k\"") == "tls.certificate: missing; certificate and key go together");
  CHECK(found("client-ca=\"/a\"") == "tls.client-ca: expected a certificate of the gateway's own beside it");
  CHECK(found("mode=1").find("tls.mode: expected string") == 0);
  CHECK(found("colour=\"red\"") == "tls.colour: there is no such option (--help lists them)");
}

TEST_CASE("a configuration without a volume is a mistake") {
  CHECK(mistakes_of("[gateway]\nname=\"gw\"\n")
        == std::vector<std::string>{"volume: expected at least one section [volume.NAME]"});
}

TEST_CASE("a value of the right type can be out of range") {
  const std::pair<const char*, const char*> cases[] = {
      {"[gateway]\nname=\"a b\"\n", "gateway.name: expected 1 to 255 of A-Z a-z 0-9 . _ : @ -"},
      {"[gateway]\nlisten=[\"localhost\"]\n",
       "gateway.listen: expected \"127.0.0.1:10809\", \"[::1]:10809\" or \"unix:/path\", got localhost"},
      {"[gateway]\nshards=1000\n", "gateway.shards: expected 0 to 256"},
      {"[gateway]\nio-engine=\"fast\"\n", "gateway.io-engine: expected \"auto\", \"io_uring\" or \"pool\", got fast"},
      {"[gateway]\nhandshake-time=1ms\n", "gateway.handshake-time: expected 100ms to 10min"},
      {"[control]\nsample-interval=1ms\n", "control.sample-interval: expected 10ms to 10s"},
      {"[control]\nserver=\"192.0.2.1\"\n", "control.server: 192.0.2.1 is not on the loopback: set [openssl] "
                                            "certificate, key and cafile (or allow-insecure=true)"},
      {"[control]\nserver=\"127.0.0.1\"\n[openssl]\ncertificate=\"x.pem\"\n",
       "openssl.key: missing; certificate, key and cafile go together"},
      {"[control]\nserver=\"127.0.0.1\"\n[middleman]\nheartbeat-interval=0s\n",
       "middleman.heartbeat-interval: expected 10ms to 60s"},
  };
  for (const auto& [content, expected] : cases) {
    CAPTURE(content);
    const auto found = mistakes_of(std::string{content} + minimal);
    REQUIRE(!found.empty());
    CHECK(found[0] == expected);
  }
}

TEST_CASE("an unknown key and a wrong type outside the free sections are mistakes, too") {
  const auto found = mistakes_of("[gateway]\nname=5\nspeed=9\n" + std::string{minimal});
  REQUIRE(found.size() == 2);
  CHECK(found[0].substr(0, 14) == "gateway.name: ");
  CHECK(found[1] == "gateway.speed: there is no such option (--help lists them)");
}

TEST_CASE("listening addresses") {
  CHECK(parse_listen_address("0.0.0.0:1")->port == 1);
  CHECK(parse_listen_address("[::]:65535")->address == "::");
  CHECK(parse_listen_address("unix:/a")->unix_path == "/a");
  for (const auto* bad : {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:10809",
                          "localhost:10809", "[::1]", "unix:", "unix:relative", "unix:/", "256.0.0.1:1"}) {
    CAPTURE(bad);
    CHECK(!parse_listen_address(bad));
  }
  CHECK(!parse_listen_address("unix:/" + std::string(200, 'x')));
}

TEST_CASE("the delay doubles from 100 ms to 1 s, between half and all of it, and starts anew") {
  reconnect_delay most;
  for (const auto expected : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms})
    CHECK(most.next(1) == expected);
  most.reset();
  CHECK(most.next(0) == 50ms);
  CHECK(most.next(0.5) == 150ms);
}
