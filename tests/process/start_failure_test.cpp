// What monitor and gateway say, and exit with, when they cannot start.
#include "tests/process/tcp_link_fixture.hpp"

using namespace sluice::test;

namespace {

/// One line on standard error that begins with the program's name; log lines of the start are not counted.
std::string complaint(const std::string& text) {
  const auto start = text.find("sluice-", text.rfind("sluice-gateway: ") == std::string::npos
                                              ? text.rfind("sluice-performance-monitor: ")
                                              : text.rfind("sluice-gateway: "));
  return start == std::string::npos ? text : text.substr(start);
}

struct fixture : tcp_link_fixture {
  /// Exit code and complaint of a gateway with these sections below its [gateway].
  std::pair<int, std::string> start(const std::string& sections, const std::string& listen) {
    std::ofstream{file("gw.ini")} << "[gateway]\nname=\"gw1\"\nlisten=[\"" << listen << "\"]\nshards=1\n" << sections;
    child_process child{bin_directory() / "sluice-gateway", {"--config-file=" + file("gw.ini")}, file("err")};
    const auto code = child.wait();
    return {code, complaint(text_of(file("err")))};
  }
  [[nodiscard]] std::string anywhere() const {
    return "unix:" + file("gw.sock");
  }
};

constexpr auto memory = "[backend.b]\nkind=\"memory\"\nsize=\"1MiB\"\n[volume.v]\nbackend=\"b\"\n";

} // namespace

TEST_SUITE_BEGIN("process.start_failure");

TEST_CASE_FIXTURE(fixture, "a gateway without its volume's file exits with 3 and names the file") {
  const auto [code, text] = start("[backend.b]\nkind=\"file\"\npath=\"/nonexistent/disk.img\"\n"
                                  "[volume.v]\nbackend=\"b\"\n",
                                  anywhere());
  CHECK(code == 3);
  CHECK(text.find("/nonexistent/disk.img") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a gateway whose port is in use exits with 3 and names the port") {
  const int taken = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(taken, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(taken, 1) == 0);
  ::getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size);
  const auto port = std::to_string(ntohs(address.sin_port));
  const auto [code, text] = start(memory, "127.0.0.1:" + port);
  CHECK(code == 3);
  CHECK(text.find(port) != std::string::npos);
  ::close(taken);
}

TEST_CASE_FIXTURE(fixture, "a gateway whose upstream does not exist exits with 3 and names it") {
  const auto [code, text] = start("[backend.b]\nkind=\"nbd\"\nuri=\"nbd+unix:///?socket=/nonexistent/sock\"\n"
                                  "[volume.v]\nbackend=\"b\"\n",
                                  anywhere());
  CHECK(code == 3);
  CHECK(text.find("/nonexistent/sock") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a gateway with a uri that is none exits with 2 or 3 and a sentence") {
  const auto [code, text] =
      start("[backend.b]\nkind=\"nbd\"\nuri=\"gopher:old\"\n[volume.v]\nbackend=\"b\"\n", anywhere());
  CHECK((code == 2 || code == 3));
  CHECK(text.find("gopher:old") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a gateway with a mistake in its ini file exits with 2, one line per mistake") {
  const auto [code, text] = start("[volume.v]\nbackend=\"b\"\nspeed=9\n", anywhere());
  CHECK(code == 2);
  CHECK(text_of(file("err")).find("gw.ini: volume.v.speed: there is no such option\n") != std::string::npos);
  CHECK(text.find("gw.ini: volume.v.backend: there is no section [backend.b]\n") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a monitor whose port is in use exits with 3 and names the port") {
  auto first = monitor();
  REQUIRE(eventually([&] {
    return text_of(file("monitor.log")).find(" ready ") != std::string::npos;
  }));
  auto second = monitor({"--shm.instance=other"}, "second.log");
  CHECK(second.wait() == 3);
  CHECK(complaint(text_of(file("second.log")))
        == "sluice-performance-monitor: cannot listen on 127.0.0.1 port " + std::to_string(control_port)
               + ": Address already in use\n");
}

TEST_CASE_FIXTURE(fixture, "a second monitor of the same instance exits with 3") {
  auto first = monitor();
  REQUIRE(eventually([&] {
    return text_of(file("monitor.log")).find(" ready ") != std::string::npos;
  }));
  auto second = monitor({"--performance-monitor.port=0"}, "second.log");
  CHECK(second.wait() == 3);
}

TEST_CASE_FIXTURE(fixture, "a monitor does not listen for strangers in plain TCP") {
  auto open = monitor({"--performance-monitor.address=0.0.0.0"});
  CHECK(open.wait() == 2);
  CHECK(text_of(file("monitor.log")).find("performance-monitor.address: 0.0.0.0 is not on the loopback")
        != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a monitor with a range broken exits with 2 and the key") {
  auto broken = monitor({"--performance-monitor.silence=1ms"});
  CHECK(broken.wait() == 2);
  CHECK(text_of(file("monitor.log")).find("performance-monitor.silence: expected 200ms to 60s") != std::string::npos);
}
