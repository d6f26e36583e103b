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

/// The correction of the balance per tick and unit of error, back to even where it does not count, and its bound.
/// Chosen: slower than the smoothing of what is used, or it would ring.
constexpr double balance_gain = 0.04;
constexpr double balance_gain_mixed = 0.12; ///< where requests cost differently, they take differently long, too
constexpr double mixed = 1.05;              ///< dearest by cheapest
constexpr double balance_rest = 0.02;
constexpr double balance_most = 3;

/// The tiers yield in the order of the policy, which is the order of the needs' tiers here.
void entitle(std::span<entity> entities, const backend_view& backend, allocation_scratch& scratch) {
  auto& needs = scratch.needs;
  auto& met = scratch.parts;
  needs.clear();
  needs.reserve(entities.size());
  for (const auto& x : entities)
    needs.push_back(
        {static_cast<tier>(backend.turns[std::min<std::size_t>(static_cast<std::size_t>(x.promise.tier), 3)]),
         need_of(x)});
  met.resize(needs.size());
  entitlements(needs, backend.deficit ? backend.capacity : infinite, met);
  for (std::size_t i = 0; i < entities.size(); ++i) {
    auto& x = entities[i];
    x.cut = backend.deficit && met[i] < 0.98 * needs[i].rate;
    x.entitled = x.cut ? met[i] / x.cost : x.promised();
    // Who keeps to its promise is held back only if the promise itself had to be cut.
    if (x.cut)
      x.excess = x.hungry = true;
  }
}

/// What an entity may have, in requests. One that waits for nobody keeps what it uses: reserving what it might ask for
/// would trap throughput after a drop of capacity.
claim claim_of(const entity& x, const backend_view& backend) {
  if (x.hungry) {
    const auto promised =
        x.cut ? std::max(x.entitled, std::min(backend.least, x.promise.rate) / x.counted) : promise_margin * x.entitled;
    const auto wished = std::max(demand_slack * x.demand + demand_extra, x.outstanding() / backend.aim);
    return {std::min(x.limit(), promised), std::min(wished, x.limit()), x.promise.weight * x.tilt};
  }
  const auto used = std::min(std::max(x.used, x.excess ? x.demand : 0.0), x.limit());
  return {x.excess ? std::min(used, x.entitled) : used, used, x.promise.weight};
}

/// Units, through the tenants' groups.
void divide(std::span<entity> entities, const backend_view& backend, allocation_scratch& scratch) {
  auto& claims = scratch.claims;
  auto& tree = scratch.tree;
  claims.clear();
  claims.reserve(entities.size());
  scratch.group_of.clear();
  scratch.group_of.reserve(entities.size());
  for (const auto& x : entities) {
    const auto wanted = claim_of(x, backend);
    claims.push_back({wanted.floor * x.cost, wanted.ceiling * x.cost, wanted.weight});
    scratch.group_of.push_back(x.group);
  }
  tree.shape(backend.groups, scratch.group_of);
  tree.fill(claims, backend.capacity);
  for (std::size_t i = 0; i < entities.size(); ++i)
    entities[i].part = tree.parts()[i] / entities[i].cost;
}

/// What a group, or one in it, would get if it began to wait: its share of the level, but not what others use.
double reach_of(double part, double level, double weight, double spare) {
  return std::max(part, std::isfinite(level) ? std::min(level * weight, spare) : std::max(spare, 0.0));
}

void sum_up_reach(std::span<const entity> entities, const backend_view& backend, allocation_scratch& scratch) {
  const auto& tree = scratch.tree;
  const auto count = tree.group_parts().size();
  scratch.busy.assign(count, 0);
  scratch.reach.assign(count, 0);
  for (const auto& x : entities)
    if (!x.hungry)
      scratch.busy[x.group < count ? x.group : 0] += x.used * x.cost;
  for (auto g = count; g-- > 1;)
    scratch.busy[tree.above()[g]] += scratch.busy[g];
  scratch.reach[0] = backend.capacity;
  for (std::size_t g = 1; g < count; ++g) {
    const auto above = tree.above()[g];
    const auto spare = scratch.reach[above] - (scratch.busy[above] - scratch.busy[g]);
    scratch.reach[g] = reach_of(tree.group_parts()[g], tree.levels()[above], tree.weights()[g], spare);
  }
}

/// Who waits and is held by its depth gets what that brings, and others' requests may be served faster than its own:
/// corrected until all of them get the same share of their parts.
void correct_balance(std::span<entity> entities) {
  double given = 0;
  double used = 0;
  auto cheapest = infinite;
  double dearest = 0;
  auto count = 0;
  for (auto& x : entities)
    if (x.hungry && x.held()) {
      cheapest = std::min(cheapest, x.cost);
      dearest = std::max(dearest, x.cost);
      if (x.fresh)
        x.due_part += (x.due_part > 0 ? figure_smoothing : 1) * (x.part - x.due_part);
      given += x.due_part * x.cost;
      used += x.used * x.cost;
      ++count;
    }
  const auto gain = dearest > mixed * cheapest ? balance_gain_mixed : balance_gain;
  for (auto& x : entities) {
    if (!x.hungry || !x.held() || count < 2 || given <= 0 || x.part <= 0) {
      x.due_part = 0;
      x.balance += balance_rest * (1 - x.balance);
    } else if (x.fresh) {
      const auto wanted = x.due_part * used / given;
      const auto even = x.part / x.tilt * used / given; // what varies around it shall sum up to nothing
      const auto error = even > 0 ? std::clamp((wanted - x.used) / even, -1.0, 1.0) : 0;
      x.balance = std::clamp(x.balance * (1 + gain * error), 1 / balance_most, balance_most);
    }
  }
}

void correct_guard(entity& x) {
  const auto promised = std::min(x.entitled, x.limit());
  // Who had to yield in a deficit is not raised: all of them raising each other would only fill the queue.
  if (!x.cut && x.hungry && x.fresh && x.held() && x.used < short_of * promised)
    x.guard = std::min(x.guard * guard_up, guard_most);
  else if (x.cut || !x.hungry || x.used > promised)
    x.guard = std::max(x.guard * guard_down, 1.0);
}

/// Requests in flight of one that waits for the backend: Little's law for its part.
void set_hungry_depth(entity& x, const backend_view& backend) {
  correct_guard(x);
  const auto share = backend.trim * backend.aim * x.part * x.balance;
  const auto promised =
      std::max(backend.trim, 1.0) * backend.aim * std::min(promise_margin * x.entitled, x.part) * x.guard;
  auto depth = std::max(share, promised);
  x.cap_rate = depth < coarse_depth;
  x.depth = std::clamp(x.cap_rate ? std::ceil(depth) : std::round(depth), 1.0, deepest);
  // Where one request each is already too many in all, only a lower rate can shorten the queue: the trim goes there.
  if (x.cap_rate) {
    const auto slack = depth < 1 ? dense_slack : coarse_slack;
    x.part = std::max(x.part * slack * x.guard * std::min(backend.trim, 1.0), std::min(x.entitled, x.limit()));
  }
}

/// Requests in flight of one that waits for nobody: what it would get if it began to, so that a burst meets its cap at
/// once; never less than its envelope.
void set_standing_depth(entity& x, const backend_view& backend, const allocation_scratch& scratch) {
  const auto group = x.group < scratch.reach.size() ? x.group : 0;
  const auto spare = scratch.reach[group] - (scratch.busy[group] - x.used * x.cost);
  const auto part = reach_of(x.part * x.cost, scratch.tree.levels()[group], x.promise.weight, spare) / x.cost;
  const auto promised = x.promise.target > 0 ? x.promise.target : backend.aim;
  const auto envelope = envelope_depth(x.promised(), envelope_latency(promised, x.latency));
  x.cap_rate = false;
  x.depth = std::clamp(std::round(std::max(envelope, backend.trim * backend.aim * part)), 1.0, deepest);
}

} // namespace

double need_of(const entity& x) noexcept {
  return x.cost * std::min(x.hungry ? x.promised() : std::min(x.demand, x.promised()), x.limit());
}

void allocate(std::span<entity> entities, const backend_view& backend, allocation_scratch& scratch) {
  entitle(entities, backend, scratch);
  correct_balance(entities);
  divide(entities, backend, scratch);
  sum_up_reach(entities, backend, scratch);
  for (auto& x : entities) {
    if (entities.size() == 1) {
      x.depth = 0;
      x.cap_rate = false;
    } else if (x.hungry) {
      set_hungry_depth(x, backend);
    } else {
      set_standing_depth(x, backend, scratch);
    }
  }
}

void allocate(std::span<entity> entities, const backend_view& backend) {
  allocation_scratch scratch;
  allocate(entities, backend, scratch);
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
  // Nobody asks for the rest: it stays with those who ask for most, who are likeliest to want it.
  const auto rest = std::max(amount - given, 0.0);
  double all = 0;
  for (const auto x : asked)
    all += std::isfinite(x) && x > 0 ? x : 0;
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] += all > 0 ? rest * (std::isfinite(asked[i]) ? std::max(asked[i], 0.0) : 0) / all : rest / count;
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
