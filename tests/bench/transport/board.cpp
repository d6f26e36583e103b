// Clocks, the two barriers and the percentiles.
#include "tests/bench/transport/board.hpp"

#include "shm/mailslot/futex.hpp"

#include <algorithm>
#include <stdexcept>

#include <ctime>
#include <sched.h>

namespace sluice::bench {

namespace {

std::int64_t read_clock(clockid_t which) {
  timespec ts{};
  ::clock_gettime(which, &ts);
  return std::int64_t{ts.tv_sec} * 1'000'000'000 + ts.tv_nsec;
}

/// Sleeps until `word` is at least `wanted`; the parent ends processes that wait in vain.
void sleep_until_at_least(std::atomic<std::uint32_t>& word, std::uint32_t wanted) {
  for (auto seen = word.load(std::memory_order_acquire); seen < wanted; seen = word.load(std::memory_order_acquire))
    shm::futex_wait(word, seen, std::chrono::seconds{1});
}

} // namespace

std::int64_t now_ns() {
  return read_clock(CLOCK_MONOTONIC);
}

std::int64_t own_cpu_ns() {
  return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void pin_to(unsigned core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0)
    throw std::runtime_error{"cannot pin to core " + std::to_string(core)};
}

void stage::begin() {
  board_->ready.fetch_add(1, std::memory_order_acq_rel);
  shm::futex_wake(board_->ready);
  sleep_until_at_least(board_->go, 1);
  report().cpu_ns = -own_cpu_ns();
  report().begin_ns = now_ns();
}

void stage::finish() {
  if (report().end_ns == 0)
    report().end_ns = now_ns();
  board_->finished.fetch_add(1, std::memory_order_acq_rel);
  shm::futex_wake(board_->finished);
  sleep_until_at_least(board_->finished, board_->nodes);
  report().cpu_ns += own_cpu_ns();
}

latency_log::latency_log(std::int64_t duration_ns) : duration_ns_(duration_ns), samples_(max_samples) {
  std::vector<std::int64_t> costs(1000);
  for (auto& x : costs) {
    const auto before = now_ns();
    x = now_ns() - before;
  }
  std::nth_element(costs.begin(), costs.begin() + 500, costs.end());
  clock_cost_ns_ = costs[500];
}

void latency_log::start() {
  count_ = 0;
  last_ = now_ns();
  deadline_ = last_ + duration_ns_;
}

double latency_log::percentile_us(double share) {
  if (count_ == 0)
    return 0;
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(count_ - 1));
  const auto end = samples_.begin() + static_cast<std::ptrdiff_t>(count_);
  std::nth_element(samples_.begin(), samples_.begin() + at, end);
  return static_cast<double>(samples_[static_cast<std::size_t>(at)]) / 1000;
}

void latency_log::report_to(node_report& to) {
  to.p50_us = percentile_us(0.5);
  to.p99_us = percentile_us(0.99);
  to.p999_us = percentile_us(0.999);
}

} // namespace sluice::bench
