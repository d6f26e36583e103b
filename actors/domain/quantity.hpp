// Reads and writes quantities as people write them in documents and ini files: "5ms", "200MB/s", "1GiB", "99.9%". Total
// functions: what is not understood, not exact or too large is nothing. Knows no ranges; what is allowed says who
// asked.
#pragma once

#include "actors/domain/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// One or more numbers with a unit of d, h, m, s, ms, us, ns, larger units first, each at most once: "5ms", "1h30m",
/// "0.5s". No spaces, no sign. Nothing if a part is not a whole number of nanoseconds or the sum exceeds 292 years.
[[nodiscard]] std::optional<duration> parse_duration(std::string_view text) noexcept;

/// A number with a unit of bytes, decimal (B, kB, MB, GB, TB, PB; KB counts as kB) or binary (KiB … PiB): "1GiB",
/// "1.5MB". Nothing if it is not a whole number of bytes or exceeds 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

/// A size per second: "200MB/s", "200MiB/s" [bytes per second]. Zero means "no limit is set", see `rate`.
[[nodiscard]] std::optional<rate> parse_bandwidth(std::string_view text) noexcept;

/// A number and a percent sign, at most four decimals: "99.95%" is 999,500 [parts per million].
[[nodiscard]] std::optional<std::uint32_t> parse_percent(std::string_view text) noexcept;

/// The exact value in the largest unit up to hours in which it is a whole number: "5ms", "90m", "0s". Negative ones
/// have a leading minus, which parse_duration refuses.
[[nodiscard]] std::string duration_text(duration x);

/// The exact value with the fewest digits, decimal units before binary ones: "200MB", "1GiB".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// As size_text, per second.
[[nodiscard]] std::string bandwidth_text(rate x);

/// The exact value without trailing zeros: "99%", "99.95%".
[[nodiscard]] std::string percent_text(std::uint32_t ppm);

} // namespace sluice
