// A volume as it is served: its backend, its slice and what NBD clients are told.
#pragma once

#include "gateways/backend/backend.hpp"
#include "gateways/engine/config.hpp"
#include "gateways/nbd/export_info.hpp"

namespace sluice::gateway {

struct volume {
  volume_config config; ///< size_bytes is resolved
  backend* storage = nullptr;
  nbd::export_info info;
};

/// What clients are told about a slice of a backend.
[[nodiscard]] nbd::export_info describe(const volume_config& x, const backend_traits& traits);

/// The volumes as the handshake sees them. The default export (no name) is the only volume, if there is just one.
class volume_directory final : public nbd::export_directory {
public:
  explicit volume_directory(const std::vector<volume>& volumes) : volumes_(volumes) {}
  [[nodiscard]] std::vector<std::string> names() const override;
  [[nodiscard]] bool find(std::string_view name, nbd::export_info& to) const override;
  /// nullptr if there is no such volume.
  [[nodiscard]] const volume* find(std::string_view name) const;

private:
  const std::vector<volume>& volumes_;
};

} // namespace sluice::gateway
