// Starting, watching and ending the processes of one run.
#include "tests/bench/transport/runner.hpp"

#include "tests/bench/transport/child.hpp"

#include "shm/mailslot/futex.hpp"

#include <csignal>
#include <cstring>
#include <new>
#include <stdexcept>
#include <vector>

#include <sys/mman.h>
#include <sys/wait.h>

namespace sluice::bench {

namespace {

constexpr std::int64_t connect_patience_ns = 20'000'000'000;
constexpr std::int64_t end_patience_ns = 20'000'000'000;

volatile std::sig_atomic_t stop_signal = 0;

/// Memory that children inherit and share.
class shared_board {
public:
  shared_board() {
    void* memory = ::mmap(nullptr, sizeof(board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      throw std::runtime_error{"no shared memory"};
    board_ = new (memory) board;
  }
  shared_board(const shared_board&) = delete;
  shared_board& operator=(const shared_board&) = delete;
  ~shared_board() {
    ::munmap(board_, sizeof(board));
  }
  board& operator*() const {
    return *board_;
  }
  board* operator->() const {
    return board_;
  }

private:
  board* board_;
};

void place(const run_plan& plan, unsigned node) {
  if (plan.where == placement::apart)
    pin_to(node == 0 ? 0 : 1);
  else if (plan.where == placement::together)
    pin_to(0);
}

void play_node(subject& what, const run_plan& plan, unsigned node, board& shared) {
  try {
    place(plan, node);
    stage at{shared, node};
    what.take_part(plan, node, at);
  } catch (const std::exception& reason) {
    auto& to = shared.report.at(node).fault;
    std::strncpy(to.data(), reason.what(), to.size() - 1);
    throw;
  }
}

[[noreturn]] void run_for_ever() {
  for (volatile std::uint64_t x = 0;;)
    x = x + 1;
}

/// Throws when a node failed, the user asked to stop or time is up.
void watch(std::vector<child>& nodes, const board& shared, std::int64_t deadline_ns) {
  for (unsigned i = 0; i < nodes.size(); ++i) {
    if (!nodes[i].ended() || nodes[i].status() == 0)
      continue;
    const std::string why{shared.report.at(i).fault.data()};
    const auto status = nodes[i].status();
    throw std::runtime_error{"node " + std::to_string(i) + ": "
                             + (!why.empty()          ? why
                                : WIFSIGNALED(status) ? "killed by signal " + std::to_string(WTERMSIG(status))
                                                      : "ended without a reason")};
  }
  if (interrupted())
    throw std::runtime_error{"interrupted"};
  if (now_ns() > deadline_ns)
    throw std::runtime_error{"time is up"};
}

void await_ready(std::vector<child>& nodes, board& shared) {
  const auto deadline = now_ns() + connect_patience_ns;
  for (auto ready = shared.ready.load(); ready < nodes.size(); ready = shared.ready.load()) {
    watch(nodes, shared, deadline);
    shm::futex_wait(shared.ready, ready, std::chrono::milliseconds{20});
  }
}

void await_end(std::vector<child>& nodes, const board& shared, std::int64_t duration_ns) {
  const auto deadline = now_ns() + duration_ns + end_patience_ns;
  sigset_t wanted;
  ::sigemptyset(&wanted);
  ::sigaddset(&wanted, SIGCHLD);
  for (;;) {
    watch(nodes, shared, deadline);
    bool all = true;
    for (auto& x : nodes)
      all = x.ended() && all;
    if (all)
      return;
    const timespec limit{0, 250'000'000}; // sleeping meanwhile: the parent is no load
    ::sigtimedwait(&wanted, nullptr, &limit);
  }
}

run_result sum_up(const run_plan& plan, const board& shared, std::int64_t service_cpu_ns) {
  run_result result;
  const auto nodes = plan.senders + 1;
  auto cpu_ns = static_cast<double>(service_cpu_ns);
  auto begin = shared.report[0].begin_ns;
  for (unsigned i = 0; i < nodes; ++i) {
    cpu_ns += static_cast<double>(shared.report.at(i).cpu_ns);
    begin = std::min(begin, shared.report.at(i).begin_ns);
  }
  const auto& counting = shared.report[plan.what == measure::round_trip ? 1 : 0];
  const auto took_ns = static_cast<double>(counting.end_ns - begin);
  const auto messages = static_cast<double>(counting.messages);
  result.core_percent = took_ns > 0 ? 100 * cpu_ns / took_ns : 0;
  result.p50_us = counting.p50_us;
  result.p99_us = counting.p99_us;
  result.p999_us = counting.p999_us;
  if (messages > 0 && took_ns > 0) {
    result.per_second = messages / took_ns * 1e9;
    result.cpu_us = cpu_ns / messages / 1000;
  } else if (plan.what != measure::idle) {
    result.fault = "nothing was received";
  }
  return result;
}

run_result run(subject& what, const run_plan& plan) {
  const shared_board shared;
  shared->nodes = plan.senders + 1;
  std::vector<child> hog;
  if (plan.beside_hog)
    hog.emplace_back(run_for_ever);
  std::vector<child> nodes;
  for (unsigned i = 0; i < shared->nodes; ++i)
    nodes.emplace_back([&, i] {
      play_node(what, plan, i, *shared);
    });
  await_ready(nodes, *shared);
  const auto service_before = what.service_cpu_ns();
  shared->go.store(1);
  shm::futex_wake(shared->go);
  await_end(nodes, *shared, plan.duration_ns);
  return sum_up(plan, *shared, what.service_cpu_ns() - service_before);
}

} // namespace

run_result perform(subject& what, const run_plan& plan) {
  run_result result;
  try {
    what.prepare(plan);
    result = run(what, plan);
  } catch (const std::exception& reason) {
    result.fault = reason.what();
  }
  what.clean_up(plan);
  return result;
}

void watch_signals() {
  // Blocked, so that sigtimedwait() gets it; no handler needed.
  sigset_t child_ended;
  ::sigemptyset(&child_ended);
  ::sigaddset(&child_ended, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child_ended, nullptr);
  struct sigaction action {};
  action.sa_handler = [](int number) {
    stop_signal = number;
  };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() {
  return stop_signal != 0;
}

} // namespace sluice::bench
