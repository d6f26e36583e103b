// What happened on one stream since it exists: running totals, written by its shard alone, read from any thread.
#pragma once

#include "actors/domain/histogram.hpp"
#include "actors/domain/units.hpp"
#include "gateways/throttle/gate.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace sluice::gateway {

/// A number with one writer and any number of readers.
template<class T>
class single_writer {
public:
  /// Writer only. RELEASE pairs with the ACQUIRE in get(): who sees this value also sees the odd sequence number stored
  /// before it, and so notices that it read in the middle of a change.
  void set(T x) noexcept {
    value_.store(x, std::memory_order_release);
  }
  void add(T x) noexcept {
    set(static_cast<T>(value_.load(std::memory_order_relaxed) + x));
  }
  [[nodiscard]] T get() const noexcept {
    return value_.load(std::memory_order_acquire);
  }

private:
  std::atomic<T> value_{0};
};

/// The shared form of a latency_histogram, with room for running totals.
struct histogram_counters {
  std::array<single_writer<std::uint64_t>, latency_histogram::bucket_count> buckets;
  single_writer<std::int64_t> sum_ns;

  void record(duration latency) noexcept {
    buckets[latency_histogram::bucket_of(latency)].add(1);
    sum_ns.add(latency > duration::zero() ? latency.count() : 0);
  }
};

/// How a request ended, for the counters.
struct completed_request {
  enum class sort : std::uint8_t {
    read,
    write,
    other
  }; ///< zeroes and trims are writes; flush, cache and block status other
  sort what = sort::other;
  std::uint64_t payload_bytes = 0;
  bool failed = false;
  bool was_at_backend = false;
  duration at_backend{0};
  duration in_all{0};
};

/// One stream's totals. A sequence lock: odd while a change is under way. Writing never waits; reading retries.
class stream_counters {
public:
  /// Begins and ends one consistent change. Writer only, not nested.
  class change {
  public:
    explicit change(stream_counters& x) noexcept : x_(x) {
      x_.sequence_.add(1);
    }
    ~change() {
      x_.sequence_.add(1);
    }
    change(const change&) = delete;
    change& operator=(const change&) = delete;

  private:
    stream_counters& x_;
  };

  void arrived() noexcept {
    arrivals.add(1);
  }
  void submitted(instant now) noexcept {
    set_in_flight(in_flight.get() + 1, now);
  }
  void returned(instant now) noexcept {
    set_in_flight(in_flight.get() - 1, now);
  }
  void completed(const completed_request& x) noexcept;

  /// From now on the head of the queue is held for this reason.
  void held(hold why, instant now) noexcept;

  single_writer<std::uint64_t> arrivals;
  single_writer<std::uint64_t> completions;
  single_writer<std::uint64_t> errors;
  single_writer<std::uint64_t> reads;
  single_writer<std::uint64_t> writes;
  single_writer<std::uint64_t> read_bytes;
  single_writer<std::uint64_t> write_bytes;
  single_writer<std::uint32_t> backlog;
  single_writer<std::uint32_t> in_flight;
  single_writer<std::int64_t> in_flight_since_ns; ///< when in_flight changed last
  single_writer<std::int64_t> request_ns;         ///< the integral of in_flight over time until then
  single_writer<std::uint8_t> hold_now;           ///< a `hold`
  single_writer<std::int64_t> hold_since_ns;
  single_writer<std::int64_t> rate_ns;  ///< held by rate, until hold_since_ns
  single_writer<std::int64_t> depth_ns; ///< held by depth, until hold_since_ns
  histogram_counters at_backend;
  histogram_counters in_all;

  [[nodiscard]] std::uint64_t sequence() const noexcept {
    return sequence_.get();
  }

private:
  void set_in_flight(std::uint32_t x, instant now) noexcept;

  single_writer<std::uint64_t> sequence_;
};

} // namespace sluice::gateway
