// Hands samples and ticks on to domain/loop, as the actor of actors/sla_core does.
#include "tests/sim/controllers/sluice_controller.hpp"

#include "actors/domain/loop.hpp"

#include <utility>
#include <vector>

namespace sluice::sim {

namespace {

class sluice_controller final : public controller {
public:
  explicit sluice_controller(const control_policy& policy) : policy_(policy) {}

  void establish(const established& all, instant now, wall_time label) override {
    if (all.document)
      set_policy(state_, *all.document, policy_);
    set_terms(state_, all.agreements, all.orders, now, label);
  }

  void take(std::uint64_t incarnation, const sample& x, instant now) override {
    sluice::take(state_, incarnation, x, now);
  }

  controller_output tick(instant now, wall_time label) override {
    const auto& out = step(state_, now, label, policy_);
    throttles_.assign(out.throttles.begin(), out.throttles.end());
    renewals_.assign(out.renewals.begin(), out.renewals.end());
    events_.assign(out.events.begin(), out.events.end());
    return {throttles_, renewals_, events_, out.backends, out.refused, out.verdicts};
  }

  std::vector<throttle> in_force() const override {
    return sluice::in_force(state_);
  }

private:
  control_policy policy_;
  loop_state state_;
  std::vector<throttle> throttles_; ///< what the last tick said
  std::vector<renewal> renewals_;
  std::vector<event> events_;
};

} // namespace

std::unique_ptr<controller> make_sluice_controller(const control_policy& policy) {
  return std::make_unique<sluice_controller>(policy);
}

} // namespace sluice::sim
