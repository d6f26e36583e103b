// Watches a run and says where an invariant of the design did not hold. Sees everything, changes nothing.
#pragma once

#include "tests/sim/controller.hpp"
#include "tests/sim/model/device.hpp"
#include "tests/sim/model/gateway_stream.hpp"
#include "tests/sim/run/outcome.hpp"
#include "tests/sim/scenario/scenario.hpp"

#include <memory>
#include <vector>

namespace sluice::sim {

class oracle {
public:
  oracle(const scenario& what, const simulation& sim, std::vector<gateway_stream*> streams,
         std::vector<device*> devices);
  ~oracle();

  /// A gateway took a throttle, or a renewal, for this stream.
  void applied(std::size_t stream, const throttle& x);
  void renewed(std::size_t stream);
  /// The gateway of this stream was killed: it knows no throttle any more.
  void forgot(std::size_t stream);
  /// Something was done to the run that takes a while to settle: figures of the time around it do not count.
  void disturbed(duration length);

  /// After each tick. @param believed what the controller said of the backends in this tick
  void check(std::span<const backend_status> believed);

  [[nodiscard]] std::vector<violation> violations() const;
  [[nodiscard]] std::uint64_t count() const noexcept;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace sluice::sim
