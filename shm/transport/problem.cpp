// The sentences of the transport's errors.
#include "shm/transport/problem.hpp"

namespace sluice::shm {

std::string to_string(problem x) {
  switch (x) {
  case problem::none:
    return "none";
  case problem::overloaded:
    return "the peer does not keep up, its mailbox and the outbox are full";
  case problem::too_large:
    return "the message is larger than 64 MiB";
  case problem::malformed:
    return "the message has no valid form";
  case problem::not_running:
    return "no process of that role is running";
  case problem::not_published:
    return "the process has published no actor of that name";
  case problem::other_interface:
    return "the actor of that name has another interface";
  case problem::unusable:
    return "the mailbox of that role cannot be used";
  }
  return "unknown problem";
}

} // namespace sluice::shm
