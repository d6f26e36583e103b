// One tick of one backend: take samples in, see who keeps to what, estimate the backend, divide it, command.
#include "actors/domain/plan.hpp"

#include "actors/domain/allocation.hpp"
#include "actors/domain/grouping.hpp"
#include "actors/domain/stream_throttles.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

constexpr double full = 0.7;     ///< in flight, as a share of what is aimed at: the backend does all it can
constexpr double lacking = 1.02; ///< promised and asked for, as a multiple of the capacity

std::uint64_t whole(double x) {
  return std::isfinite(x) && x > 0 ? static_cast<std::uint64_t>(std::llround(std::min(x, 1e15))) : 0;
}

class planner {
public:
  planner(backend_state& state, const plan_input& input, const control_policy& policy)
      : state_(state), input_(input), policy_(policy) {}

  plan_output run() && {
    take_samples();
    forget_streams();
    if (!state_.grouped || state_.terms_revision != input_.terms_revision)
      group_streams(state_, input_, policy_);
    index_streams();
    apply_orders();
    for (auto& x : state_.entities) {
      gather_entity(x);
      judge_excess(x, aim(), input_.now, policy_);
    }
    look_for_danger();
    for (auto& x : state_.entities)
      judge_hunger(x, aim(), danger_ > 1, input_.now);
    estimate();
    watch_deficit();
    allocate(state_.entities, view(), policy_);
    decide_throttles();
    describe();
    return std::move(out_);
  }

private:
  void take_samples() {
    std::map<stream_id, std::vector<const delivered_sample*>> by_stream;
    for (const auto& x : input_.samples) {
      if (!problem_with(x.what).empty())
        ++out_.refused;
      else
        by_stream[x.what.stream].push_back(&x);
    }
    for (const auto& [id, samples] : by_stream) {
      if (!state_.streams.contains(id)) {
        if (state_.streams.size() >= max_streams_per_backend) {
          out_.refused += samples.size();
          continue;
        }
        state_.grouped = false;
      }
      signal_intake intake{state_.streams[id].signal};
      for (const auto* x : samples)
        if (intake.add(x->incarnation, x->what, input_.now))
          out_.accepted.push_back(static_cast<std::size_t>(x - input_.samples.data()));
        else
          ++out_.refused;
      intake.close(input_.now, policy_.silent);
    }
    for (auto& [id, x] : state_.streams)
      if (!by_stream.contains(id))
        signal_intake{x.signal}.close(input_.now, policy_.silent);
  }

  void forget_streams() {
    for (auto at = state_.streams.begin(); at != state_.streams.end();) {
      if (input_.now - at->second.signal.heard < policy_.forget) {
        ++at;
        continue;
      }
      out_.forgotten.push_back(at->first);
      at = state_.streams.erase(at);
      state_.grouped = false;
    }
  }

  void index_streams() {
    ids_.reserve(state_.streams.size());
    streams_.reserve(state_.streams.size());
    for (auto& [id, x] : state_.streams) {
      ids_.push_back(&id);
      streams_.push_back(&x);
    }
  }

  void apply_orders() {
    for (auto* x : streams_)
      x->order = nullptr;
    for (const auto& x : input_.overrides)
      if (const auto at = state_.streams.find(x.order.stream); at != state_.streams.end() && x.holds(input_.now))
        at->second.order = &x;
  }

  void gather_entity(entity& x) {
    signals_.clear();
    for (const auto i : x.streams)
      signals_.push_back(&streams_[i]->signal);
    gather(x, signals_);
  }

  /// The tightest promise of those that use their stream, else the knee.
  [[nodiscard]] double aim() const {
    auto result = seconds(policy_.knee);
    for (const auto& x : state_.entities)
      if (x.promise.aim > 0 && input_.now - x.active < policy_.active)
        result = std::min(result, x.promise.aim);
    return result;
  }

  /// The protected entity that is in the most danger, and how much: its latency as a share of what is aimed at.
  [[nodiscard]] std::pair<const entity*, double> most_endangered() const {
    const entity* who = nullptr;
    double danger = 0;
    for (const auto& x : state_.entities) {
      if (x.promise.aim <= 0 || x.excess || input_.now - x.active >= policy_.active)
        continue;
      const auto its = x.latency / x.promise.aim;
      if (who == nullptr || its > danger) {
        who = &x;
        danger = its;
      }
    }
    return {who, danger};
  }

  void look_for_danger() {
    double weighted = 0;
    double used = 0;
    for (const auto& x : state_.entities) {
      weighted += x.latency * x.used;
      used += x.used;
      in_flight_ += x.in_flight;
      mean_in_flight_ += x.mean_in_flight;
    }
    latency_ = used > 0 ? weighted / used : 0;
    const auto [who, danger] = most_endangered();
    beneficiary_ = who;
    danger_ = who != nullptr ? danger : latency_ / aim();
  }

  void estimate() {
    double delivered = 0;
    auto fresh = false;
    auto held = false;
    auto by_rate = false;
    for (const auto& x : state_.entities) {
      delivered += x.completions;
      fresh = fresh || x.fresh;
      held = held || (x.hungry && x.held());
      by_rate = by_rate || (x.hungry && x.cap_rate);
    }
    auto& capacity = state_.capacity;
    saturated_ = mean_in_flight_ > full * capacity.trim * capacity.rate * aim();
    if (fresh) {
      capacity.observe(delivered, saturated_);
      if (held)
        capacity.correct(danger_, by_rate, input_.now);
    }
  }

  void watch_deficit() {
    double needed = 0;
    for (const auto& x : state_.entities)
      needed += need_of(x);
    const auto lacks = state_.controlled && saturated_ && needed > lacking * state_.capacity.rate;
    if (!state_.deficit.observe(lacks, input_.now, policy_))
      return;
    const auto began = state_.deficit.declared;
    out_.events.push_back({input_.label,
                           began ? event_kind::capacity_deficit_began : event_kind::capacity_deficit_ended, state_.name,
                           "Backend " + state_.name + " gives " + std::to_string(whole(state_.capacity.rate))
                               + " IOPS; " + std::to_string(whole(needed)) + " IOPS are promised and asked for."});
  }

  [[nodiscard]] backend_view view() const {
    return {state_.capacity.rate, state_.capacity.trim, aim(), state_.deficit.declared};
  }

  void decide_throttles() {
    const auto seen = view();
    const backend_reason why{seen, state_.name, beneficiary_, input_.label, input_.now};
    std::vector<const stream_id*> ids;
    std::vector<stream_state*> streams;
    for (const auto& x : state_.entities) {
      ids.clear();
      streams.clear();
      for (const auto i : x.streams) {
        ids.push_back(ids_[i]);
        streams.push_back(streams_[i]);
      }
      auto wanted = wanted_throttles(x, ids, streams, why, state_.controlled, policy_);
      for (std::size_t i = 0; i < wanted.size(); ++i)
        send(*streams[i], std::move(wanted[i]));
    }
  }

  void send(stream_state& s, throttle wanted) {
    const auto never = s.standing.last.generation == 0 && s.signal.generation == 0;
    if (never && !state_.controlled && s.order == nullptr)
      return;
    const auto before = s.standing.last.why.rule;
    const auto depth_before = s.standing.last.now.depth;
    auto sent = command(s.standing, std::move(wanted), s.signal.generation, input_.now, policy_);
    if (!sent)
      return;
    if (distance(sent->now.depth, depth_before) >= 0.25)
      state_.capacity.rest(input_.now);
    report_change(*sent, before);
    out_.throttles.push_back(std::move(*sent));
  }

  static double distance(std::uint32_t a, std::uint32_t b) {
    return a == b ? 0 : std::abs(static_cast<double>(a) - b) / std::max(a, b);
  }

  /// A stream's own limit is no decision of the core: it is part of what was agreed, and no event.
  void report_change(const throttle& x, throttle_rule before) {
    const auto ours = [](throttle_rule rule) {
      return rule != throttle_rule::none && rule != throttle_rule::limit;
    };
    if (before == x.why.rule || (!ours(before) && !ours(x.why.rule)))
      return;
    const auto kind = ours(x.why.rule) ? event_kind::stream_throttled : event_kind::stream_released;
    out_.events.push_back({input_.label, kind, to_string(x.stream), to_sentence(x.why)});
  }

  void describe() {
    auto& to = out_.status;
    to.name = state_.name;
    to.capacity = whole(state_.capacity.rate);
    to.in_flight = static_cast<std::uint32_t>(std::min(in_flight_, 4e9));
    to.latency = duration{std::llround(std::min(latency_, 3600.0) * 1e9)};
    to.deficit = state_.deficit.declared;
    double delivered = 0;
    double most = 0;
    for (const auto& x : state_.entities) {
      delivered += x.completions;
      to.promised += whole(x.promise.reservation);
      if (x.excess && x.used > most * std::max(x.promise.rate, 1.0)) {
        most = x.used / std::max(x.promise.rate, 1.0);
        culprit_in(x);
      }
    }
    to.delivered = whole(delivered);
    for (const auto* x : streams_) {
      const auto rule = x->standing.last.why.rule;
      to.streams += x->signal.completions > 0 || x->signal.outstanding() > 0 ? 1 : 0;
      to.throttled += rule != throttle_rule::none ? 1 : 0;
    }
  }

  void culprit_in(const entity& x) {
    const auto most = std::max_element(x.streams.begin(), x.streams.end(), [this](std::size_t a, std::size_t b) {
      return streams_[a]->signal.used < streams_[b]->signal.used;
    });
    if (most == x.streams.end())
      return;
    out_.culprit = to_string(*ids_[*most]);
    out_.culprits_entity = static_cast<std::size_t>(&x - state_.entities.data());
  }

  backend_state& state_;
  const plan_input& input_;
  const control_policy& policy_;
  plan_output out_;
  std::vector<const stream_id*> ids_; ///< by position, as entities name them
  std::vector<stream_state*> streams_;
  std::vector<const stream_signal*> signals_;
  const entity* beneficiary_ = nullptr;
  double danger_ = 0;
  double in_flight_ = 0;
  double mean_in_flight_ = 0;
  double latency_ = 0;
  bool saturated_ = false;
};

} // namespace

std::optional<active_override> activate(const override_order& x, wall_time label, instant now) {
  if (x.until.unix_us == 0)
    return active_override{x, instant::zero()};
  if (x.until <= label)
    return std::nullopt;
  // A century at most, so that no sum overflows.
  constexpr std::int64_t century_us = 100LL * 366 * 86'400 * 1'000'000;
  const auto left = std::min(x.until.unix_us - label.unix_us, century_us);
  return active_override{x, now + std::chrono::microseconds{left}};
}

plan_output plan(backend_state& state, const plan_input& input, const control_policy& policy) {
  return planner{state, input, policy}.run();
}

} // namespace sluice
