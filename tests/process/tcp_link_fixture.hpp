// A real performance monitor and real gateways over real TCP, with the rest of the server stood in for.
#pragma once

#include "tests/process/child_process.hpp"
#include "tests/process/server_stand_in.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fstream>
#include <iterator>
#include <sys/socket.h>

namespace sluice::test {

/// A TCP port of the loopback that was free a moment ago.
inline std::uint16_t free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(probe, reinterpret_cast<const sockaddr*>(&address), size);
  ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(probe);
  return ntohs(address.sin_port);
}

inline int connect_to(std::uint16_t port) {
  const int link = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(link, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(link);
    return -1;
  }
  return link;
}

inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

struct tcp_link_fixture {
  scratch_directory scratch;
  std::uint16_t control_port = free_port();

  [[nodiscard]] std::string file(const std::string& name) const {
    return (scratch.path() / name).string();
  }

  [[nodiscard]] child_process monitor(std::vector<std::string> more = {},
                                      const std::string& log = "monitor.log") const {
    std::vector<std::string> arguments{"--shm.directory=" + scratch.path().string(),
                                       "--performance-monitor.port=" + std::to_string(control_port)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return child_process{bin_directory() / "sluice-performance-monitor", std::move(arguments), file(log)};
  }

  /// A gateway with one memory volume `v` on the Unix socket `NAME.sock`.
  [[nodiscard]] child_process gateway(const std::string& name, std::vector<std::string> more = {},
                                      const std::string& socket = "gw.sock", const std::string& log = "gw.log") const {
    std::ofstream{file(socket + ".ini")} << "[gateway]\nname=\"" << name << "\"\nlisten=[\"unix:" << file(socket)
                                         << "\"]\nshards=1\n[control]\nserver=\"127.0.0.1\"\nport=" << control_port
                                         << "\n[backend.ram]\nkind=\"memory\"\nsize=\"1MiB\"\n"
                                         << "[volume.v]\nbackend=\"ram\"\n";
    std::vector<std::string> arguments{"--config-file=" + file(socket + ".ini")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return child_process{bin_directory() / "sluice-gateway", std::move(arguments), file(log)};
  }
};

} // namespace sluice::test
