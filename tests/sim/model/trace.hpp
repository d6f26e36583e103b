// What happened in a run, as one number and, if wanted, as text. Two runs that did the same have the same number.
#pragma once

#include "actors/domain/event.hpp"
#include "actors/domain/throttle.hpp"
#include "tests/sim/controller.hpp"

#include <cstdint>
#include <ostream>
#include <string_view>

namespace sluice::sim {

/// Takes in throttles, renewals, events and replies with their times. Wall-clock labels do not count, nor do events
/// that say how a promise was judged: intervals of judgement lie on the wall clock on purpose.
class trace {
public:
  /// @param text lines `time_ns,kind,subject,figures`; nullptr for none. Must outlive this one.
  explicit trace(std::ostream* text = nullptr);

  void sent(instant now, const throttle& x);
  void sent(instant now, const renewal& x);
  void happened(instant now, const event& x);
  void replied(instant now, std::uint32_t client, std::string_view name, duration latency, bool write,
               std::uint32_t bytes, std::uint64_t offset);

  [[nodiscard]] std::uint64_t hash() const noexcept {
    return hash_;
  }

private:
  void add(std::uint64_t x) noexcept {
    hash_ = (hash_ ^ x) * 0x9fb21c651e98df25ull;
    hash_ ^= hash_ >> 32;
  }
  void add(std::string_view x) noexcept;
  void add(const allowance& x) noexcept;

  std::ostream* text_;
  std::uint64_t hash_ = 0xcbf29ce484222325ull;
};

/// `1a2b…`, 16 digits.
[[nodiscard]] std::string hash_text(std::uint64_t x);

} // namespace sluice::sim
