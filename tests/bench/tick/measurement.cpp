// The row.
#include "tests/bench/tick/measurement.hpp"

#include "actors/domain/loop.hpp"
#include "tests/bench/tick/counted_allocations.hpp"
#include "tests/bench/tick/wire_size.hpp"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <unistd.h>

namespace sluice::bench {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t warm_up = 40;      ///< ticks; whatever is smoothed or begins has settled
constexpr std::size_t batch = 512;       ///< samples made at once and then taken in, as of a message from a gateway
constexpr std::size_t sent_ticks = 10;   ///< of which the messages are weighed: one second
constexpr std::size_t silent_ticks = 90; ///< without samples a stream is forgotten after 100

double cpu_ns() {
  timespec x{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &x);
  return static_cast<double>(x.tv_sec) * 1e9 + static_cast<double>(x.tv_nsec);
}

double resident_bytes() {
  std::ifstream file{"/proc/self/statm"};
  double pages = 0;
  file >> pages >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// The measured core and those who send it samples.
class bench_core {
public:
  bench_core(const shape& of, std::size_t streams)
      : who_(of, streams), samples_(std::min(batch, streams)), generations_(streams, 0) {
    resident_before_ = resident_bytes();
    allocated_before_ = counted_allocations().live_bytes;
    core_ = std::make_unique<loop_state>();
    const auto wrong = set_terms(*core_, who_.agreements(), {}, now(), label());
    if (!wrong.empty())
      throw std::runtime_error("an agreement is refused: " + wrong.front().second.what);
  }

  /// One tick in which every `1 / fresh`th stream is heard of. The samples are made outside of what is measured.
  void tick(double fresh) {
    ++tick_;
    take_ns_ = 0;
    taken_ = 0;
    const auto calls = counted_allocations().calls;
    auto made = std::uint64_t{0};
    const auto step_size = fresh > 0 ? static_cast<std::size_t>(1 / fresh) : 0;
    std::size_t waiting = 0;
    for (std::size_t i = step_size > 0 ? tick_ % step_size : who_.size(); i < who_.size(); i += step_size) {
      const auto before = counted_allocations().calls;
      who_.measure(i, tick_, generations_[i], samples_[waiting++]);
      made += counted_allocations().calls - before;
      if (waiting == samples_.size() || i + step_size >= who_.size())
        take_in(std::exchange(waiting, 0));
    }
    take_allocations_ = counted_allocations().calls - calls - made;
    const auto before = counted_allocations().calls;
    const auto from = cpu_ns();
    out_ = &step(*core_, now(), label(), policy_);
    read_messages();
    tick_ns_ = cpu_ns() - from;
    tick_allocations_ = counted_allocations().calls - before;
    for (std::size_t i = 0; i < out_->throttles.size(); ++i) {
      out_->throttles.read(i, throttle_);
      generations_[who_.index_of(throttle_.stream)] = throttle_.generation;
    }
  }

  [[nodiscard]] bool steady() const {
    return out_->events.empty() && out_->verdicts.empty() && out_->forgotten.empty();
  }

  void add_memory(figures& to) const {
    const auto count = static_cast<double>(who_.size());
    to.resident_bytes = (resident_bytes() - resident_before_) / count;
    to.allocated_bytes = static_cast<double>(counted_allocations().live_bytes - allocated_before_) / count;
  }

  [[nodiscard]] std::uint64_t ticks() const noexcept {
    return tick_;
  }

  double take_ns_ = 0;
  std::uint64_t taken_ = 0;
  double tick_ns_ = 0;
  std::uint64_t take_allocations_ = 0;
  std::uint64_t tick_allocations_ = 0;
  const loop_output* out_ = nullptr;

private:
  /// As the core's actor does when it sends them: the loop makes them only now. It counts as part of the tick.
  void read_messages() {
    for (std::size_t i = 0; i < out_->throttles.size(); ++i)
      out_->throttles.read(i, throttle_);
    for (std::size_t i = 0; i < out_->renewals.size(); ++i)
      out_->renewals.read(i, renewal_);
    for (const auto& x : out_->events)
      event_bytes_ += x.text.size();
  }
  void take_in(std::size_t count) {
    const auto from = cpu_ns();
    for (std::size_t i = 0; i < count; ++i)
      take(*core_, 7, samples_[i], now());
    take_ns_ += cpu_ns() - from;
    taken_ += count;
  }
  [[nodiscard]] instant now() const {
    return 1h + static_cast<std::int64_t>(tick_) * 100ms;
  }
  [[nodiscard]] wall_time label() const {
    return {static_cast<std::int64_t>(1'700'000'000'000'000 + tick_ * 100'000)};
  }

  population who_;
  throttle throttle_;
  renewal renewal_;
  std::size_t event_bytes_ = 0;
  std::vector<sample> samples_;
  std::vector<std::uint64_t> generations_;
  double resident_before_ = 0;
  std::uint64_t allocated_before_ = 0;
  std::unique_ptr<loop_state> core_;
  control_policy policy_;
  std::uint64_t tick_ = 0;
};

double percentile(std::vector<double>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5);
  return sorted[rank];
}

void weigh_messages(bench_core& core, double fresh, figures& to) {
  constexpr auto seconds = static_cast<double>(sent_ticks) * 0.1;
  for (std::size_t i = 0; i < sent_ticks; ++i) {
    core.tick(fresh);
    to.throttles_per_second += static_cast<double>(core.out_->throttles.size()) / seconds;
    to.renewals_per_second += static_cast<double>(core.out_->renewals.size()) / seconds;
    to.bytes_per_second += static_cast<double>(wire_size(*core.out_)) / seconds;
  }
}

void measure_baselines(std::size_t streams, figures& to) {
  std::vector<std::uint64_t> memory(static_cast<std::size_t>(to.allocated_bytes) * streams / 8 + 1);
  auto from = cpu_ns();
  for (auto& x : memory)
    ++x;
  to.memory_pass_ms = (cpu_ns() - from) / 1e6;
  std::vector<double> numbers(2 * streams);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = static_cast<double>(i * 2654435761u % 1'000'003) + static_cast<double>(memory[i % memory.size()]);
  from = cpu_ns();
  std::sort(numbers.begin(), numbers.end());
  to.filling_ms = (cpu_ns() - from) / 1e6;
}

} // namespace

figures measure(const shape& of, std::size_t streams, std::size_t ticks) {
  figures result;
  // What the program itself takes, its pages of code first of all, is not the streams'.
  for (bench_core small{{"", "", 1, 0, 1, of.contention}, 32}; small.ticks() < warm_up;)
    small.tick(1);
  bench_core core{of, streams};
  for (std::size_t i = 0; i < warm_up; ++i)
    core.tick(1);
  std::vector<double> times;
  double take_ns = 0;
  double taken = 0;
  if (of.fresh <= 0)
    ticks = std::min(ticks, silent_ticks - sent_ticks);
  for (std::size_t i = 0; i < ticks; ++i) {
    core.tick(of.fresh);
    times.push_back(core.tick_ns_ / 1e6);
    take_ns += core.take_ns_;
    taken += static_cast<double>(core.taken_);
    if (!core.steady())
      continue;
    ++result.steady_ticks;
    result.tick_allocations = std::max(result.tick_allocations, static_cast<double>(core.tick_allocations_));
    result.take_allocations = std::max(result.take_allocations, static_cast<double>(core.take_allocations_));
  }
  result.take_ns = taken > 0 ? take_ns / taken : 0;
  std::sort(times.begin(), times.end());
  result.tick_p50_ms = percentile(times, 0.5);
  result.tick_p99_ms = percentile(times, 0.99);
  result.tick_worst_ms = times.back();
  core.add_memory(result);
  weigh_messages(core, of.fresh, result);
  measure_baselines(streams, result);
  return result;
}

} // namespace sluice::bench
