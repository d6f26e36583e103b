// Connects to an NBD server and negotiates; what follows is up to the stream. Plain newstyle, simple replies.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::bench {

/// Where a server listens, and the name of what is wanted there.
struct target {
  std::string address; ///< /path of a Unix socket, or IPV4:PORT
  std::string source;  ///< IPv4 address to come from; empty = any. What tells clients apart on TCP
  std::string volume;  ///< export name
};

/// A connection in the transmission phase.
struct server_link {
  int socket = -1; ///< blocking; the owner closes it
  std::uint64_t size_bytes = 0;
};

/// @throws std::runtime_error with a sentence
[[nodiscard]] server_link connect_to(const target& where);

} // namespace sluice::bench
