// Fuzz target: whatever extents an upstream server claims, what is passed on has no gap, no empty extent and no more
// than was asked for. The first five bytes are the request, then nine per extent.
#include "gateways/backend/extent_writer.hpp"

#include <cstdlib>
#include <cstring>
#include <vector>

using namespace sluice::gateway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  if (size < 5)
    return 0;
  io_request x;
  x.operation = io_operation::block_status;
  x.max_extents = 1u + input[0] % 16;
  std::memcpy(&x.length, input + 1, sizeof x.length);
  if (x.length == 0)
    return 0;
  std::vector<extent> room(x.max_extents); // of its own, so that one too many is noticed
  x.extents = room.data();
  extent_writer out{x};
  auto claimed = false;
  for (std::size_t at = 5; at + 9 <= size; at += 9) {
    std::uint64_t length;
    std::memcpy(&length, input + at, sizeof length);
    claimed = claimed || length > 0;
    if (!out.add(length, (input[at + 8] & 1) != 0, (input[at + 8] & 2) != 0))
      break;
  }
  if (x.extent_count > x.max_extents || claimed != (x.extent_count > 0))
    std::abort();
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < x.extent_count; ++i) {
    if (room[i].length == 0)
      std::abort();
    sum += room[i].length;
  }
  if (sum > x.length)
    std::abort();
  return 0;
}
