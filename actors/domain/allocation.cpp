// The division, in three steps: what everybody is entitled to, who gets which rate, how many requests that is.
#include "actors/domain/allocation.hpp"

#include "actors/domain/envelope.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
/// Below this many requests in flight a whole number is too coarse to divide a backend fairly: the rate helps.
constexpr double coarse_depth = 4;
constexpr double coarse_slack = 1.05; ///< so that the rate alone never keeps capacity from being found
constexpr double dense_slack = 0.97;  ///< nor, where the depth cannot hold at all, a queue from growing
constexpr double deepest = 65536;
/// One that waits may grow by this much per tick, and to what it has outstanding by Little's law: the demand of a
/// closed loop that is held back cannot be seen in its arrivals.
constexpr double demand_slack = 1.1;
constexpr double demand_extra = 10; // I/O per second
/// The correction for one that gets less than promised: up by a tenth per tick, at most fourfold.
constexpr double guard_up = 1.1;
constexpr double guard_down = 0.98;
constexpr double guard_most = 4;
constexpr double short_of = 0.99;
/// What a hungry one is promised is given with this much more: whole requests and waiting times scatter.
constexpr double promise_margin = 1.05;

/// The tiers yield in the order of the policy, which is the order of the needs' tiers here.
void entitle(std::span<entity> entities, const backend_view& backend, const control_policy& policy,
             allocation_scratch& scratch) {
  auto& needs = scratch.needs;
  auto& met = scratch.parts;
  needs.clear();
  needs.reserve(entities.size());
  for (const auto& x : entities)
    needs.push_back(
        {static_cast<tier>(policy.turns[std::min<std::size_t>(static_cast<std::size_t>(x.promise.tier), 3)]),
         need_of(x)});
  met.resize(needs.size());
  entitlements(needs, backend.deficit ? backend.capacity : infinite, met);
  for (std::size_t i = 0; i < entities.size(); ++i) {
    auto& x = entities[i];
    x.cut = backend.deficit && met[i] < 0.98 * needs[i].rate;
    x.entitled = x.cut ? met[i] : x.promise.rate;
    // Who keeps to its promise is held back only if the promise itself had to be cut.
    if (x.cut)
      x.excess = x.hungry = true;
  }
}

/// Rates. Entities that wait for nobody keep what they use: reserving what they might ask for would trap throughput
/// after a drop of capacity.
double divide(std::span<entity> entities, const backend_view& backend, const control_policy& policy,
              allocation_scratch& scratch) {
  auto& claims = scratch.claims;
  claims.clear();
  claims.reserve(entities.size());
  const auto least = static_cast<double>(policy.best_effort_floor.per_second);
  for (const auto& x : entities) {
    if (x.hungry) {
      const auto promised = x.cut ? x.entitled : promise_margin * x.entitled;
      const auto floor = std::min(x.promise.limit, std::max(promised, least));
      const auto wished = std::max(demand_slack * x.demand + demand_extra, x.outstanding() / backend.aim);
      claims.push_back({floor, std::min(wished, x.promise.limit), x.promise.weight});
    } else {
      const auto used = std::min(std::max(x.used, x.excess ? x.demand : 0.0), x.promise.limit);
      claims.push_back({x.excess ? std::min(used, x.entitled) : used, used, x.promise.weight});
    }
  }
  scratch.parts.resize(claims.size());
  const auto level = water_fill(claims, backend.capacity, scratch.parts, scratch.filling);
  for (std::size_t i = 0; i < entities.size(); ++i)
    entities[i].part = scratch.parts[i];
  return level;
}

void correct_guard(entity& x) {
  const auto promised = std::min(x.entitled, x.promise.limit);
  if (x.hungry && x.fresh && x.held() && x.used < short_of * promised)
    x.guard = std::min(x.guard * guard_up, guard_most);
  else if (!x.hungry || x.used > promised)
    x.guard = std::max(x.guard * guard_down, 1.0);
}

/// Requests in flight of one that waits for the backend: Little's law for its part.
void set_hungry_depth(entity& x, const backend_view& backend) {
  correct_guard(x);
  const auto share = backend.trim * backend.aim * x.part;
  const auto promised =
      std::max(backend.trim, 1.0) * backend.aim * std::min(promise_margin * x.entitled, x.part) * x.guard;
  auto depth = std::max(share, promised);
  x.cap_rate = depth < coarse_depth;
  x.depth = std::clamp(x.cap_rate ? std::ceil(depth) : std::round(depth), 1.0, deepest);
  // Where one request each is already too many in all, only a lower rate can shorten the queue: the trim goes there.
  if (x.cap_rate) {
    const auto slack = depth < 1 ? dense_slack : coarse_slack;
    x.part = std::max(x.part * slack * x.guard * std::min(backend.trim, 1.0), std::min(x.entitled, x.promise.limit));
  }
}

/// Requests in flight of one that waits for nobody: what it would get if it began to, so that a burst meets its cap at
/// once; never less than its envelope.
void set_standing_depth(entity& x, const backend_view& backend, double level, double others) {
  const auto spare = std::max(backend.capacity - others, 0.0);
  const auto part = std::max(x.part, std::isfinite(level) ? std::min(level * x.promise.weight, spare) : spare);
  const auto promised = x.promise.target > 0 ? x.promise.target : backend.aim;
  const auto envelope = envelope_depth(x.promise.rate, envelope_latency(promised, x.latency));
  x.cap_rate = false;
  x.depth = std::clamp(std::round(std::max(envelope, backend.trim * backend.aim * part)), 1.0, deepest);
}

} // namespace

double need_of(const entity& x) noexcept {
  return std::min(x.hungry ? x.promise.rate : std::min(x.demand, x.promise.rate), x.promise.limit);
}

void allocate(std::span<entity> entities, const backend_view& backend, const control_policy& policy,
              allocation_scratch& scratch) {
  entitle(entities, backend, policy, scratch);
  const auto level = divide(entities, backend, policy, scratch);
  double used = 0;
  for (const auto& x : entities)
    used += x.hungry ? 0 : x.used;
  for (auto& x : entities) {
    if (entities.size() == 1) {
      x.depth = 0;
      x.cap_rate = false;
    } else if (x.hungry) {
      set_hungry_depth(x, backend);
    } else {
      set_standing_depth(x, backend, level, used - x.used);
    }
  }
}

void allocate(std::span<entity> entities, const backend_view& backend, const control_policy& policy) {
  allocation_scratch scratch;
  allocate(entities, backend, policy, scratch);
}

void share_out(double amount, std::span<const double> asked, double least, std::span<double> result,
               allocation_scratch& scratch) {
  // One takes all; what a sum and a difference would give is not always exactly that.
  if (!std::isfinite(amount) || asked.size() <= 1) {
    std::fill(result.begin(), result.end(), std::isfinite(amount) ? std::max(amount, 0.0) : amount);
    return;
  }
  const auto count = static_cast<double>(asked.size());
  const auto floor = std::min(least, amount / count);
  auto& claims = scratch.claims;
  claims.clear();
  claims.reserve(asked.size());
  for (const auto x : asked)
    claims.push_back({floor, x, 1});
  (void)water_fill(claims, amount, result, scratch.filling);
  double given = 0;
  for (const auto x : result)
    given += x;
  const auto rest = std::max(amount - given, 0.0) / count;
  for (auto& x : result)
    x += rest;
}

std::vector<double> share_out(double amount, std::span<const double> asked, double least) {
  allocation_scratch scratch;
  std::vector<double> result(asked.size());
  share_out(amount, asked, least, result, scratch);
  return result;
}

void whole_parts(std::span<const double> parts, std::span<std::uint32_t> result) noexcept {
  double wanted = 0;
  double given = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    wanted += std::isfinite(parts[i]) ? std::clamp(parts[i], 0.0, deepest) : deepest;
    const auto whole = std::clamp(std::floor(wanted - given + 0.5), 1.0, deepest);
    given += whole;
    result[i] = static_cast<std::uint32_t>(whole);
  }
}

std::vector<std::uint32_t> whole_parts(std::span<const double> parts) {
  std::vector<std::uint32_t> result(parts.size());
  whole_parts(parts, result);
  return result;
}

} // namespace sluice
