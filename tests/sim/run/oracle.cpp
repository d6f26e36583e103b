// The checks. What they mean, their tolerances and why is in README.md.
#include "tests/sim/run/oracle.hpp"

#include "actors/domain/selection.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

namespace sluice::sim {

namespace {

constexpr std::size_t window = 10; ///< ticks: one second
constexpr std::size_t most_violations = 20;
constexpr duration tick_length = std::chrono::milliseconds{100};
constexpr duration stuck_after = std::chrono::seconds{10};
constexpr duration active_for = std::chrono::seconds{5};
constexpr duration deficit_settles = std::chrono::milliseconds{1500};

/// What a stream did in one tick.
struct stream_tick {
  std::uint64_t completions = 0;
  duration by_rate{0};
  duration by_depth{0};
  [[nodiscard]] duration held() const noexcept {
    return by_rate + by_depth;
  }
};

struct watched_stream {
  gateway_stream* what = nullptr;
  const stream_spec* spec = nullptr;
  std::size_t entity = 0;
  stream_totals before;
  stream_tick now;
  std::size_t waits = 0; ///< for so many ticks, for more than half of each
  instant served{0};     ///< when it last got anything, or had nothing waiting
  // What should be in force, by the messages that reached the gateway.
  bool commanded = false;
  throttle last;
  instant lease_end{0};
};

/// The streams of an agreement on a backend.
struct watched_entity {
  const agreement* terms = nullptr; ///< nullptr = best effort
  std::size_t backend = 0;
  double promise = 0;
  std::array<std::uint64_t, window> got{};
  bool waited = false;  ///< one of its streams did, without a pause, for all of the window
  double rates = 0;     ///< that its streams are held to, all together
  bool ordered = false; ///< an operator's order is or was on one of its streams
  instant active{-active_for};
};

struct watched_device {
  device* what = nullptr;
  duration busy_before{0};
  std::array<double, window> wasted{};
  std::array<double, window> used{};
  std::array<bool, window> overdrawn{};
  instant deficit{-deficit_settles}; ///< when it was last declared
  instant no_deficit{0};             ///< when it was last not declared
};

double promise_of(const objective& x) {
  auto most = static_cast<double>(x.reservation.per_second);
  for (const auto& point : x.latency)
    most = std::max(most, static_cast<double>(point.up_to.per_second));
  return x.limit.iops.unlimited() ? most : std::min(most, static_cast<double>(x.limit.iops.per_second));
}

std::string rounded(double x) {
  return std::to_string(static_cast<std::int64_t>(x + 0.5));
}

std::string percent(double x) {
  return rounded(x * 100) + " %";
}

} // namespace

struct oracle::state {
  const scenario& setting;
  const simulation& sim;
  std::vector<watched_stream> streams;
  std::vector<watched_entity> entities;
  std::vector<watched_device> devices;
  std::vector<double> believed; ///< by backend: capacity, 0 = unknown
  instant settled{std::chrono::seconds{2}};
  std::size_t tick = 0;
  std::vector<violation> found;
  std::set<std::pair<int, std::string>> known; ///< invariant and subject that were reported already
  std::uint64_t count = 0;

  void report(int invariant, const std::string& subject, const std::string& what) {
    ++count;
    if (found.size() < most_violations && known.emplace(invariant, subject).second)
      found.push_back({invariant, sim.now(), sim.steps(), subject + ' ' + what});
  }
  [[nodiscard]] std::size_t slot() const noexcept {
    return tick % window;
  }
  [[nodiscard]] std::string name_of(const watched_entity& x) const {
    return x.terms != nullptr ? "agreement " + x.terms->name : "best effort on " + setting.backends[x.backend].name;
  }

  void look(std::span<const backend_status> statuses);
  void look_at_streams();
  void look_at_devices();
  void check_leases();
  void check_stuck();
  void check_promises();
  void check_tiers(const watched_entity& below, double got);
  void check_handed_out();
  void check_idle();
  [[nodiscard]] double aim_of(std::size_t backend) const;
  [[nodiscard]] bool at_own_limit(const watched_stream& x) const;
};

oracle::oracle(const scenario& what, const simulation& sim, std::vector<gateway_stream*> streams,
               std::vector<device*> devices)
    : state_(
        new state{what, sim, {}, {}, {}, std::vector<double>(devices.size()), std::chrono::seconds{2}, 0, {}, {}, 0}) {
  std::map<std::pair<std::size_t, const agreement*>, std::size_t> entity_at;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const auto& spec = what.streams[i];
    const auto* terms = agreement_for(what.agreements, spec.id);
    const auto [at, fresh] = entity_at.try_emplace({spec.backend, terms}, state_->entities.size());
    if (fresh) {
      auto& x = state_->entities.emplace_back();
      x.terms = terms;
      x.backend = spec.backend;
      x.promise = terms != nullptr ? promise_of(terms->objective) : 0;
    }
    auto& x = state_->streams.emplace_back();
    x.what = streams[i];
    x.spec = &spec;
    x.entity = at->second;
  }
  for (auto* x : devices)
    state_->devices.push_back({x, {}, {}, {}, {}});
  for (const auto& x : what.faults)
    if (x.kind == fault_kind::order)
      state_->entities[state_->streams[x.which].entity].ordered = true;
}

oracle::~oracle() = default;

void oracle::applied(std::size_t stream, const throttle& x) {
  auto& its = state_->streams[stream];
  its.commanded = true;
  its.last = x;
  its.lease_end = state_->sim.now() + x.lease;
}

void oracle::renewed(std::size_t stream) {
  auto& its = state_->streams[stream];
  its.lease_end = state_->sim.now() + its.last.lease;
}

void oracle::forgot(std::size_t stream) {
  state_->streams[stream].commanded = false;
}

void oracle::disturbed(duration length) {
  state_->settled = std::max(state_->settled, state_->sim.now() + length);
}

void oracle::check(std::span<const backend_status> believed) {
  state_->look(believed);
  state_->check_leases();
  state_->check_stuck();
  if (state_->sim.now() >= state_->settled) {
    state_->check_promises();
    state_->check_handed_out();
    state_->check_idle();
  }
  ++state_->tick;
}

std::vector<violation> oracle::violations() const {
  return state_->found;
}

std::uint64_t oracle::count() const noexcept {
  return state_->count;
}

void oracle::state::look(std::span<const backend_status> statuses) {
  for (const auto& x : statuses)
    for (std::size_t i = 0; i < devices.size(); ++i)
      if (setting.backends[i].name == x.name) {
        believed[i] = static_cast<double>(x.capacity);
        (x.deficit ? devices[i].deficit : devices[i].no_deficit) = sim.now();
      }
  for (auto& x : entities) {
    x.got[slot()] = 0;
    x.waited = false;
    x.rates = 0;
  }
  look_at_streams();
  look_at_devices();
}

void oracle::state::look_at_streams() {
  for (auto& x : streams) {
    const auto after = x.what->totals();
    x.now = {after.completions - x.before.completions, after.held_by_rate - x.before.held_by_rate,
             after.held_by_depth - x.before.held_by_depth};
    x.before = after;
    auto& its = entities[x.entity];
    its.got[slot()] += x.now.completions;
    its.rates += x.commanded ? static_cast<double>(x.what->limits().iops.per_second) : 0;
    x.waits = x.now.held() > tick_length / 2 ? x.waits + 1 : 0;
    its.waited = its.waited || x.waits >= window;
    if (x.now.completions > 0)
      its.active = sim.now();
    if (x.now.completions > 0 || x.what->backlog() == 0)
      x.served = sim.now();
  }
}

void oracle::state::look_at_devices() {
  for (std::size_t i = 0; i < devices.size(); ++i) {
    auto& x = devices[i];
    const auto busy = x.what->busy();
    const auto all = tick_length * x.what->spec().servers;
    const auto used =
        std::min(1.0, static_cast<double>((busy - x.busy_before).count()) / static_cast<double>(all.count()));
    x.busy_before = busy;
    x.used[slot()] = used;
    // Whose work waits because of us alone: for nearly all of the tick, by a throttle that is none of its own terms.
    const auto waits = std::any_of(streams.begin(), streams.end(), [&](const watched_stream& s) {
      return s.spec->backend == i && s.now.held() > tick_length * 9 / 10 && s.commanded
             && s.what->rule().state != control_state::fixed && !at_own_limit(s);
    });
    x.wasted[slot()] = waits ? 1 - used : 0;
  }
}

/// Whether what holds the stream back is what was agreed with its own customer, or an order, and not the controller.
bool oracle::state::at_own_limit(const watched_stream& x) const {
  const auto& its = entities[x.entity];
  if (its.ordered)
    return true;
  if (its.terms == nullptr || x.now.by_rate < x.now.by_depth)
    return false;
  const auto& limit = its.terms->objective.limit;
  if (!limit.bandwidth.unlimited())
    return true; // not followed in bytes: left out
  return !limit.iops.unlimited() && its.rates >= 0.9 * static_cast<double>(limit.iops.per_second);
}

/// Invariant 6: what is in force follows from what arrived and the time alone.
void oracle::state::check_leases() {
  for (const auto& x : streams) {
    if (!x.commanded || !x.what->up())
      continue;
    const auto runs = sim.now() < x.lease_end;
    const auto expected = runs ? control_state::throttled : control_state::envelope;
    const auto limits = gateway::limits_of(runs ? x.last.now : x.last.envelope);
    if (x.what->rule().state != expected || x.what->limits() != limits)
      report(6, to_string(x.spec->id),
             runs ? "does not have the throttle whose lease runs"
                  : "does not have its envelope though its lease ran out");
  }
}

/// Invariant 6: nothing stops I/O.
void oracle::state::check_stuck() {
  for (auto& x : streams) {
    if (!x.what->up() || x.what->in_flight() > 0)
      x.served = sim.now();
    if (sim.now() - x.served >= stuck_after) {
      report(6, to_string(x.spec->id), "has had requests waiting for 10 s and got nothing");
      x.served = sim.now();
    }
  }
}

/// Invariant 5.
void oracle::state::check_promises() {
  if (tick + 1 < window)
    return;
  std::vector<double> wanted(devices.size());
  std::vector<double> got(devices.size());
  std::vector<double> used(devices.size());
  for (const auto& x : entities)
    for (const auto y : x.got)
      got[x.backend] += static_cast<double>(y);
  for (const auto& x : entities)
    if (sim.now() - x.active < std::chrono::seconds{1})
      wanted[x.backend] += x.promise;
  for (std::size_t i = 0; i < devices.size(); ++i)
    for (const auto y : devices[i].used)
      used[i] += y / window;
  for (const auto& x : entities) {
    if (!x.waited || x.ordered || x.promise == 0)
      continue;
    double its = 0;
    for (const auto y : x.got)
      its += static_cast<double>(y);
    if (its >= x.promise * static_cast<double>(setting.oracle.promise) / whole)
      continue;
    const auto& backend = devices[x.backend];
    const auto could_give = used[x.backend] > 0 ? got[x.backend] / used[x.backend] : 0;
    if (sim.now() - backend.deficit < std::chrono::seconds{1}) {
      if (sim.now() - backend.no_deficit >= deficit_settles)
        check_tiers(x, its);
    } else if (could_give >= wanted[x.backend]) {
      report(5, name_of(x),
             "got " + rounded(its) + " in a second in which its requests waited for us; promised are "
                 + rounded(x.promise) + " per second, and no deficit was declared");
    }
  }
}

/// Invariant 5, in a declared deficit: whoever gets less than it was promised has nobody below it that gets more.
void oracle::state::check_tiers(const watched_entity& below, double got) {
  for (const auto& x : entities) {
    if (x.backend != below.backend || &x == &below)
      continue;
    const auto its_tier = x.terms != nullptr ? x.terms->objective.tier : tier::best_effort;
    if (its_tier >= below.terms->objective.tier)
      continue;
    double its = 0;
    for (const auto y : x.got)
      its += static_cast<double>(y);
    const auto streams_of_it = std::count_if(streams.begin(), streams.end(), [&](const watched_stream& s) {
      return &entities[s.entity] == &x;
    });
    const auto floor = static_cast<double>(setting.policy.best_effort_floor.per_second)
                       * static_cast<double>(std::max<std::ptrdiff_t>(streams_of_it, 1));
    if (its > 2 * floor + 0.1 * got)
      report(5, name_of(below),
             "got " + rounded(got) + " of " + rounded(below.promise) + " promised while " + name_of(x)
                 + ", of a lower tier, got " + rounded(its));
  }
}

double oracle::state::aim_of(std::size_t backend) const {
  auto least = setting.policy.knee;
  for (const auto& x : entities)
    if (x.backend == backend && x.terms != nullptr && sim.now() - x.active < active_for)
      for (const auto& point : x.terms->objective.latency)
        least = std::min(least, point.target);
  return static_cast<double>(least.count()) / 1e9;
}

/// Invariant 7: what is handed out to those that wait.
void oracle::state::check_handed_out() {
  const auto most = static_cast<double>(setting.oracle.handed_out) / whole;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    double rates = 0;
    double depths = 0;
    double count_of_depths = 0;
    for (const auto& x : streams) {
      if (x.spec->backend != i)
        continue;
      const auto throttled = x.what->rule().state == control_state::throttled;
      const auto& its = x.what->limits();
      if (throttled && x.now.by_rate > tick_length / 2 && !its.iops.unlimited()) {
        rates += static_cast<double>(its.iops.per_second);
      } else {
        rates += static_cast<double>(x.now.completions) * 10;
        if (throttled && x.now.by_depth > tick_length / 2) {
          depths += its.depth;
          ++count_of_depths;
        }
      }
    }
    auto& its = devices[i];
    const auto by_depth = depths > most * believed[i] * aim_of(i) + count_of_depths + 8;
    its.overdrawn[slot()] = believed[i] > 0 && (rates > most * believed[i] || by_depth);
    if (std::all_of(its.overdrawn.begin(), its.overdrawn.end(), [](bool x) {
          return x;
        }))
      report(7, setting.backends[i].name,
             "was measured to give " + rounded(believed[i]) + " per second; handed out for a second were "
                 + rounded(rates) + " per second and " + rounded(depths) + " in flight");
  }
}

/// Invariant 7: idle while work waits because of us.
void oracle::state::check_idle() {
  for (std::size_t i = 0; i < devices.size(); ++i) {
    double wasted = 0;
    for (const auto x : devices[i].wasted)
      wasted += x / window;
    if (wasted > static_cast<double>(setting.oracle.idle) / whole)
      report(7, setting.backends[i].name,
             "was idle for " + percent(wasted) + " of a second in which requests waited because of a throttle");
  }
}

} // namespace sluice::sim
