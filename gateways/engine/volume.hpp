// A volume as it is served: its backend, its slice and what NBD clients are told.
#pragma once

#include "gateways/backend/backend.hpp"
#include "gateways/engine/config.hpp"
#include "gateways/nbd/export_info.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::gateway {

struct volume {
  volume_config config; ///< size_bytes is resolved
  backend* storage = nullptr;
  nbd::export_info info;

  /// The same bytes of the same storage.
  [[nodiscard]] bool same_place(const volume& x) const {
    return storage == x.storage && config.offset_bytes == x.config.offset_bytes
           && config.size_bytes == x.config.size_bytes;
  }
};

/// What clients are told about a slice of a backend.
[[nodiscard]] nbd::export_info describe(const volume_config& x, const backend_traits& traits);

/// The volumes as a handshake sees them; it keeps those that it began with. The default export (no name) is the only
/// volume, if there is just one. Thread safety: it never changes.
class volume_directory final : public nbd::export_directory {
public:
  explicit volume_directory(std::vector<volume> volumes) : volumes_(std::move(volumes)) {}
  [[nodiscard]] std::vector<std::string> names() const override;
  [[nodiscard]] bool find(std::string_view name, nbd::export_info& to) const override;
  /// nullptr if there is no such volume.
  [[nodiscard]] const volume* find(std::string_view name) const;

  [[nodiscard]] const std::vector<volume>& all() const {
    return volumes_;
  }

private:
  const std::vector<volume> volumes_;
};

} // namespace sluice::gateway
