// Who asks for I/O, in phases: open arrivals, a closed loop, a recorded trace, a probe. Sees replies, nothing else.
#pragma once

#include "tests/sim/model/chance.hpp"
#include "tests/sim/model/experience.hpp"
#include "tests/sim/model/gateway_stream.hpp"
#include "tests/sim/model/simulation.hpp"
#include "tests/sim/scenario/scenario.hpp"

#include <vector>

namespace sluice::sim {

class client final : public event_target {
public:
  /// @param streams those of client_spec::streams, in the same order
  client(simulation& sim, request_pool& requests, std::uint32_t number, const client_spec& spec,
         std::vector<gateway_stream*> streams, std::uint64_t seed, std::uint64_t entity);

  void begin();

  /// One of its requests was answered. Does not give the request back.
  void replied(const io_request& x);

  void on_event(std::uint32_t what, std::uint32_t argument) override;

  experience seen;

private:
  /// One phase as it goes.
  struct course {
    const phase_spec* spec;
    chance luck; ///< its own: what another phase draws does not shift it
    bool on = false;
    std::uint32_t period = 0; ///< how often it was switched on: events of an earlier period are void
    std::uint32_t wanted = 0; ///< closed: requests to keep outstanding
    std::uint32_t outstanding = 0;
    std::uint64_t issued = 0;
    instant began{0};     ///< the present period
    instant round{0};     ///< replay: when the present round of the trace began
    std::size_t next = 0; ///< replay: record
  };
  enum : std::uint32_t { connect, switch_on, switch_off, arrive, think_over, record_due, probe_step, kinds };

  void at(instant when, std::uint32_t kind, std::size_t slot, std::uint32_t argument = 0);
  void turn_on(std::size_t slot);
  void turn_off(std::size_t slot);
  void next_arrival(std::size_t slot);
  void fill(std::size_t slot);
  void next_record(std::size_t slot);
  void step_probe(std::size_t slot);
  void issue(std::size_t slot, const trace_record* as = nullptr);
  [[nodiscard]] duration some(duration mean, course& of) const noexcept;

  simulation& sim_;
  request_pool& requests_;
  std::uint32_t number_;
  const client_spec& spec_;
  std::vector<gateway_stream*> streams_;
  std::size_t turn_ = 0;
  chance sizes_;
  std::vector<course> courses_;
};

} // namespace sluice::sim
