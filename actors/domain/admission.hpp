// Whether an agreement can be promised: against what its backends were measured to give and what others were promised
// there. Pure; establishes nothing. The rules and their reasons are in README.md.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/policy.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// What an agreement does not say and is assumed of it, since it promises I/O without their size and operation.
inline constexpr std::string_view admission_assumption =
    "Promised I/O are counted as reads of up to 4 KiB; larger ones and writes may cost the backend more.";

/// What is known of a backend that an agreement may fall on. Rates in I/O per second; those of a backend in normalised
/// ones (cost.hpp), which are reads of 4 KiB.
struct admission_backend {
  std::string name;
  std::uint64_t capacity = 0;  ///< measured while it was full; 0 = never seen full, hence unknown
  duration least_latency{0};   ///< mean backend latency at low load; 0 = unknown
  double oversubscription = 1; ///< of the policy: so many times the capacity may be promised
  control_policy policy;       ///< aims and turns to yield
};

/// A volume and its backend; any client may come to it.
struct admission_place {
  std::string gateway;
  std::string volume;
  std::size_t backend = 0; ///< position in admission_input.backends
};

struct admission_input {
  std::span<const agreement> in_force;
  std::span<const admission_backend> backends;
  std::span<const admission_place> places;
};

enum class admission_outcome : std::uint8_t {
  accepted,
  warning, ///< accepted; the findings say what may not be kept
  refused,
};

/// What was found on one backend (or on none: then `backend` is empty).
enum class admission_finding_kind : std::uint8_t {
  unknown_place,     ///< no gateway has a volume that the selector matches
  unknown_capacity,  ///< the backend was never seen full
  oversubscribed,    ///< more is promised than it gives, within the bound of the policy
  beyond_bound,      ///< more would be promised than the policy permits
  beyond_capacity,   ///< more than the backend gives is promised to this one agreement alone
  latency_tight,     ///< the latency aimed at is below what the backend shows at low load
  latency_impossible ///< the promised one is
};

[[nodiscard]] std::string_view to_string(admission_outcome x) noexcept;
[[nodiscard]] std::string_view to_string(admission_finding_kind x) noexcept;

/// One who gets less than it was promised if everybody uses all of it.
struct admission_yield {
  std::string agreement;
  sluice::tier tier = sluice::tier::best_effort;
  std::uint64_t promised = 0; ///< [I/O per second]
  std::uint64_t gets = 0;     ///< [I/O per second]
  friend auto operator<=>(const admission_yield&, const admission_yield&) = default;
};

struct admission_finding {
  admission_finding_kind kind = admission_finding_kind::unknown_place;
  bool refuses = false;
  std::string path; ///< of the field that it is about, as in the document
  std::string backend;
  std::uint64_t wanted = 0;            ///< promised by the candidate [I/O per second]
  std::uint64_t promised = 0;          ///< to the others on this backend [I/O per second]
  std::uint64_t capacity = 0;          ///< [I/O per second]; 0 = unknown
  std::uint64_t bound = 0;             ///< of all promises there, by the policy [I/O per second]
  duration target{0};                  ///< latency promised
  duration least{0};                   ///< latency at low load
  std::vector<admission_yield> yields; ///< with `oversubscribed`, who yields first stands first; at most max_yields
  std::size_t yielding = 0;            ///< how many there are
  friend auto operator<=>(const admission_finding&, const admission_finding&) = default;
};

/// Most that are named in a finding. Chosen: a sentence stays a sentence.
inline constexpr std::size_t max_yields = 8;

/// What would be accepted on all its backends. A rate of zero: nothing is left.
struct admission_fit {
  std::optional<std::uint64_t> rate; ///< most for reservation, up_to and, without either, limit [I/O per second]
  std::optional<duration> latency;   ///< least for the latency targets
  friend auto operator<=>(const admission_fit&, const admission_fit&) = default;
};

struct admission_verdict {
  admission_outcome outcome = admission_outcome::accepted;
  std::vector<admission_finding> findings; ///< by backend; at most one for the rate and one for each latency point
  admission_fit fit;                       ///< with `refused`
  friend auto operator<=>(const admission_verdict&, const admission_verdict&) = default;
};

/// Judges a candidate. A version of the same name that is in force is replaced by it, and what that one promises is
/// never refused again. The order of agreements, backends and places does not matter.
[[nodiscard]] admission_verdict admit(const admission_input& input, const agreement& candidate);

/// The candidate cut down to what fits: what it promises is accepted.
[[nodiscard]] agreement cut_to(const admission_fit& fit, agreement candidate);

/// What an agreement promises at most [I/O per second], as the control loop counts it, without the best-effort floor.
[[nodiscard]] std::uint64_t promised_rate(const objective& x) noexcept;

/// One English sentence with the figures.
[[nodiscard]] std::string to_sentence(const admission_finding& x);

/// What would fit, as a sentence; empty if nothing was asked that does not.
[[nodiscard]] std::string to_sentence(const admission_fit& x);

} // namespace sluice
