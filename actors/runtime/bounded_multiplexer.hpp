// CAF's network backend with a bound on what one message over plain TCP may make us allocate.
#pragma once

#include <caf/io/network/default_multiplexer.hpp>

#include <atomic>
#include <cstddef>
#include <memory>

namespace sluice::tcp_link {

/// The largest message of CAF's protocol that is read; announcing a larger one ends the connection. Chosen: four times
/// a batch of 1,024 samples with every histogram bucket in use.
inline constexpr std::size_t max_message_bytes = std::size_t{16} << 20;

/// Connections over plain TCP at once, both ways; one more is closed as soon as it is there. Chosen: two for each of
/// the gateways that a performance monitor takes, so that a gateway can come back before its old connection is given
/// up.
inline constexpr std::size_t max_connections = 512;

/// CAF 0.17.6 allocates what the 32 bytes of a header announce, up to 4 GiB, before it knows who is there. TLS
/// connections are made by another class of CAF; there the certificate comes first.
/// Use: `config.load<caf::io::middleman, bounded_multiplexer>()`.
class bounded_multiplexer : public caf::io::network::default_multiplexer {
public:
  using default_multiplexer::default_multiplexer;

  caf::io::scribe_ptr new_scribe(caf::io::network::native_socket fd) override;

private:
  std::shared_ptr<std::atomic<std::size_t>> open_ = std::make_shared<std::atomic<std::size_t>>(0);
};

} // namespace sluice::tcp_link
