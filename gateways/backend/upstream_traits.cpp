// Questions to libnbd, and one comparison.
#include "gateways/backend/upstream_traits.hpp"

#include <algorithm>
#include <libnbd.h>

namespace sluice::gateway {

std::string read_traits(nbd_handle* from, backend_traits& to) {
  const auto size = nbd_get_size(from);
  if (size < 0) {
    const char* const text = nbd_get_error();
    return text != nullptr ? text : "its size is unknown";
  }
  const auto block = [from](int which, std::uint32_t otherwise) {
    const auto x = nbd_get_block_size(from, which);
    return x > 0 && x <= max_request_bytes ? static_cast<std::uint32_t>(x) : otherwise;
  };
  to.size_bytes = static_cast<std::uint64_t>(size);
  to.min_block = block(LIBNBD_SIZE_MINIMUM, 1);
  to.preferred_block = std::max(block(LIBNBD_SIZE_PREFERRED, 4096), to.min_block);
  to.max_block = block(LIBNBD_SIZE_MAXIMUM, max_request_bytes);
  to.read_only = nbd_is_read_only(from) == 1;
  to.can_flush = nbd_can_flush(from) == 1;
  to.can_fua = nbd_can_fua(from) == 1;
  to.can_trim = nbd_can_trim(from) == 1;
  to.can_zero = nbd_can_zero(from) == 1;
  to.can_fast_zero = nbd_can_fast_zero(from) == 1;
  to.can_cache = nbd_can_cache(from) == 1;
  to.tells_holes = nbd_can_meta_context(from, LIBNBD_CONTEXT_BASE_ALLOCATION) == 1;
  to.can_multi_conn = nbd_can_multi_conn(from) == 1;
  to.rotational = nbd_is_rotational(from) == 1;
  return {};
}

std::string why_worse(const backend_traits& before, const backend_traits& found) {
  if (found.size_bytes < before.size_bytes)
    return "it is smaller than before";
  if (found.read_only && !before.read_only)
    return "it is read-only now";
  if (before.min_block % found.min_block != 0 || found.max_block < before.max_block)
    return "it takes fewer block sizes than before";
  if (before.can_multi_conn && !found.can_multi_conn)
    return "it does not allow several connections any more";
  struct ability {
    bool backend_traits::*has;
    const char* name;
  };
  for (const auto& [has, name] :
       {ability{&backend_traits::can_flush, "flush"}, ability{&backend_traits::can_fua, "FUA"},
        ability{&backend_traits::can_trim, "trim"}, ability{&backend_traits::can_zero, "write zeroes"},
        ability{&backend_traits::can_fast_zero, "write zeroes fast"}, ability{&backend_traits::can_cache, "cache"}})
    if (before.*has && !(found.*has))
      return std::string{"it cannot "} + name + " any more";
  return {};
}

} // namespace sluice::gateway
