// Keeps the TLS connections of a process from failing for each other's errors. Configures no TLS.
#pragma once

namespace sluice::tcp_link {

/// Empties OpenSSL's error queue before each access to a socket, in every TLS connection made from now on.
///
/// The queue belongs to the thread, and SSL_get_error() takes whatever is in it for a failure of the connection at
/// hand. CAF 0.17.6 empties it only by the way of a log line that Debian's build compiles out: without this a
/// stranger's failed handshake breaks the connection of the gateway that is served next
/// (tests/process/tcp_link_test.cpp). Idempotent. To be called before the first connection.
void keep_tls_errors_apart();

} // namespace sluice::tcp_link
