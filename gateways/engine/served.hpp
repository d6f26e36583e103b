// What an engine serves: backends that are open, and the volumes on them. Moves no request.
#pragma once

#include "gateways/backend/backend.hpp"
#include "gateways/engine/volume.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::gateway {

/// A backend with the configuration it was opened by; closed at the end. @pre at the end nothing is in flight
struct open_backend {
  open_backend(backend_config x, std::unique_ptr<backend> y) : config(std::move(x)), what(std::move(y)) {}
  ~open_backend() {
    what->close();
  }
  open_backend(const open_backend&) = delete;
  open_backend& operator=(const open_backend&) = delete;

  const backend_config config;
  const std::unique_ptr<backend> what;
};
using backend_list = std::vector<std::shared_ptr<open_backend>>;

/// Makes a backend that is not open yet.
using backend_maker = std::function<std::unique_ptr<backend>(const backend_config&)>;

/// The backends that are wanted, in this order: those of `known` as they are, the others newly opened. One sentence in
/// `problems` for each that cannot be opened, or is known with another configuration; the first failure while opening
/// ends it. May block for as long as a backend takes to open.
[[nodiscard]] backend_list open_backends(const std::vector<backend_config>& wanted, const backend_list& known,
                                         const backend_maker& make, std::vector<std::string>& problems);

/// The volumes that are wanted, with their sizes; one sentence in `problems` for each that does not fit on its backend.
/// @pre check() found nothing wrong, and all backends are in `on`
[[nodiscard]] std::vector<volume> make_volumes(const std::vector<volume_config>& wanted, const backend_list& on,
                                               std::vector<std::string>& problems);

} // namespace sluice::gateway
