// Tells new samples of a stream from repeated and stale ones. Knows nothing of what is in them.
#pragma once

#include <cstdint>

namespace sluice {

/// How far a sample may be behind the latest and still count. Chosen: 6 s at ten samples a second.
inline constexpr std::uint64_t reordering_window = 63;

/// Within a tick the order does not matter as long as the tick's numbers lie within the window and come from at most
/// two incarnations of the gateway. Further incarnations are refused until the next tick.
///
///   incarnation heard of before ──another one──▶ that one is heard, the former still counts as late until close(),
///                                                 then it is refused
///   two new ones in one tick: the larger number is the one that is heard (any rule would do that knows no order)
class sequence_filter {
public:
  enum class verdict { newest, late, refused };

  /// What a sample with this number is, and remembers it. Gateways draw their incarnation at random and never return to
  /// a former one.
  [[nodiscard]] verdict take(std::uint64_t incarnation, std::uint64_t sequence) noexcept;

  /// Ends the tick.
  void close() noexcept {
    young_ = both_ = heard_ = former_heard_ = false;
  }

  /// The one that is heard.
  [[nodiscard]] std::uint64_t incarnation() const noexcept {
    return current_.incarnation;
  }

private:
  struct window {
    std::uint64_t incarnation = 0;
    std::uint64_t last = 0;
    std::uint64_t seen = 0; ///< bit i: last - i was taken; 0 = nothing yet
    [[nodiscard]] verdict take(std::uint64_t sequence) noexcept;
  };
  window current_;
  window former_;
  bool young_ = false; ///< the current one was heard for the first time in this tick
  bool both_ = false;  ///< in this tick both may be heard
  bool heard_ = false; ///< in this tick the current one was
  bool former_heard_ = false;
};

} // namespace sluice
