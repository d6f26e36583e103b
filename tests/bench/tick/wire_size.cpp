// Serializes them as CAF does.
#include "tests/bench/tick/wire_size.hpp"

#include "actors/protocol/messages.hpp"

#include <caf/binary_serializer.hpp>

#include <stdexcept>
#include <vector>

namespace sluice::bench {

namespace {

template<class T>
std::size_t size_of(T x) {
  std::vector<char> bytes;
  caf::binary_serializer sink{nullptr, bytes};
  if (auto problem = sink(x))
    throw std::runtime_error("a message cannot be serialized");
  return bytes.size();
}

} // namespace

std::size_t wire_size(const loop_output& x) {
  std::size_t result = 0;
  for (const auto& t : x.throttles)
    result += size_of(t);
  for (const auto& r : x.renewals)
    result += size_of(r);
  return result;
}

} // namespace sluice::bench
