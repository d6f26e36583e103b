// Chooses a link for each request.
#include "gateways/backend/upstream_backend.hpp"

#include <algorithm>

namespace sluice::gateway {

upstream_backend::upstream_backend(const std::string& uri, unsigned connections, duration patience,
                                   const reachability_observer& observer)
    : uri_(uri) {
  for (unsigned i = 0; i < std::max(connections, 1u); ++i)
    links_.push_back(std::make_unique<upstream_link>(uri, patience, observer));
}

std::string upstream_backend::open() {
  for (auto& link : links_) {
    if (auto problem = link->start(); !problem.empty())
      return problem;
    if (links_.size() > 1 && !links_.front()->traits().can_multi_conn)
      return uri_ + " does not allow several connections (no NBD_FLAG_CAN_MULTI_CONN): set connections to 1";
  }
  return {};
}

void upstream_backend::close() {
  for (auto& link : links_)
    link->stop();
}

bool upstream_backend::submit(io_request& x) {
  // One that is lost has little to do, but not because it is quick.
  const auto less = [](const auto& a, const auto& b) {
    const auto up = a->reachable();
    return up != b->reachable() ? up : a->outstanding() < b->outstanding();
  };
  (*std::min_element(links_.begin(), links_.end(), less))->submit(x);
  return false;
}

bool upstream_backend::reachable() const {
  return std::any_of(links_.begin(), links_.end(), [](const auto& link) {
    return link->reachable();
  });
}

} // namespace sluice::gateway
