// Asking.
#include "tests/sim/model/client.hpp"

#include <utility>

namespace sluice::sim {

namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;

} // namespace

client::client(simulation& sim, request_pool& requests, std::uint32_t number, const client_spec& spec,
               std::vector<gateway_stream*> streams, std::uint64_t seed, std::uint64_t entity)
    : sim_(sim),
      requests_(requests),
      number_(number),
      spec_(spec),
      streams_(std::move(streams)),
      sizes_(seed, entity << 16 | 0xffff) {
  for (std::size_t i = 0; i < spec.phases.size(); ++i)
    courses_.push_back({&spec.phases[i], chance{seed, entity << 16 | i}});
}

void client::begin() {
  sim_.at(spec_.connects, *this, connect);
  for (std::size_t i = 0; i < courses_.size(); ++i) {
    at(courses_[i].spec->from, switch_on, i);
  }
}

void client::at(instant when, std::uint32_t kind, std::size_t slot, std::uint32_t argument) {
  sim_.at(when, *this, static_cast<std::uint32_t>(slot) * kinds + kind, argument);
}

void client::on_event(std::uint32_t what, std::uint32_t argument) {
  if (what == connect) {
    for (auto* x : streams_)
      x->connect();
    return;
  }
  const auto slot = what / kinds;
  const auto kind = what % kinds;
  auto& x = courses_[slot];
  if (kind == switch_on)
    return turn_on(slot);
  if (!x.on || argument != x.period)
    return;
  switch (kind) {
  case switch_off:
    return turn_off(slot);
  case arrive:
    issue(slot);
    return next_arrival(slot);
  case think_over:
    return issue(slot);
  case record_due:
    issue(slot, &x.spec->records[x.next]);
    ++x.next;
    return next_record(slot);
  default:
    return step_probe(slot);
  }
}

duration client::some(duration mean, course& of) const noexcept {
  return of.spec->random_bursts ? of.luck.exponential(mean) : mean;
}

void client::turn_on(std::size_t slot) {
  auto& x = courses_[slot];
  const auto& spec = *x.spec;
  if (sim_.now() >= spec.to)
    return;
  x.on = true;
  ++x.period;
  x.began = x.round = sim_.now();
  x.issued = 0;
  x.next = 0;
  const auto end = spec.on > duration::zero() ? std::min(spec.to, sim_.now() + some(spec.on, x)) : spec.to;
  at(end, switch_off, slot, x.period);
  switch (spec.how) {
  case pattern::open:
    return next_arrival(slot);
  case pattern::closed:
    x.wanted = spec.depth;
    return fill(slot);
  case pattern::replay:
    return next_record(slot);
  case pattern::probe:
    x.wanted = 0;
    return step_probe(slot);
  }
}

void client::turn_off(std::size_t slot) {
  auto& x = courses_[slot];
  x.on = false;
  x.wanted = 0;
  if (x.spec->off > duration::zero())
    at(sim_.now() + some(x.spec->off, x), switch_on, slot);
}

void client::next_arrival(std::size_t slot) {
  auto& x = courses_[slot];
  const auto per_second = x.spec->per_second;
  if (x.spec->evenly) {
    ++x.issued;
    const auto whole_seconds = std::chrono::seconds{x.issued / per_second};
    const duration rest{static_cast<std::int64_t>(x.issued % per_second * second_ns / per_second)};
    at(x.began + whole_seconds + rest, arrive, slot, x.period);
  } else {
    const auto mean = duration{static_cast<std::int64_t>(second_ns / per_second)};
    at(sim_.now() + x.luck.exponential(mean), arrive, slot, x.period);
  }
}

void client::fill(std::size_t slot) {
  auto& x = courses_[slot];
  while (x.outstanding < x.wanted)
    issue(slot);
}

void client::next_record(std::size_t slot) {
  auto& x = courses_[slot];
  const auto& records = x.spec->records;
  const auto in_run = [&](duration recorded) {
    return duration{recorded.count() * whole / x.spec->speed};
  };
  if (x.next == records.size()) {
    if (!x.spec->repeat)
      return;
    x.next = 0; // the next round begins one mean distance after the last record
    const auto length = records.back().at - records.front().at;
    x.round += in_run(length + length / static_cast<std::int64_t>(records.size()) + duration{1});
  }
  at(x.round + in_run(records[x.next].at - records.front().at), record_due, slot, x.period);
}

void client::step_probe(std::size_t slot) {
  auto& x = courses_[slot];
  x.wanted = x.wanted == 0 || x.wanted >= x.spec->depth ? 1 : std::min(x.wanted * 2, x.spec->depth);
  fill(slot);
  at(sim_.now() + x.spec->every, probe_step, slot, x.period);
}

void client::issue(std::size_t slot, const trace_record* as) {
  const auto number = requests_.take();
  auto& its = requests_[number];
  its.client = number_;
  its.slot = static_cast<std::uint32_t>(slot);
  its.asked = sim_.now();
  if (as != nullptr) {
    its.bytes = as->bytes;
    its.offset = as->offset;
    its.write = as->write;
  } else {
    its.bytes = spec_.sizes.front().bytes;
    if (spec_.sizes.size() > 1) {
      auto left = static_cast<ppm>(sizes_.below(whole));
      for (const auto& x : spec_.sizes) {
        its.bytes = x.bytes;
        if ((left -= x.share) < 0)
          break;
      }
    }
    its.write = spec_.reads < whole && !sizes_.happens(spec_.reads);
  }
  ++courses_[slot].outstanding;
  auto& to = *streams_[turn_];
  turn_ = turn_ + 1 == streams_.size() ? 0 : turn_ + 1;
  to.request(number);
}

void client::replied(const io_request& x) {
  seen.record(sim_.now(), {sim_.now() - x.asked, sim_.now() - x.submitted, x.service, x.bytes});
  auto& its = courses_[x.slot];
  --its.outstanding;
  const auto& spec = *its.spec;
  if (!its.on || its.outstanding >= its.wanted)
    return;
  if (spec.think > duration::zero())
    at(sim_.now() + its.luck.exponential(spec.think), think_over, x.slot, its.period);
  else
    issue(x.slot);
}

} // namespace sluice::sim
