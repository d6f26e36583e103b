// Moves requests from the lines through the gates to the backend.
#include "gateways/engine/stream.hpp"

#include "gateways/engine/engine.hpp"

#include <algorithm>

namespace sluice::gateway {

namespace {

io_operation operation_of(nbd::command x) {
  switch (x) {
  case nbd::command::write:
    return io_operation::write;
  case nbd::command::flush:
    return io_operation::flush;
  case nbd::command::trim:
    return io_operation::trim;
  case nbd::command::write_zeroes:
    return io_operation::write_zeroes;
  case nbd::command::cache:
    return io_operation::cache;
  case nbd::command::block_status:
    return io_operation::block_status;
  default:
    return io_operation::read;
  }
}

completed_request::sort sort_of(io_operation x) {
  switch (x) {
  case io_operation::read:
    return completed_request::sort::read;
  case io_operation::write:
  case io_operation::trim:
  case io_operation::write_zeroes:
    return completed_request::sort::write;
  case io_operation::flush:
  case io_operation::cache:
  case io_operation::block_status:
    break;
  }
  return completed_request::sort::other;
}

/// Bytes that move between client and storage.
std::uint32_t payload_of(const io_request& x) {
  return x.operation == io_operation::read || x.operation == io_operation::write ? x.length : 0;
}

/// What limits price: what the storage does. CACHE reads there what it names (backends read no more than the longest
/// READ for it); zeroes that may leave no hole are written.
io_demand demand_of(const io_request& x) {
  auto bytes = payload_of(x);
  if (x.operation == io_operation::cache)
    bytes = std::min(x.length, max_request_bytes);
  else if (x.operation == io_operation::write_zeroes && x.keep_allocated)
    bytes = x.length;
  return {!only_reads(x.operation), bytes};
}

} // namespace

stream::stream(const volume& target, request_queue& answers, wake_queue& wakes, const membership& groups)
    : target_(target),
      answers_(answers),
      wakes_(wakes),
      control_(target.config.fixed),
      turns_{{stream_turn{*this}, stream_turn{*this}}} {
  rule_.until = instant::min(); // the first arrival puts the rule in force
  lanes_[0].own.set(target.config.reads, instant{0});
  lanes_[1].own.set(target.config.writes, instant{0});
  enrol(groups);
}

void stream::enrol(const membership& groups) {
  const std::array<stream_group*, 2> before{turns_[0].group, turns_[1].group};
  for (auto& x : turns_)
    x.group = nullptr;
  const auto add = [&](lane& l, stream_turn& turn, stream_group* group) {
    l.turn = group == nullptr ? nullptr : &turn;
    if (group == nullptr)
      return;
    turn.group = group;
    if (group != before[&turn == &turns_[0] ? 0 : 1])
      turn.start_afresh();
    turn.set_weight(target_.config.weight);
  };
  add(lanes_[0], turns_[0], groups.reads);
  add(lanes_[1], turns_[groups.writes == groups.reads ? 0 : 1], groups.writes);
}

void stream::join(const membership& groups, instant now) {
  for (auto& x : turns_)
    if (x.contending())
      x.group->limit.withdraw(x);
  enrol(groups);
  pump(now);
}

void stream::renew_rule(instant now) {
  rule_ = control_.in_force(now);
  own_.set(limits_of(rule_.what, target_.config.cost), now);
}

void stream::obey(const stream_control& x, instant now) {
  control_ = x;
  renew_rule(now);
  pump(now);
}

void stream::obey(const volume_config& x, const stream_control& control, instant now) {
  target_.config = x;
  lanes_[0].own.set(x.reads, now);
  lanes_[1].own.set(x.writes, now);
  for (auto& turn : turns_)
    if (turn.group != nullptr)
      turn.set_weight(x.weight);
  obey(control, now);
}

instant stream::arrive(pending_request& x, instant now) {
  x.stream = this;
  x.operation = operation_of(x.wire.what());
  x.offset = target_.config.offset_bytes + x.wire.offset;
  x.length = x.wire.length;
  x.durable = (x.wire.flags & nbd::command_fua) != 0;
  x.keep_allocated = (x.wire.flags & nbd::command_no_hole) != 0;
  x.only_if_fast = (x.wire.flags & nbd::command_fast_zero) != 0;
  x.buffer = x.memory.data;
  x.answer_to = &answers_;
  x.error = 0;
  x.arrival = ++arrivals_;
  if (now >= rule_.until)
    renew_rule(now);
  auto& l = lane_of(x);
  if (!waiting() && ask(l, now).held == hold::none && (l.turn == nullptr || l.turn->group->limit.free_way(now))) {
    {
      const stream_counters::change change{counters};
      counters.arrived();
    }
    return submit(x, l, now);
  }
  l.line.append(x);
  {
    const stream_counters::change change{counters};
    counters.arrived();
    counters.backlog.set(++backlog_);
  }
  return pump(now);
}

gate_answer stream::ask(lane& x, instant now) {
  const auto all = own_.ask(now);
  const auto some = x.own.ask(now);
  if (all.held == hold::rate && some.held == hold::rate)
    return {hold::rate, std::max(all.wait, some.wait)};
  return all.held == hold::none || some.held == hold::rate ? some : all;
}

/// The lane whose first request may go as far as the stream's own limits are concerned, the longest waiting first.
stream::lane* stream::ready(const stream_turn* turn, instant now) {
  lane* result = nullptr;
  for (auto& l : lanes_)
    if (l.turn == turn && !l.line.empty()
        && (result == nullptr || l.line.first()->arrival < result->line.first()->arrival)
        && ask(l, now).held == hold::none)
      result = &l;
  return result;
}

instant stream::pump(instant now) {
  if (now >= rule_.until)
    renew_rule(now);
  while (auto* const l = ready(nullptr, now))
    now = submit_first(*l, now);
  now = pump_groups(now);
  settle(now);
  return now;
}

void stream::contend(stream_turn& x, instant now) {
  const auto wants = ready(&x, now) != nullptr;
  if (wants && !x.contending())
    x.group->limit.enter(x);
  else if (!wants && x.contending())
    x.group->limit.withdraw(x);
}

instant stream::pump_groups(instant now) {
  for (auto& x : turns_)
    if (x.group != nullptr) {
      contend(x, now);
      now = x.group->pump(now);
    }
  return now;
}

instant stream::take_turn(stream_turn& x, instant now) {
  if (auto* const l = ready(&x, now))
    now = submit_first(*l, now);
  contend(x, now);
  settle(now);
  return now;
}

/// Afterwards the counters know why what waits waits, and the timer is set for what waits for the stream's own limits.
void stream::settle(instant now) {
  auto why = hold::none;
  auto due = instant::max();
  for (auto& l : lanes_) {
    if (l.line.empty()) {
      l.own.rest();
      continue;
    }
    const auto answer = ask(l, now);
    auto held = answer.held;
    if (held == hold::rate) {
      due = std::min(due, now + answer.wait);
    } else if (held == hold::none && (l.turn == nullptr || !l.turn->contending())) {
      due = now; // it became free while other requests were performed
    } else if (held == hold::none) {
      held = l.turn->group->limit.held(now) == hold::depth ? hold::depth : hold::rate;
      l.own.rest(); // what its group does not give now, its own limits do not make good
      own_.rest();
    }
    if (why != hold::rate)
      why = held;
  }
  if (why != held_) {
    held_ = why;
    const stream_counters::change change{counters};
    counters.held(why, now);
  }
  if (!waiting())
    own_.rest();
  else
    due = std::min(due, rule_.until);
  if (due == instant::max())
    wakes_.remove(*this); // the next answer of the backend calls, or its group does
  else
    wakes_.set(*this, due);
}

instant stream::submit_first(lane& from, instant now) {
  auto& x = from.line.remove_first();
  {
    const stream_counters::change change{counters};
    counters.backlog.set(--backlog_);
  }
  return submit(x, from, now);
}

instant stream::submit(pending_request& x, lane& from, instant now) {
  const auto what = demand_of(x);
  own_.enter(what, now);
  from.own.enter(what, now);
  x.under = from.turn != nullptr ? from.turn->group : nullptr;
  if (x.under != nullptr)
    x.under->limit.book(*from.turn, what, now);
  x.submitted = now;
  {
    const stream_counters::change change{counters};
    counters.submitted(now);
  }
  // A request for nothing needs no backend, whatever the backend thinks of it.
  if ((x.length == 0 && x.operation != io_operation::flush) || target_.storage->submit(x)) {
    now = monotonic_now();
    finish(x, now);
  }
  return now;
}

void stream::finish(pending_request& x, instant now) {
  auto& from = lane_of(x);
  own_.leave();
  from.own.leave();
  if (x.under != nullptr)
    x.under->limit.left();
  {
    const stream_counters::change change{counters};
    counters.returned(now);
    counters.completed({sort_of(x.operation), payload_of(x), x.error != 0, true, now - x.submitted, now - x.received});
  }
  x.owner->done(x);
}

void stream::returned(pending_request& x, instant now) {
  auto* const under = x.under;
  finish(x, now);
  if (waiting())
    now = pump(now);
  if (under != nullptr)
    under->pump(now); // others may have waited for its depth
}

void stream::abandoned() {
  const stream_counters::change change{counters};
  counters.backlog.set(--backlog_);
}

void stream::refused(const pending_request& x, instant now) {
  const stream_counters::change change{counters};
  counters.arrived();
  counters.completed({completed_request::sort::other, 0, true, false, duration::zero(), now - x.received});
}

} // namespace sluice::gateway
