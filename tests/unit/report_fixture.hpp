// A month of one agreement as the database manager would answer it: made by a rule, so that every figure of a report is
// known beforehand.
#pragma once

#include "actors/domain/history_answer.hpp"

#include <chrono>

namespace sluice::test {

inline constexpr std::int64_t hour_us = 3'600'000'000;
/// 2026-11-01 00:00 in Berlin.
inline constexpr wall_time november{1'793'487'600'000'000};
inline constexpr std::int64_t november_hours = 720;

inline agreement gold_terms() {
  using namespace std::chrono_literals;
  agreement x;
  x.name = "oltp-gold";
  x.tenant = "acme";
  x.streams = {"*", "oltp", "10.*"};
  x.objective.reservation.per_second = 1500;
  x.objective.latency = {{latency_statistic::mean, 5ms, rate{2500}}, {latency_statistic::p99, 20ms, rate{2500}}};
  x.objective.compliance = {
      10s, 999'000, compliance_window::calendar_month, "Europe/Berlin", {{999'000, 100'000}, {990'000, 250'000}}};
  x.version = 2;
  x.since = wall_time{november.unix_us - 40 * 24 * hour_us};
  return x;
}

/// 360 intervals an hour. Violated: 90 in the hour 200, 200 in the hour 431. Excluded: hours 250 to 253. No data: hour
/// 500, of which half is idle.
inline history_answer november_answer() {
  using namespace std::chrono_literals;
  history_answer x;
  x.from = november;
  x.to = wall_time{november.unix_us + november_hours * hour_us};
  x.at = wall_time{x.to.unix_us + 5 * hour_us};
  x.judged_until = x.to;
  x.resolution = 1h;
  x.source = "hours";
  x.streams = 2;
  interval_counts whole;
  for (std::int64_t hour = 0; hour < november_hours; ++hour) {
    interval_counts counts{.met = 360};
    if (hour == 200)
      counts = {.met = 270, .violated = 90};
    else if (hour == 431)
      counts = {.met = 160, .violated = 200};
    else if (hour >= 250 && hour < 254)
      counts = {.excluded = 360};
    else if (hour == 500)
      counts = {.no_data = 360, .idle = 180};
    const wall_time from{november.unix_us + hour * hour_us};
    x.hours.push_back({from, counts});
    whole += counts;
    series_point p;
    p.at = from;
    p.seconds = 7200;
    p.completions = 7'000'000;
    p.measured = 7200s;
    p.mean = 2ms + std::chrono::microseconds{(hour * 37 % 24) * 40} + (hour == 200 || hour == 431 ? 6ms : 0ms);
    p.p50 = p.mean - 500us;
    p.p90 = 2 * p.mean;
    p.p95 = 3 * p.mean;
    p.p99 = 4 * p.mean + std::chrono::microseconds{(hour * 53 % 11) * 200};
    p.p999 = 9 * p.mean;
    if (hour != 500)
      x.series.push_back(p);
  }
  agreement_account account;
  account.terms = gold_terms();
  account.from = x.from;
  account.to = x.to;
  account.whole = whole;
  for (std::int32_t point = 0; point < 3; ++point) {
    auto counts = whole;
    if (point != 0) { // only the mean latency was missed
      counts.met += counts.violated;
      counts.violated = 0;
    }
    account.objectives.push_back({2, point, counts});
  }
  x.accounts = {account};
  x.windows = {{1h, {.met = 360}},    {5min, {.met = 30}},    {6h, {.met = 2160}},
               {30min, {.met = 180}}, {72h, {.met = 25'920}}, {6h, {.met = 2160}}};
  x.violations = {{"oltp-gold", 2, 0, wall_time{november.unix_us + 200 * hour_us + 600'000'000}, 900s, 90,
                   violation_cause::stream, "gw1/batch/10.0.0.7", 8100us, 5ms, 2100, 180'000},
                  {"oltp-gold", 2, 0, wall_time{november.unix_us + 431 * hour_us}, 2000s, 200, violation_cause::backend,
                   "", 14ms, 5ms, 900, 300'000}};
  x.versions = {{gold_terms(), {}}};
  exclusion maintenance;
  maintenance.id = 7;
  maintenance.agreements = "oltp-*";
  maintenance.starts = wall_time{november.unix_us + 250 * hour_us};
  maintenance.length = 4h;
  maintenance.time_zone = "Europe/Berlin";
  maintenance.author = "jo";
  maintenance.reason = "firmware of the array <b>A</b>";
  x.exclusions = {maintenance};
  x.excluded = {{7, maintenance.starts, wall_time{maintenance.starts.unix_us + 4 * hour_us}}};
  x.proof = {
      "verdicts/oltp-gold", 777'600, std::string(64, 'a'), "2026-12-01", std::string(64, 'b'), std::string(64, 'c'),
      std::string(128, 'd')};
  return x;
}

} // namespace sluice::test
