// Parses listening addresses.
#include "gateways/control/listen_address.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <sys/un.h>

namespace sluice::gateway {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, port);
  if (text.empty() || problem != std::errc{} || stopped != end)
    return std::nullopt;
  return port;
}

bool is_numeric(int family, const std::string& address) {
  in6_addr storage{};
  return ::inet_pton(family, address.c_str(), &storage) == 1;
}

} // namespace

std::optional<listener_config> parse_listen_address(std::string_view text) {
  constexpr std::string_view unix_prefix = "unix:";
  listener_config x;
  if (text.substr(0, unix_prefix.size()) == unix_prefix) {
    const auto path = text.substr(unix_prefix.size());
    if (path.size() < 2 || path.front() != '/' || path.size() >= sizeof(sockaddr_un::sun_path))
      return std::nullopt;
    x.address.clear();
    x.port = 0;
    x.unix_path = std::string{path};
    return x;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  const auto port = parse_port(text.substr(colon + 1));
  if (!port)
    return std::nullopt;
  x.port = *port;
  auto address = text.substr(0, colon);
  const bool brackets = address.size() > 2 && address.front() == '[' && address.back() == ']';
  x.address = std::string{brackets ? address.substr(1, address.size() - 2) : address};
  if (!is_numeric(brackets ? AF_INET6 : AF_INET, x.address))
    return std::nullopt;
  return x;
}

} // namespace sluice::gateway
