// The loops of caller, echo, sender and receiver over endpoints.
#include "tests/bench/transport/payload.hpp"
#include "tests/bench/transport/subject.hpp"

#include <array>

namespace sluice::bench {

namespace {

/// Messages between two looks at the clock.
constexpr std::uint64_t clock_every = 64;

void call(endpoint& x, const run_plan& plan, unsigned node, stage& at) {
  payload message{plan.size, node};
  latency_log log{plan.duration_ns};
  std::uint64_t sequence = 0;
  const auto turn = [&](bool last) {
    ++sequence;
    x.send(message.stamp(sequence, last));
    check(x.receive(), plan.size, node, sequence);
  };
  at.begin();
  for (const auto until = now_ns() + plan.duration_ns / 10; now_ns() < until;)
    turn(false);
  for (log.start(); log.open(); log.lap())
    turn(false);
  turn(true);
  at.report().messages = sequence;
  at.finish();
  log.report_to(at.report());
}

void echo(endpoint& x, const run_plan& plan, stage& at) {
  at.begin();
  for (std::uint64_t sequence = 1;; ++sequence) {
    const auto message = x.receive();
    const auto head = check(message, plan.size, 1, sequence);
    x.send(message);
    if (head.last != 0)
      break;
  }
  at.finish();
}

void send(endpoint& x, const run_plan& plan, unsigned node, stage& at) {
  payload message{plan.size, node};
  at.begin();
  const auto until = now_ns() + plan.duration_ns;
  std::uint64_t sequence = 0;
  do {
    for (std::uint64_t i = 0; i < clock_every; ++i)
      x.send(message.stamp(++sequence, false));
  } while (now_ns() < until);
  x.send(message.stamp(++sequence, true));
  at.finish();
}

void receive(endpoint& x, const run_plan& plan, stage& at) {
  std::array<std::uint64_t, max_nodes> sequence{};
  std::uint64_t messages = 0;
  at.begin();
  for (unsigned ended = 0; ended < plan.senders;) {
    const auto message = x.receive();
    const auto sender = head_of(message).sender;
    if (sender == 0 || sender > plan.senders)
      throw std::runtime_error{"message of an unknown sender"};
    ended += check(message, plan.size, sender, ++sequence[sender]).last;
    ++messages;
  }
  at.report().end_ns = now_ns();
  at.report().messages = messages;
  at.finish();
}

} // namespace

void endpoint_subject::take_part(const run_plan& plan, unsigned node, stage& at) {
  const auto mine = open(plan, node);
  if (plan.what == measure::round_trip)
    node == 0 ? echo(*mine, plan, at) : call(*mine, plan, node, at);
  else if (plan.what == measure::one_way)
    node == 0 ? receive(*mine, plan, at) : send(*mine, plan, node, at);
  else
    throw std::runtime_error{name() + " is not measured idle"};
}

} // namespace sluice::bench
