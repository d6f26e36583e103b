// What an upstream NBD server says about its export, and whether one that came back can take the old one's place.
#pragma once

#include "gateways/backend/backend.hpp"

#include <string>

struct nbd_handle;

namespace sluice::gateway {

/// Fills `to` from a connection that is ready. Empty, or what libnbd says is wrong.
[[nodiscard]] std::string read_traits(nbd_handle* from, backend_traits& to);

/// Our clients were told `before` and are not told anew. Empty, or what `found` lacks of it. Holes may be lost: they
/// are only told, not relied on.
[[nodiscard]] std::string why_worse(const backend_traits& before, const backend_traits& found);

} // namespace sluice::gateway
