// Rates that rise by a step while every latency is as wanted and fall by a factor when one is not.
//
// The rule: D. Chiu, R. Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance in Computer
// Networks", 1989. Steps in proportion to weights make the rates converge to these proportions. What is a missed
// latency, and who yields, is taken from the agreements as Sluice takes it.
#include "tests/sim/controllers/aimd.hpp"

#include "tests/sim/controllers/ledger.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace sluice::sim {

namespace {

/// Of the rate that is left after a miss. Chosen, with the increase, among twelve pairs; see README.md.
constexpr double decrease = 0.95;
/// What a party of weight 1 may take more after each tick without a miss [I/O per second].
constexpr double increase = 40;
/// After a decrease, a miss does not count for so long: samples of the time before are on their way. Chosen: two ticks.
constexpr duration settling = std::chrono::milliseconds{200};
struct course {
  double rate = 0; ///< 0 = nothing was missed yet: no rate is set
};

struct congestion {
  double worst = 0; ///< the largest latency relative to what is wanted
  instant decreased{-settling.count()};
};

class aimd final : public controller {
public:
  explicit aimd(const control_policy& policy) : policy_(policy), known_(policy) {}

  void establish(const established& all, instant, wall_time) override {
    known_.establish(all);
  }
  void take(std::uint64_t incarnation, const sample& x, instant now) override {
    known_.take(incarnation, x, now);
  }
  controller_output tick(instant now, wall_time label) override {
    known_.begin_tick(now);
    for (auto& [name, x] : backends_)
      x.worst = 0;
    for (const auto& x : known_.parties())
      look_at(x);
    for (const auto& x : known_.parties())
      set_rate(x, now);
    for (auto& [name, x] : backends_)
      if (x.worst > 1 && now - x.decreased >= settling)
        x.decreased = now;
    return known_.commands(now, label);
  }
  std::vector<throttle> in_force() const override {
    return known_.in_force();
  }

private:
  struct use {
    double arrivals = 0;
    double completions = 0;
    double backlog = 0;
    double latency = 0; ///< the worst of its streams [s]
  };

  [[nodiscard]] use use_of(const party& x) {
    use result;
    for (const auto i : x.streams) {
      const auto& its = known_.streams()[i];
      result.arrivals += its.arrivals;
      result.completions += its.completions;
      result.backlog += its.backlog;
      if (its.fresh)
        result.latency = std::max(result.latency, its.latency);
    }
    return result;
  }

  /// A promise counts while its party asks for no more than it covers; where nobody was promised a latency, the
  /// policy's knee is what is wanted.
  void look_at(const party& x) {
    const auto its = use_of(x);
    auto& backend = backends_[x.backend];
    auto wanted = seconds(policy_.knee);
    if (x.terms.aim > 0 && its.arrivals <= x.terms.rate * 1.15)
      wanted = std::min(wanted, x.terms.aim);
    if (wanted > 0)
      backend.worst = std::max(backend.worst, its.latency / wanted);
  }

  void set_rate(const party& x, instant now) {
    const auto its = use_of(x);
    const auto& backend = backends_[x.backend];
    auto& to = courses_[{x.backend, x.name.empty() ? " " + known_.streams()[x.streams.front()].id.client : x.name}];
    const auto above = its.completions > x.terms.rate || its.backlog > 0;
    if (backend.worst > 1) {
      if (above && now - backend.decreased >= settling)
        to.rate =
            std::max((to.rate > 0 ? std::min(to.rate, its.completions) : its.completions) * decrease, x.terms.rate);
    } else if (to.rate > 0) {
      to.rate += increase * x.terms.weight;
      if (const auto* device = known_.device(x.backend); device != nullptr && to.rate > device->iops())
        to.rate = 0;
    }
    allowance each;
    if (to.rate > 0)
      each.iops = part_of({static_cast<std::uint64_t>(std::max(to.rate, 1.0))}, x.streams.size());
    for (const auto i : x.streams)
      known_.streams()[i].told = limited(each, x.most, x.streams.size());
  }

  control_policy policy_;
  ledger known_;
  std::map<std::string, congestion> backends_;
  std::map<std::pair<std::string, std::string>, course> courses_; ///< by backend and party
};

} // namespace

std::unique_ptr<controller> make_aimd(const control_policy& policy) {
  return std::make_unique<aimd>(policy);
}

} // namespace sluice::sim
