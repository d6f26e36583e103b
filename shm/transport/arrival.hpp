// One received message together with the peer it came from. Lives as long as its handling.
#pragma once

#include "shm/transport/transport.hpp"

namespace sluice::shm {

struct transport::arrival {
  const message_header& header;
  std::span<const std::byte> body;
  peer_ptr from; ///< nullptr: the sender has died since
};

} // namespace sluice::shm
