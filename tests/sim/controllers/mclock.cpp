// Each request gets three tags when it arrives; the device's next request is chosen by them:
//
//   R = max(R before + c/r, now)    reservation r: due by then
//   L = max(L before + c/l, now)    limit l: not earlier
//   P = max(P before + c/w, least P of those that have requests)    weight w
//
//   next: the smallest R <= now; else the smallest P among those with L <= now, and then the R tags of its party are
//   moved back by c/r, as this service does not count for the reservation
//
// A. Gulati, A. Merchant, P. Varman: "mClock: Handling Throughput Variability for Hypervisor IO Scheduling", OSDI 2010.
// The cost c of a request of S bytes is 1 + S / (Tm * Bpeak), as there; Tm and Bpeak are from the device's nameplate.
// Where the paper moves the P tags of all others so that the smallest is now when somebody begins anew, the newcomer is
// moved to the smallest here: the same order, and weights need no scale.
#include "tests/sim/controllers/mclock.hpp"

#include "actors/domain/promise.hpp"
#include "actors/domain/selection.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <string>

namespace sluice::sim {

namespace {

/// A tag, in nanoseconds. Weights: virtual ones.
using tag = std::int64_t;
constexpr tag second = 1'000'000'000;
/// Costs are in thousandths of a small request.
constexpr std::int64_t unit_cost = 1000;
constexpr tag never = std::int64_t{1} << 62;

struct tagged {
  waiting_request what;
  std::int64_t cost = unit_cost;
  tag reservation = 0;
  tag limit = 0;
  tag weight = 0;
};

/// What a virtual machine is to the paper: here an agreement, or a client without one.
struct queue {
  tag per_reservation = 0; ///< 1/r for a small request; 0 = none
  tag per_limit = 0;
  tag per_weight = second;
  std::deque<tagged> waiting;
  tag moved = 0; ///< all of its R tags count as so much less
  tag last_reservation = -never;
  tag last_limit = -never;
  tag last_weight = 0;
};

/// Rounded up: a limit is never exceeded.
[[nodiscard]] tag spacing(double per_second) {
  return per_second > 0 ? static_cast<tag>(std::ceil(static_cast<double>(second) / per_second)) : 0;
}

[[nodiscard]] constexpr tag times(tag spacing, std::int64_t cost) noexcept {
  return spacing / unit_cost * cost + spacing % unit_cost * cost / unit_cost;
}

class mclock final : public device_scheduler {
public:
  explicit mclock(const scheduler_setup& setup) : device_(setup.device) {
    std::map<std::string, std::size_t> found; // agreement, or client after a space
    std::vector<std::size_t> best_effort;
    for (const auto& x : setup.streams) {
      const auto* its = agreement_for(setup.agreements, x);
      const auto [at, fresh] = found.emplace(its != nullptr ? its->name : " " + x.client, queues_.size());
      if (fresh && its == nullptr)
        best_effort.push_back(queues_.size());
      if (fresh)
        queues_.push_back(queue_of(its, setup.policy));
      queue_at_.push_back(at->second);
    }
    for (const auto i : best_effort)
      queues_[i].per_weight = spacing(setup.policy.best_effort_weight / static_cast<double>(best_effort.size()));
  }

  void enter(const waiting_request& x, instant now) override {
    auto& to = queues_[queue_at_[x.stream]];
    const auto cost =
        unit_cost + std::int64_t{x.bytes} * device_.per_mib.count() / 1024 * unit_cost / 1024 / device_.service.count();
    if (to.waiting.empty())
      to.last_weight = std::max(to.last_weight, least_weight() - times(to.per_weight, cost));
    to.last_reservation = std::max(to.last_reservation + times(to.per_reservation, cost), now.count() + to.moved);
    to.last_limit = std::max(to.last_limit + times(to.per_limit, cost), tag{now.count()});
    to.last_weight += times(to.per_weight, cost);
    to.waiting.push_back({x, cost, to.last_reservation, to.last_limit, to.last_weight});
  }

  std::optional<waiting_request> next(instant now) override {
    queue* due = nullptr;
    queue* heaviest = nullptr;
    for (auto& x : queues_) {
      if (x.waiting.empty())
        continue;
      const auto& first = x.waiting.front();
      if (x.per_reservation > 0 && first.reservation - x.moved <= now.count()
          && (due == nullptr || first.reservation - x.moved < due->waiting.front().reservation - due->moved))
        due = &x;
      if (first.limit <= now.count() && (heaviest == nullptr || first.weight < heaviest->waiting.front().weight))
        heaviest = &x;
    }
    auto* from = due != nullptr ? due : heaviest;
    if (from == nullptr)
      return std::nullopt;
    const auto result = from->waiting.front();
    from->waiting.pop_front();
    if (due == nullptr)
      from->moved += times(from->per_reservation, result.cost);
    return result.what;
  }

  instant due(instant) const override {
    auto result = instant::max();
    for (const auto& x : queues_) {
      if (x.waiting.empty())
        continue;
      const auto& first = x.waiting.front();
      result = std::min(result, instant{first.limit});
      if (x.per_reservation > 0)
        result = std::min(result, instant{first.reservation - x.moved});
    }
    return result;
  }

private:
  /// What is protected by a latency point is given as a reservation: the next best that mClock can be told.
  static queue queue_of(const agreement* x, const control_policy& policy) {
    const auto terms = x != nullptr ? promise_of(x->objective, policy) : best_effort_promise(policy);
    queue result;
    result.per_reservation = spacing(terms.rate);
    result.per_limit = x != nullptr ? spacing(static_cast<double>(x->objective.limit.iops.per_second)) : 0;
    result.per_weight = spacing(terms.weight);
    return result;
  }

  [[nodiscard]] tag least_weight() const noexcept {
    auto result = never;
    for (const auto& x : queues_)
      if (!x.waiting.empty())
        result = std::min(result, x.waiting.front().weight);
    return result == never ? -never : result;
  }

  nameplate device_;
  std::vector<queue> queues_;
  std::vector<std::size_t> queue_at_; ///< by stream
};

} // namespace

std::unique_ptr<device_scheduler> make_mclock(const scheduler_setup& setup) {
  return std::make_unique<mclock>(setup);
}

} // namespace sluice::sim
