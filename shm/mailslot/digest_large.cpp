// The call into libxxhash.
#include "shm/mailslot/digest_large.hpp"

#if defined(__x86_64__)
#  include <xxh_x86dispatch.h>
#else
#  include <xxhash.h> // built for the vector instructions that every processor of the kind has
#endif

namespace sluice::shm {

std::uint64_t digest_large(std::span<const std::byte> bytes, std::uint64_t seed) {
#if defined(__x86_64__)
  return XXH3_64bits_withSeed_dispatch(bytes.data(), bytes.size(), seed);
#else
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
#endif
}

} // namespace sluice::shm
