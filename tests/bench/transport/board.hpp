// What the processes of one run share to start together, end together and say what they saw. Carries no message of a
// subject.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::bench {

/// A receiver (node 0) and at most three senders (nodes 1 to 3).
inline constexpr unsigned max_nodes = 4;

/// What one process reports. Written by it alone, read by the parent after its end.
struct node_report {
  std::int64_t cpu_ns = 0;    ///< user and system time from begin() to finish(), all threads
  std::int64_t begin_ns = 0;  ///< monotonic clock
  std::int64_t end_ns = 0;    ///< monotonic clock at the last message
  std::uint64_t messages = 0; ///< received (one way) or round trips
  double p50_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  std::array<char, 240> fault{}; ///< empty: all that was received was right
};

/// Lies in anonymous memory that the parent shares with its children.
struct board {
  std::atomic<std::uint32_t> ready{0};
  alignas(64) std::atomic<std::uint32_t> go{0};
  alignas(64) std::atomic<std::uint32_t> finished{0};
  alignas(64) std::atomic<std::uint32_t> note{0}; ///< one number that node 0 tells the others before begin(): a port
  std::uint32_t nodes = 0;
  std::array<node_report, max_nodes> report;
};

/// Monotonic clock [ns].
[[nodiscard]] std::int64_t now_ns();

/// User and system time of this process so far, all threads [ns].
[[nodiscard]] std::int64_t own_cpu_ns();

/// Pins the calling thread, and what it starts later, to one core.
void pin_to(unsigned core);

/// The view that a node's process has of the board.
class stage {
public:
  stage(board& shared, unsigned node) : board_(&shared), node_(node) {}

  /// Says that this node is connected and sleeps until all are. Starts the CPU count.
  void begin();
  /// Says that this node has nothing more to do and sleeps until none has. Ends the CPU count.
  void finish();

  [[nodiscard]] node_report& report() const {
    return board_->report.at(node_);
  }
  [[nodiscard]] std::atomic<std::uint32_t>& note() const {
    return board_->note;
  }

private:
  board* board_;
  unsigned node_;
};

/// Durations of round trips, one clock reading each: the end of one is the start of the next. The cost of that reading
/// is measured before and subtracted.
class latency_log {
public:
  /// Recording ends `duration_ns` after start(), or after `max_samples`.
  explicit latency_log(std::int64_t duration_ns);

  void start();
  void lap() {
    const auto now = now_ns();
    const auto took = now - last_ - clock_cost_ns_;
    last_ = now;
    samples_[count_++] = took > 0 ? static_cast<std::uint32_t>(took < ceiling ? took : ceiling) : 0;
  }
  [[nodiscard]] bool open() const {
    return last_ < deadline_ && count_ < samples_.size();
  }
  void report_to(node_report& to);

private:
  static constexpr std::size_t max_samples = std::size_t{1} << 20;
  static constexpr std::int64_t ceiling = 4'000'000'000; // fits the 32 bits of a sample

  [[nodiscard]] double percentile_us(double share);

  std::int64_t duration_ns_;
  std::int64_t clock_cost_ns_ = 0;
  std::int64_t last_ = 0;
  std::int64_t deadline_ = 0;
  std::size_t count_ = 0;
  std::vector<std::uint32_t> samples_; // touched before the start: no page fault is measured
};

} // namespace sluice::bench
