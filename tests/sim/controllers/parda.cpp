// A window of requests in flight for each host, from the latency that the host sees and its shares alone:
//
//   w(t+1) = (1 - gamma) w(t) + gamma (L / L(t) w(t) + beta)
//
// A. Gulati, I. Ahmad, C. Waldspurger: "PARDA: Proportional Allocation of Resources for Distributed Storage Access",
// FAST 2009. At rest w = beta / (1 - L / L(t)): hosts that see the same latency have
// windows, hence rates, in proportion to beta, and the latency rests above L by the sum of all beta over the rate.
#include "tests/sim/controllers/parda.hpp"

#include "tests/sim/controllers/ledger.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

namespace sluice::sim {

namespace {

/// Between 0 and 1, as the paper demands. Chosen, as is the next, for the best figures in scenarios 1 to 4; see
/// README.md.
constexpr double gamma = 0.8;
/// The sum of beta over a backend [requests]: the latency rests above L by so much over the rate.
constexpr double all_beta = 6;
/// Weight of the latest tick in the latency L(t), which the paper smooths. Chosen: two ticks' memory.
constexpr double smoothing = 0.5;
/// The largest window [requests]. Chosen: the aggressor's outstanding requests in scenario 1, hence no limit there.
constexpr double largest = 256;

struct window {
  double w = 0;
  double latency = 0; ///< L(t); 0 = unknown
};

class parda final : public controller {
public:
  explicit parda(const control_policy& policy) : policy_(policy), known_(policy) {}

  void establish(const established& all, instant, wall_time) override {
    known_.establish(all);
  }
  void take(std::uint64_t incarnation, const sample& x, instant now) override {
    known_.take(incarnation, x, now);
  }
  controller_output tick(instant now, wall_time label) override {
    known_.begin_tick(now);
    if (std::exchange(version_, known_.version()) != known_.version())
      learn_backends();
    for (auto& x : known_.streams())
      if (known_.version() > 0)
        step(x);
    return known_.commands(now, label);
  }
  std::vector<throttle> in_force() const override {
    return known_.in_force();
  }

private:
  struct backend {
    double latency = 0; ///< L [s]
    double weights = 0;
  };

  /// L is what Sluice aims at for the tightest promise, the knee without one: the equation takes L for a set-point, not
  /// for a bound, and so both start from the same wish.
  void learn_backends() {
    backends_.clear();
    for (const auto& x : known_.parties()) {
      auto& its = backends_[x.backend];
      if (its.latency <= 0)
        its.latency = seconds(policy_.knee);
      if (x.terms.aim > 0)
        its.latency = std::min(its.latency, x.terms.aim);
      its.weights += x.terms.weight;
    }
  }

  void step(ledger_stream& x) {
    const auto& its = known_.parties()[x.party];
    const auto& at = backends_[its.backend];
    auto& to = windows_[x.id];
    if (to.w <= 0)
      to.w = largest;
    // A host of the paper sees its own latencies at once; ours come with samples, of which those from before the window
    // was in force would count twice.
    if (x.fresh && x.latency > 0 && (x.obeys || !x.told)) {
      to.latency = to.latency > 0 ? to.latency + smoothing * (x.latency - to.latency) : x.latency;
      const auto beta = all_beta * its.terms.weight / at.weights / static_cast<double>(its.streams.size());
      to.w = std::clamp((1 - gamma) * to.w + gamma * (at.latency / to.latency * to.w + beta), 1.0, largest);
    }
    allowance each;
    each.depth = static_cast<std::uint32_t>(std::lround(to.w));
    x.told = limited(each, its.most, its.streams.size());
  }

  control_policy policy_;
  ledger known_;
  std::uint64_t version_ = 0;
  std::unordered_map<std::string, backend> backends_;
  std::unordered_map<stream_id, window> windows_;
};

} // namespace

std::unique_ptr<controller> make_parda(const control_policy& policy) {
  return std::make_unique<parda>(policy);
}

} // namespace sluice::sim
