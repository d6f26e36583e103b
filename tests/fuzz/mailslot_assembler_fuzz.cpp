// Fuzz target: fragments in any order with any numbers. What is held is never more than what was received, and a
// message that comes out has the size that its fragments announced.
//
// Input: fragments of 12 bytes: total (4), offset (4), length (2), sequence (1), life (1); the length is what follows
// in a real fragment, its bytes are made here.
#include "shm/transport/assembler.hpp"

#include <cstdint>
#include <cstdlib>
#include <utility>

using namespace sluice::shm;

namespace {

constexpr std::size_t fragment_bytes = 12;
constexpr std::size_t max_slot_parameters = 4096;

template<class T>
T load(const std::uint8_t* from) {
  T x;
  std::memcpy(&x, from, sizeof x);
  return x;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  assembler to;
  std::size_t received = 0;
  std::vector<std::byte> parameters;
  for (; size >= fragment_bytes; input += fragment_bytes, size -= fragment_bytes) {
    message_header header;
    header.sequence = input[10];
    header.sender_incarnation = input[11];
    const fragment_prefix prefix{load<std::uint32_t>(input), load<std::uint32_t>(input + 4)};
    const auto length = load<std::uint16_t>(input + 8) % max_slot_parameters;
    parameters.assign(length, static_cast<std::byte>(input[10]));
    std::memcpy(parameters.data(), &prefix, std::min(length, sizeof prefix));
    received += length;
    static_cast<void>(is_last_fragment(parameters));
    std::vector<std::byte> whole;
    const auto result = to.add(header, parameters, whole);
    if (result == assembly::complete && (whole.size() != prefix.total || whole.size() > max_message_bytes))
      std::abort();
    if (result != assembly::complete && !whole.empty())
      std::abort();
    if (result == assembly::complete)
      to.reuse(std::move(whole));
    if (to.bytes() > received || to.bytes() > max_incomplete_bytes)
      std::abort();
  }
  return 0;
}
