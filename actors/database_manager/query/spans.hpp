// Which times a question is about: each agreement's period in its own time zone, and what of it does not count. Pure.
#pragma once

#include "actors/calendar/period.hpp"
#include "actors/database_manager/store/history.hpp"

#include <map>
#include <span>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace sluice::query {

using calendar::time_span;

/// The period that stands for "the window of the agreement that now lies in, or that ends now".
inline constexpr auto current_period = "current";

/// One agreement with those of its versions that a period touches, ascending.
struct agreement_in_period {
  std::vector<agreement_period> versions;
  time_span span;
  std::string time_zone; ///< in which it is: that of the last version that was in force in its own period
  [[nodiscard]] const agreement& terms() const noexcept {
    return versions.back().terms;
  }
};

/// The span of UTC in which a period of that name lies in every time zone; for `current` the longest window there is.
[[nodiscard]] std::variant<time_span, calendar::refusal> widest_span(const history_question& x, wall_time now);

/// Groups versions, which are ordered by name and version, and gives each agreement its span. Those that the span does
/// not touch are left out.
[[nodiscard]] std::variant<std::vector<agreement_in_period>, calendar::refusal>
in_period(const std::vector<agreement_period>& versions, const history_question& x, wall_time now);

/// What of an agreement's span does not count.
struct not_counted {
  std::vector<excluded_span> spans;        ///< one for each time of each entry, clipped to the span; they may overlap
  std::vector<store::counted_span> merged; ///< for reading::count(); ascending, disjoint
  std::vector<std::int64_t> touching;      ///< numbers of the entries that touch the span, whether they count or not
};

/// Most spans that are looked at in one question. Chosen: 500 agreements with a window every hour of a week.
inline constexpr std::size_t max_excluded_spans = 100'000;

/// By the rules of calendar::exclusions_of(). @param all every exclusion, withdrawn ones and their withdrawals too
/// @param time_zone of the agreement; UTC instead of one that is not known here
[[nodiscard]] not_counted excluded_of(const std::string& agreement, const std::string& time_zone,
                                      const time_span& within, std::span<const exclusion> all);

/// The same for many agreements: recurrences are expanded once for all that have the same zone, span and entries.
class exclusion_cache {
public:
  /// @param all must outlive it
  explicit exclusion_cache(std::span<const exclusion> all) noexcept : all_(all) {}
  [[nodiscard]] not_counted excluded_of(const std::string& agreement, const std::string& time_zone,
                                        const time_span& within);

private:
  std::span<const exclusion> all_;
  /// By zone, span and numbers of entries.
  std::map<std::tuple<std::string, time_span, std::vector<std::int64_t>>, not_counted> known_;
};

} // namespace sluice::query
