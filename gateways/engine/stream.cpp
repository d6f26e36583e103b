// Moves requests from the line through the gate to the backend.
#include "gateways/engine/stream.hpp"

#include "gateways/engine/engine.hpp"

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

/// What counts against a bandwidth: bytes that move.
std::uint64_t payload_of(const io_request& x) {
  return x.operation == io_operation::read || x.operation == io_operation::write ? x.length : 0;
}

} // namespace

stream::stream(const volume& target, request_queue& answers, wake_queue& wakes)
    : target_(target), answers_(answers), wakes_(wakes), control_(target.config.fixed) {
  rule_.until = instant::min(); // the first arrival puts the rule in force
}

void stream::renew_rule(instant now) {
  rule_ = control_.in_force(now);
  gate_.set(rule_.what, now);
}

void stream::obey(const stream_control& x, instant now) {
  control_ = x;
  renew_rule(now);
  pump(now);
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
  if (now >= rule_.until)
    renew_rule(now);
  if (line_.empty() && gate_.ask(now).held == hold::none) {
    {
      const stream_counters::change change{counters};
      counters.arrived();
    }
    return submit(x, now, false);
  }
  line_.append(x);
  {
    const stream_counters::change change{counters};
    counters.arrived();
    counters.backlog.set(++backlog_);
  }
  return pump(now);
}

instant stream::pump(instant now) {
  if (now >= rule_.until)
    renew_rule(now);
  const auto waited = held_ == hold::rate;
  gate_answer answer;
  while (!line_.empty()) {
    answer = gate_.ask(now);
    if (answer.held != hold::none)
      break;
    auto& x = line_.remove_first();
    {
      const stream_counters::change change{counters};
      counters.backlog.set(--backlog_);
    }
    now = submit(x, now, waited);
  }
  {
    const stream_counters::change change{counters};
    counters.held(answer.held, now);
  }
  held_ = answer.held;
  if (line_.empty())
    wakes_.remove(*this);
  else if (answer.held == hold::rate)
    wakes_.set(*this, std::min(now + answer.wait, rule_.until));
  else if (rule_.until != instant::max())
    wakes_.set(*this, rule_.until);
  else
    wakes_.remove(*this); // held by depth: the next answer of the backend calls
  return now;
}

instant stream::submit(pending_request& x, instant now, bool waited) {
  gate_.enter(payload_of(x), now, waited);
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
  gate_.leave();
  {
    const stream_counters::change change{counters};
    counters.returned(now);
    counters.completed({sort_of(x.operation), payload_of(x), x.error != 0, true, now - x.submitted, now - x.received});
  }
  x.owner->done(x);
}

void stream::returned(pending_request& x, instant now) {
  finish(x, now);
  if (!line_.empty())
    pump(now);
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
