// What the store's tests share: one PostgreSQL for all of them, an empty database for each, and lines to store.
#pragma once

#include "actors/database_manager/store/database.hpp"
#include "tests/process/private_postgres.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace sluice::test {

/// 2026-11-22 12:00:00 UTC, the day 20779: the tests' now.
inline constexpr std::int64_t noon_s = 20'779 * 86'400 + 43'200;
inline constexpr wall_time noon{noon_s * 1'000'000};
inline constexpr wall_time later(std::int64_t seconds) {
  return wall_time{noon.unix_us + seconds * 1'000'000};
}
inline constexpr store::retention kept{};

/// Started once per test program.
inline private_postgres& server() {
  static private_postgres one;
  return one;
}

inline store::connection_settings settings_for(const std::string& url) {
  store::connection_settings x;
  x.url = url;
  x.schema_directory = SLUICE_SCHEMA_DIRECTORY;
  x.statement_timeout = std::chrono::milliseconds{60'000}; // against hanging: a busy machine is slow
  return x;
}

/// An empty database and a connection with our schema in it.
struct fresh_store {
  fresh_store() {
    server().clear();
    result = database.open();
  }
  store::database database{settings_for(server().url())};
  store::outcome<store::opened> result{store::failure{}};
};

/// A row of `stream` in the second `second_s`.
inline sample_row row_of(const std::string& client, std::int64_t second_s, std::uint64_t first_sequence = 1,
                         std::uint64_t incarnation = 1) {
  sample x;
  x.stream = {"gw1", "oltp", client};
  x.backend = "disk";
  x.sequence = first_sequence;
  x.taken = wall_time{second_s * 1'000'000 + 100'000};
  x.interval = std::chrono::milliseconds{100};
  x.arrivals = 12;
  x.completions = 10;
  x.reads = 6;
  x.writes = 4;
  x.total_latency.record(std::chrono::milliseconds{3});
  return make_row(x, incarnation);
}

using batch_ptr = std::shared_ptr<const store::packed_batch>;

inline batch_ptr batch_of(const std::vector<sample_row>& rows, const std::vector<verdict>& verdicts = {},
                          const std::vector<event>& events = {}) {
  auto x = std::make_shared<store::packed_batch>();
  for (const auto& row : rows)
    x->rows.push_back(store::pack(row));
  x->verdicts = verdicts;
  x->events = events;
  return x;
}

/// An agreement that uses every field.
inline agreement gold(const std::string& name = "oltp-gold") {
  agreement x;
  x.name = name;
  x.tenant = "acme";
  x.streams = {"*", "oltp", "10.*"};
  x.objective.reservation.per_second = 1500;
  x.objective.limit.iops.per_second = 6000;
  x.objective.limit.bandwidth.per_second = 200'000'000;
  x.objective.limit.above = burst{rate{8000}, std::chrono::seconds{10}};
  x.objective.weight = 4;
  x.objective.tier = tier::gold;
  x.objective.latency = {{latency_statistic::mean, std::chrono::milliseconds{5}, rate{2500}},
                         {latency_statistic::p999, std::chrono::milliseconds{50}, rate{}}};
  x.objective.compliance = {std::chrono::seconds{10},
                            990'000,
                            compliance_window::rolling_7_days,
                            "Europe/Berlin",
                            {{999'000, 100'000}, {950'000, 250'000}}};
  return x;
}

} // namespace sluice::test
