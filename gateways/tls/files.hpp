// Where a server's keys are, as plain values. Reads nothing.
#pragma once

#include <string>

namespace sluice::tls {

/// Paths; empty = not used. A certificate, pre-shared keys, or both.
struct files {
  std::string certificate; ///< PEM, the server's own first, then those between it and the root
  std::string key;         ///< PEM, not encrypted
  std::string client_ca;   ///< PEM: who signs clients' certificates; empty = clients are not asked for one
  std::string psk;         ///< lines `user:hexkey`, as psktool writes them

  /// With `client_ca`: a client without a certificate is refused. Otherwise it may come without, and what it presents
  /// is checked all the same.
  bool verify = true;

  friend bool operator==(const files&, const files&) = default;
};

} // namespace sluice::tls
