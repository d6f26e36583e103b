// Another NBD server as a backend: spreads requests over its links. All volumes on it share them.
#pragma once

#include "gateways/backend/upstream_link.hpp"

#include <memory>
#include <string>
#include <vector>

namespace sluice::gateway {

class upstream_backend final : public backend {
public:
  upstream_backend(const std::string& uri, unsigned connections, duration patience,
                   const reachability_observer& observer);

  [[nodiscard]] std::string open() override;
  void close() override;
  [[nodiscard]] const backend_traits& traits() const override {
    return links_.front()->traits();
  }
  [[nodiscard]] bool submit(io_request& x) override;
  [[nodiscard]] bool reachable() const override;

private:
  std::string uri_;
  std::vector<std::unique_ptr<upstream_link>> links_;
};

} // namespace sluice::gateway
