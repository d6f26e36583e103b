// Sockets and the handshake.
#include "tests/bench/gateway/load/server_link.hpp"

#include "gateways/nbd/wire.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <endian.h>
#include <span>
#include <stdexcept>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace sluice::bench {

namespace {

constexpr timeval patience{10, 0};
constexpr std::uint32_t max_option_reply_bytes = 64 * 1024;
constexpr int max_option_replies = 64;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error{what};
}

[[noreturn]] void fail_with_error(const std::string& what) {
  fail(what + ": " + std::strerror(errno));
}

void send_all(int socket, std::span<const std::byte> bytes) {
  if (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
    fail_with_error("the server does not take the handshake");
}

void receive_all(int socket, std::span<std::byte> to) {
  if (::recv(socket, to.data(), to.size(), MSG_WAITALL) != static_cast<ssize_t>(to.size()))
    fail("the server ended the connection during the handshake");
}

template<class T>
T swapped(T x) {
  if constexpr (sizeof x == 8)
    return static_cast<T>(be64toh(x));
  else if constexpr (sizeof x == 4)
    return static_cast<T>(be32toh(x));
  else
    return static_cast<T>(be16toh(x));
}

template<class T>
T number_at(std::span<const std::byte> from, std::size_t at) {
  if (at + sizeof(T) > from.size())
    fail("the server's handshake is too short");
  T x{};
  std::memcpy(&x, from.data() + at, sizeof x);
  return swapped(x);
}

template<class T>
void append(std::vector<std::byte>& to, T x) {
  const auto wire = swapped(x);
  const auto* first = reinterpret_cast<const std::byte*>(&wire);
  to.insert(to.end(), first, first + sizeof wire);
}

sockaddr_in ip_address(const std::string& host, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &result.sin_addr) != 1)
    fail("not an IPv4 address: " + host);
  return result;
}

int open_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    fail("too long for a Unix socket: " + path);
  std::copy(path.begin(), path.end(), std::begin(address.sun_path));
  const int result = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(result, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail_with_error("cannot connect to " + path);
  return result;
}

int open_tcp(const target& where) {
  const auto colon = where.address.rfind(':');
  if (colon == std::string::npos)
    fail("neither /path nor ADDRESS:PORT: " + where.address);
  const int result = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(result, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (!where.source.empty()) {
    const auto from = ip_address(where.source, 0);
    if (::bind(result, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0)
      fail_with_error("cannot use the address " + where.source);
  }
  const auto to = ip_address(where.address.substr(0, colon),
                             static_cast<std::uint16_t>(std::stoul(where.address.substr(colon + 1))));
  if (::connect(result, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    fail_with_error("cannot connect to " + where.address);
  return result;
}

/// OPT_GO; the size of the export.
std::uint64_t go(int socket, const std::string& volume) {
  std::vector<std::byte> option;
  append(option, std::uint32_t{nbd::flag_fixed_newstyle | nbd::flag_no_zeroes});
  append(option, nbd::option_magic);
  append(option, static_cast<std::uint32_t>(nbd::option::go));
  append(option, static_cast<std::uint32_t>(4 + volume.size() + 2));
  append(option, static_cast<std::uint32_t>(volume.size()));
  const auto name = std::as_bytes(std::span{volume});
  option.insert(option.end(), name.begin(), name.end());
  append(option, std::uint16_t{0});
  send_all(socket, option);
  std::uint64_t size_bytes = 0;
  for (int i = 0; i < max_option_replies; ++i) {
    std::array<std::byte, 20> header{};
    receive_all(socket, header);
    const auto kind = static_cast<nbd::option_reply>(number_at<std::uint32_t>(header, 12));
    const auto length = number_at<std::uint32_t>(header, 16);
    if (number_at<std::uint64_t>(header, 0) != nbd::option_reply_magic || length > max_option_reply_bytes)
      fail("the server's answer to GO is no NBD");
    std::vector<std::byte> body(length);
    if (length > 0)
      receive_all(socket, body);
    if (kind == nbd::option_reply::ack)
      return size_bytes;
    if (kind != nbd::option_reply::info)
      fail("the server refuses the export '" + volume + "'");
    if (number_at<std::uint16_t>(body, 0) == static_cast<std::uint16_t>(nbd::info_type::export_))
      size_bytes = number_at<std::uint64_t>(body, 2);
  }
  fail("the server's answer to GO has no end");
}

} // namespace

server_link connect_to(const target& where) {
  server_link result;
  result.socket = where.address.starts_with('/') ? open_unix(where.address) : open_tcp(where);
  ::setsockopt(result.socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::array<std::byte, nbd::greeting_bytes> greeting{};
  receive_all(result.socket, greeting);
  if (number_at<std::uint64_t>(greeting, 0) != nbd::greeting_magic
      || number_at<std::uint64_t>(greeting, 8) != nbd::option_magic)
    fail("what listens at " + where.address + " is no newstyle NBD server");
  result.size_bytes = go(result.socket, where.volume);
  return result;
}

} // namespace sluice::bench
