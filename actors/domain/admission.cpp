// The judgement. Counts as the control loop does: an agreement's promise stands in full on each backend it may fall on.
#include "actors/domain/admission.hpp"

#include "actors/domain/entitlement.hpp"
#include "actors/domain/promise.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

using kind = admission_finding_kind;

constexpr auto reservation_path = "spec.objective.reservation.iops";
/// A target that a client writes has two digits that matter; what fits is rounded up to them.
constexpr duration latency_grain = std::chrono::microseconds{10};

/// For each backend whether the agreement may fall on it. @param among only these count; empty = all
std::vector<bool> backends_of(const admission_input& input, const selector& x, const std::vector<bool>& among = {}) {
  std::vector<bool> on(input.backends.size(), false);
  for (const auto& place : input.places)
    if (place.backend < on.size() && !on[place.backend] && (among.empty() || among[place.backend]))
      on[place.backend] = matches(x.gateway, place.gateway) && matches(x.volume, place.volume);
  return on;
}

duration rounded_up(duration x) noexcept {
  return (x + latency_grain - duration{1}) / latency_grain * latency_grain;
}

std::uint64_t bound_of(const admission_backend& x) noexcept {
  const auto bound = std::max(x.oversubscription, 1.0) * static_cast<double>(x.capacity);
  return std::isfinite(bound) && bound < 1e15 ? static_cast<std::uint64_t>(bound) : x.capacity;
}

/// The tightest target already promised at least as tightly: nothing tighter is asked by keeping it.
bool promised_before(const agreement* before, const latency_point& x) noexcept {
  return before != nullptr
         && std::any_of(before->objective.latency.begin(), before->objective.latency.end(), [&](const auto& y) {
              return y.statistic == x.statistic && y.target <= x.target;
            });
}

/// Which field asks for the rate that is promised.
std::string path_of(const objective& x, std::uint64_t rate) {
  if (!x.reservation.unlimited() && x.reservation.per_second >= rate)
    return reservation_path;
  for (std::size_t i = 0; i < x.latency.size(); ++i)
    if (!x.latency[i].up_to.unlimited() && x.latency[i].up_to.per_second >= rate)
      return "spec.objective.latency[" + std::to_string(i) + "].up_to.iops";
  return x.limit.iops.unlimited() ? reservation_path : "spec.objective.limit.iops";
}

struct party {
  const agreement* who;
  std::uint64_t rate;
};

class judgement {
public:
  judgement(const admission_input& input, const agreement& candidate)
      : input_(input), candidate_(candidate), wanted_(promised_rate(candidate.objective)) {}

  admission_verdict run() && {
    if (candidate_.suspended) // promises nothing
      return {};
    gather();
    bool anywhere = false;
    for (const auto i : in_order()) {
      anywhere = true;
      judge_rate(i);
      judge_latency(input_.backends[i]);
    }
    if (!anywhere)
      verdict_.findings.emplace_back().path = "spec.streams"; // of an unknown place
    for (const auto& x : verdict_.findings) {
      const auto harmless = x.kind == kind::unknown_place || x.kind == kind::unknown_capacity;
      verdict_.outcome = std::max(verdict_.outcome, x.refuses  ? admission_outcome::refused
                                                    : harmless ? admission_outcome::accepted
                                                               : admission_outcome::warning);
    }
    if (verdict_.outcome != admission_outcome::refused)
      verdict_.fit = {};
    return std::move(verdict_);
  }

private:
  void gather() {
    mine_ = backends_of(input_, candidate_.streams);
    others_.resize(input_.backends.size());
    for (const auto& x : input_.in_force) {
      if (x.suspended) // what it held may have been promised to others since
        continue;
      if (x.name == candidate_.name) {
        before_ = &x;
        continue;
      }
      const auto rate = promised_rate(x.objective);
      if (rate == 0)
        continue;
      const auto on = backends_of(input_, x.streams, mine_);
      for (std::size_t i = 0; i < on.size(); ++i)
        if (on[i])
          others_[i].push_back({&x, rate});
    }
    if (before_ != nullptr)
      was_on_ = backends_of(input_, before_->streams);
  }

  /// The candidate's backends by name.
  [[nodiscard]] std::vector<std::size_t> in_order() const {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < mine_.size(); ++i)
      if (mine_[i])
        order.push_back(i);
    std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
      return input_.backends[a].name < input_.backends[b].name;
    });
    return order;
  }

  /// What it was promised on this backend until now.
  [[nodiscard]] std::uint64_t held(std::size_t i) const {
    return before_ != nullptr && was_on_[i] ? promised_rate(before_->objective) : 0;
  }

  void judge_rate(std::size_t i) {
    const auto& backend = input_.backends[i];
    if (wanted_ == 0)
      return;
    admission_finding x;
    x.backend = backend.name;
    x.wanted = wanted_;
    x.path = path_of(candidate_.objective, wanted_);
    for (const auto& one : others_[i])
      x.promised += one.rate;
    x.capacity = backend.capacity;
    if (backend.capacity == 0) {
      x.kind = kind::unknown_capacity;
      verdict_.findings.push_back(std::move(x));
      return;
    }
    x.bound = bound_of(backend);
    if (x.promised + wanted_ <= backend.capacity)
      return;
    const auto left = std::min(backend.capacity, x.bound - std::min(x.bound, x.promised));
    const auto fits = std::max(left, held(i));
    x.refuses = wanted_ > fits;
    x.kind = !x.refuses                   ? kind::oversubscribed
             : wanted_ > backend.capacity ? kind::beyond_capacity
                                          : kind::beyond_bound;
    name_yielding(x, others_[i], backend);
    if (x.refuses)
      verdict_.fit.rate = std::min(verdict_.fit.rate.value_or(fits), fits);
    verdict_.findings.push_back(std::move(x));
  }

  /// Who gets less if everybody uses all that was promised.
  void name_yielding(admission_finding& to, std::vector<party> all, const admission_backend& backend) const {
    all.push_back({&candidate_, wanted_});
    std::vector<need> needs;
    const auto turn = [&](const party& x) {
      return backend.policy.turns[std::min<std::size_t>(static_cast<std::size_t>(x.who->objective.tier), 3)];
    };
    std::sort(all.begin(), all.end(), [&](const party& a, const party& b) {
      return std::pair{turn(a), a.who->name} < std::pair{turn(b), b.who->name};
    });
    for (const auto& x : all)
      needs.push_back({static_cast<tier>(turn(x)), static_cast<double>(x.rate)});
    const auto met = entitlements(needs, static_cast<double>(backend.capacity));
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto gets = static_cast<std::uint64_t>(std::llround(met[i]));
      if (gets >= all[i].rate)
        continue;
      if (to.yields.size() < max_yields)
        to.yields.push_back({all[i].who->name, all[i].who->objective.tier, all[i].rate, gets});
      ++to.yielding;
    }
  }

  void judge_latency(const admission_backend& backend) {
    const auto least = rounded_up(backend.least_latency);
    if (least <= duration::zero())
      return;
    const auto& points = candidate_.objective.latency;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const auto& point = points[i];
      const auto middle = point.statistic == latency_statistic::mean || point.statistic == latency_statistic::p50;
      const auto share = middle ? backend.policy.aim_mean : backend.policy.aim_percentile;
      const auto below = point.target < least;
      if (!below && seconds(point.target) * share >= seconds(least))
        continue;
      admission_finding x;
      // The median of a skewed distribution may lie below its mean, which is what was measured.
      x.refuses = below && point.statistic != latency_statistic::p50 && !promised_before(before_, point);
      x.kind = x.refuses ? kind::latency_impossible : kind::latency_tight;
      x.path = "spec.objective.latency[" + std::to_string(i) + "].target";
      x.backend = backend.name;
      x.target = point.target;
      x.least = least;
      verdict_.findings.push_back(std::move(x));
      if (verdict_.findings.back().refuses)
        verdict_.fit.latency = std::max(verdict_.fit.latency.value_or(least), least);
    }
  }

  const admission_input& input_;
  const agreement& candidate_;
  const std::uint64_t wanted_;
  const agreement* before_ = nullptr;
  std::vector<bool> mine_;
  std::vector<bool> was_on_;
  std::vector<std::vector<party>> others_;
  admission_verdict verdict_;
};

void lower(rate& x, std::uint64_t to) noexcept {
  if (!x.unlimited() && x.per_second > to)
    x.per_second = to;
}

} // namespace

std::uint64_t promised_rate(const objective& x) noexcept {
  auto result = x.reservation.per_second;
  for (const auto& point : x.latency) {
    if (!point.up_to.unlimited())
      result = std::max(result, point.up_to.per_second);
    else if (x.reservation.unlimited() && !x.limit.iops.unlimited())
      result = std::max(result, x.limit.iops.per_second);
  }
  const auto most = std::max(x.limit.iops, x.limit.above ? x.limit.above->iops : rate{});
  return x.limit.iops.unlimited() ? result : std::min(result, most.per_second);
}

admission_verdict admit(const admission_input& input, const agreement& candidate) {
  return judgement{input, candidate}.run();
}

agreement cut_to(const admission_fit& fit, agreement candidate) {
  auto& o = candidate.objective;
  if (fit.latency)
    for (auto& point : o.latency)
      point.target = std::max(point.target, *fit.latency);
  if (!fit.rate)
    return candidate;
  if (*fit.rate == 0) { // nothing is left to be promised
    o.reservation = rate{};
    o.latency.clear();
    return candidate;
  }
  lower(o.reservation, *fit.rate);
  for (auto& point : o.latency) {
    if (point.up_to.unlimited() && o.reservation.unlimited() && !o.limit.iops.unlimited())
      point.up_to = o.limit.iops;
    lower(point.up_to, *fit.rate);
  }
  return candidate;
}

} // namespace sluice
