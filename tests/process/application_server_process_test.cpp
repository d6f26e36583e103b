// sluice-application-server as a process: what it says and exits with when it cannot start, and that it stops in order.
#include "tests/process/child_process.hpp"
#include "tests/process/http_client.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <thread>

using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in{path};
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

/// A port that is free now, held by the socket that found it.
class held_port {
public:
  held_port() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(socket_, 1) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    number_ = ntohs(address.sin_port);
  }
  ~held_port() {
    let_go();
  }
  held_port(const held_port&) = delete;
  held_port& operator=(const held_port&) = delete;
  void let_go() {
    if (socket_ >= 0)
      ::close(std::exchange(socket_, -1));
  }
  [[nodiscard]] std::uint16_t number() const {
    return number_;
  }

private:
  int socket_;
  std::uint16_t number_ = 0;
};

struct fixture {
  scratch_directory directory;
  held_port port;

  [[nodiscard]] std::string file(const char* name) const {
    return (directory.path() / name).string();
  }

  child_process start(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"--shm.directory=" + directory.path().string(),
                                       "--application-server.token-file=" + file("token"),
                                       "--application-server.port=" + std::to_string(port.number())};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return child_process{bin_directory() / "sluice-application-server", arguments, file("err")};
  }

  /// Exit code and what it complained of.
  std::pair<int, std::string> failure(std::vector<std::string> more) {
    auto child = start(std::move(more));
    const auto code = child.wait();
    return {code, text_of(file("err"))};
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE_FIXTURE(fixture, "a port in use is exit 3 and one sentence") {
  const auto [code, text] = failure({});
  CHECK(code == 3);
  CHECK(has(text, "sluice-application-server: cannot listen on 127.0.0.1 port " + std::to_string(port.number())
                      + ": Address already in use"));
}

TEST_CASE_FIXTURE(fixture, "a token that others can read, or that cannot be made, is exit 3 and one sentence") {
  std::ofstream{file("open")} << std::string(64, 'a') << '\n';
  ::chmod(file("open").c_str(), 0644);
  const auto open = failure({"--application-server.token-file=" + file("open")});
  CHECK(open.first == 3);
  CHECK(has(open.second, "can be read by others; chmod 600 it"));
  CHECK(!has(open.second, std::string(64, 'a')));
  const auto nowhere = failure({"--application-server.token-file=" + file("missing/token")});
  CHECK(nowhere.first == 3);
  CHECK(has(nowhere.second, "cannot be made: No such file or directory"));
}

TEST_CASE_FIXTURE(fixture, "a configuration that would expose it, or makes no sense, is exit 2 and names the key") {
  const auto remote = failure({"--application-server.address=0.0.0.0"});
  CHECK(remote.first == 2);
  CHECK(has(remote.second, "application-server.address: other machines reach it"));
  for (const auto& [option, key] : {std::pair{"address=localhost", "application-server.address: expected"},
                                    {"max-connections=0", "application-server.max-connections: expected"},
                                    {"idle-timeout=1ms", "application-server.idle-timeout: expected"},
                                    {"token-file=\"\"", "application-server.token-file: expected"}}) {
    const auto [code, text] = failure({std::string{"--application-server."} + option});
    CHECK_MESSAGE(code == 2, option);
    CHECK_MESSAGE(has(text, key), text);
  }
  std::ofstream{file("bad.ini")} << "[application-server]\nports=80\nport=\"80\"\n";
  const auto ini = failure({"--config-file=" + file("bad.ini"), "--check-config"});
  CHECK(ini.first == 2);
  CHECK(has(ini.second, "application-server.ports: there is no such option"));
  CHECK(has(ini.second, "application-server.port: expected"));
}

TEST_CASE_FIXTURE(fixture, "it serves alone, shows no token, and stops in order") {
  port.let_go();
  auto child = start();
  heard health;
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (health.status != 200 && std::chrono::steady_clock::now() < deadline) {
    health = ask(port.number(), get("/healthz"));
    std::this_thread::sleep_for(20ms);
  }
  REQUIRE(health.status == 200);
  const auto ready = ask(port.number(), get("/readyz"));
  CHECK(ready.status == 503);
  CHECK(has(ready.body, "\"status\":\"starting\""));
  auto token = text_of(file("token"));
  REQUIRE(token.size() == 65);
  token.pop_back();
  const auto authorized = "Authorization: Bearer " + token + "\r\n";
  CHECK(ask(port.number(), get("/api/v1/streams")).status == 401);
  CHECK(ask(port.number(), get("/api/v1/streams", authorized)).body == "{\"items\":[]}");
  CHECK(ask(port.number(), get("/api/v1/agreements", authorized)).status == 503);
  CHECK(has(ask(port.number(), get("/metrics")).body, "sluice_process_up{process=\"sla-core\"} 0"));
  http_client idle{port.number()}; // does not hold up the end
  child.signal(SIGTERM);
  CHECK(child.wait() == 0);
  CHECK(!has(text_of(file("err")), token));
}
