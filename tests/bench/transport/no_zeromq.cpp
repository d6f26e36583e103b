// Stands in for zeromq.cpp where libzmq3-dev was not found.
#include "tests/bench/transport/subjects.hpp"

namespace sluice::bench {

subject_ptr zeromq() {
  return nullptr;
}

} // namespace sluice::bench
