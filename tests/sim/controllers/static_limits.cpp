// An agreement's limit; without one, a part by weight of what is written on the device, at least what was promised.
// Source: none, the usual practice. It has no parameter.
#include "tests/sim/controllers/static_limits.hpp"

#include "tests/sim/controllers/ledger.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace sluice::sim {

namespace {

class static_limits final : public controller {
public:
  explicit static_limits(const control_policy& policy) : known_(policy) {}

  void establish(const established& all, instant, wall_time) override {
    known_.establish(all);
  }
  void take(std::uint64_t incarnation, const sample& x, instant now) override {
    known_.take(incarnation, x, now);
  }
  controller_output tick(instant now, wall_time label) override {
    known_.begin_tick(now);
    if (std::exchange(version_, known_.version()) != known_.version())
      divide();
    return known_.commands(now, label);
  }
  std::vector<throttle> in_force() const override {
    return known_.in_force();
  }

private:
  void divide() {
    std::map<std::string, double> weights;
    for (const auto& x : known_.parties())
      weights[x.backend] += x.terms.weight;
    for (const auto& x : known_.parties()) {
      allowance each;
      const auto* device = known_.device(x.backend);
      if (x.most.iops.unlimited() && device != nullptr) {
        const auto part = std::max(device->iops() * x.terms.weight / weights[x.backend], x.terms.rate);
        each.iops = part_of({static_cast<std::uint64_t>(part)}, x.streams.size());
      }
      for (const auto i : x.streams)
        known_.streams()[i].told = limited(each, x.most, x.streams.size());
    }
  }

  ledger known_;
  std::uint64_t version_ = 0;
};

} // namespace

std::unique_ptr<controller> make_static_limits(const control_policy& policy) {
  return std::make_unique<static_limits>(policy);
}

} // namespace sluice::sim
