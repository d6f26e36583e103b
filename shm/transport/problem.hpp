// Why the transport refused a message: the errors that a sender sees. One sentence per code.
#pragma once

#include <caf/error.hpp>

#include <cstdint>
#include <string>

namespace sluice::shm {

enum class problem : std::uint8_t {
  none,
  /// The peer does not keep up: its mailbox and the outbox for it are full. Nothing was sent.
  overloaded,
  /// The message is larger than 64 MiB.
  too_large,
  /// The message could not be put into bytes, or its bytes made no sense to the receiver.
  malformed,
  /// The process of that role is not running.
  not_running,
  /// The process runs, but has published no actor of that name (yet).
  not_published,
  /// The actor of that name does not have the handlers that were asked for.
  other_interface,
  /// The process runs, but its mailbox is of another layout or cannot be opened.
  unusable,
};

[[nodiscard]] std::string to_string(problem x);

} // namespace sluice::shm

CAF_ERROR_CODE_ENUM(sluice::shm::problem, "shm")
