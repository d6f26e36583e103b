// CAF's network backend with a bound on what one message over plain TCP may make us allocate.
#pragma once

#include <caf/io/network/default_multiplexer.hpp>

#include <cstddef>

namespace sluice::tcp_link {

/// The largest message of CAF's protocol that is read; announcing a larger one ends the connection. Chosen: four times
/// a batch of 1,024 samples with every histogram bucket in use.
inline constexpr std::size_t max_message_bytes = std::size_t{16} << 20;

/// CAF 0.17.6 allocates what the 32 bytes of a header announce, up to 4 GiB, before it knows who is there. TLS
/// connections are made by another class of CAF; there the certificate comes first.
/// Use: `config.load<caf::io::middleman, bounded_multiplexer>()`.
class bounded_multiplexer : public caf::io::network::default_multiplexer {
public:
  using default_multiplexer::default_multiplexer;

  caf::io::scribe_ptr new_scribe(caf::io::network::native_socket fd) override;
};

} // namespace sluice::tcp_link
