// The receiver thread as an execution unit of CAF: where handles are looked up and, if wanted, actors run.
#pragma once

#include <caf/all.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <deque>

namespace sluice::shm {

/// Deserializers find our proxies through the unit they are given.
class receiver_unit final : public caf::execution_unit {
public:
  receiver_unit(caf::actor_system& system, caf::proxy_registry& proxies, bool run_inline)
      : caf::execution_unit(&system), run_inline_(run_inline) {
    proxy_registry_ptr(&proxies);
  }

  void exec_later(caf::resumable* job) override {
    if (run_inline_ && ready_.size() < max_ready)
      ready_.push_back(job);
    else
      system().scheduler().enqueue(job);
  }

  /// Runs the actors that got messages: no hand-over to a worker thread, which costs more than all the rest. After
  /// `max_runs` the others go to the workers, so that two chatting actors cannot keep the receiver from its mailbox.
  void drain() {
    for (std::size_t runs = 0; !ready_.empty(); ++runs) {
      auto* job = ready_.front();
      ready_.pop_front();
      if (runs >= max_runs) {
        system().scheduler().enqueue(job);
        continue;
      }
      if (job->resume(this, max_throughput) == caf::resumable::resume_later)
        system().scheduler().enqueue(job);
      else
        caf::intrusive_ptr_release(job);
    }
  }

private:
  static constexpr std::size_t max_ready = 256;
  static constexpr std::size_t max_runs = 256;
  static constexpr std::size_t max_throughput = 64; ///< messages per run, CAF's own default is higher

  bool run_inline_;
  std::deque<caf::resumable*> ready_;
};

} // namespace sluice::shm
