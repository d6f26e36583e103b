// What a monitoring system is told, in Prometheus' text format. Pure.
#pragma once

#include "actors/application_server/http/standing.hpp"
#include "actors/application_server/observatory/observatory.hpp"

#include <cstddef>
#include <string>

namespace sluice::http {

/// Most streams that get their own time series (10 series each); further ones are counted in
/// `sluice_streams_not_shown`. Chosen: 10,000 series is what a scrape of 2 MB holds.
inline constexpr std::size_t max_streams_in_metrics = 1'000;

/// Most agreements that get their own time series (6 each), in the order of their names; further ones are counted in
/// `sluice_agreements_not_shown`. Chosen: as for streams.
inline constexpr std::size_t max_agreements_in_metrics = 1'000;

/// Content type of the format.
inline constexpr auto metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

[[nodiscard]] response metrics(const observatory& known, const standing& around);

} // namespace sluice::http
