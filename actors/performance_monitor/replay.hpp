// Repeats the last seconds' samples to a collector that comes anew, so that a kill of the application server loses no
// row. Part of the monitor's actor; sends, decides nothing about samples.
#pragma once

#include "actors/performance_monitor/replay_ring.hpp"
#include "actors/protocol/interfaces.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <deque>

namespace sluice {

class replay {
public:
  explicit replay(replay_limits limits = {}) : ring_(limits) {}

  /// Keeps a batch that was taken.
  void keep(caf::actor_system& system, const sample_batch& x, instant now);

  /// A collector was found. One that was told already is told nothing again: it has the samples. Each message is sent
  /// when one of the few before it was answered; those that come meanwhile go to it directly.
  template<class Actor>
  void begin(Actor* self, const application_server_actor& collector) {
    const auto address = collector.address();
    if (address == told_)
      return;
    told_ = address;
    waiting_ = ring_.all();
    ++round_;
    ended_ = false;
    open_ = 0;
    for (unsigned i = 0; i < open_messages; ++i)
      next(self, collector, round_);
  }

private:
  /// Chosen: the collector works on one while the others are on their way.
  static constexpr unsigned open_messages = 4;

  /// The next message; nothing if all were sent. The last one goes when all others were answered.
  [[nodiscard]] bool take(caf::actor_system& system, sample_replay& to);

  template<class Actor>
  void next(Actor* self, const application_server_actor& collector, std::uint64_t round) {
    sample_replay message;
    if (round != round_ || !take(self->system(), message))
      return;
    ++open_;
    self->request(collector, caf::infinite, std::move(message))
        .then(
            [this, self, collector, round](std::uint64_t) {
              if (round == round_)
                --open_;
              next(self, collector, round);
            },
            [this, round](const caf::error&) { // it is gone; another one will be told
              if (round == round_) {
                waiting_.clear();
                ended_ = true;
              }
            });
  }

  replay_ring ring_;
  std::deque<kept_batch> waiting_;
  caf::actor_addr told_;
  std::uint64_t round_ = 0;
  unsigned open_ = 0;
  bool ended_ = true;
};

} // namespace sluice
