// Stands in for iceoryx.cpp where libiceoryx-posh-dev was not found.
#include "tests/bench/transport/subjects.hpp"

namespace sluice::bench {

subject_ptr iceoryx(iceoryx_receiver) {
  return nullptr;
}

} // namespace sluice::bench
