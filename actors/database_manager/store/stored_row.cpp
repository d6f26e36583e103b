// Columns to fields.
#include "actors/database_manager/store/stored_row.hpp"

#include <cstdlib>

namespace sluice::store {

void read_array(const char* text, std::vector<std::int32_t>& to) {
  to.clear();
  for (const char* c = text; *c != '\0'; ++c) {
    if (*c == '{' || *c == ',')
      continue;
    if (*c == '}')
      return;
    char* end = nullptr;
    to.push_back(static_cast<std::int32_t>(std::strtol(c, &end, 10)));
    if (end == c)
      return;
    c = end - 1;
  }
}

packed_row packed_row_of(const pqxx::row& from) {
  packed_row x;
  x.second = from[1].as<std::int64_t>();
  x.incarnation = static_cast<std::uint64_t>(from[2].as<std::int64_t>());
  x.first_sequence = from[3].as<std::uint64_t>();
  x.last_sequence = from[4].as<std::uint64_t>();
  x.samples = from[5].as<std::uint32_t>();
  x.interval = duration{from[6].as<std::int64_t>()};
  int column = 7;
  for (auto* count : {&x.arrivals, &x.completions, &x.errors, &x.reads, &x.writes, &x.read_bytes, &x.write_bytes})
    *count = from[column++].as<std::uint64_t>();
  x.backlog = from[14].as<std::uint32_t>();
  x.in_flight = from[15].as<std::uint32_t>();
  x.mean_in_flight = from[16].as<double>();
  x.limited_by_rate = duration{from[17].as<std::int64_t>()};
  x.limited_by_depth = duration{from[18].as<std::int64_t>()};
  x.generation = from[19].as<std::uint64_t>();
  x.control = static_cast<control_state>(from[20].as<int>());
  x.backend = from[21].c_str();
  x.backend_latency_sum = duration{from[22].as<std::int64_t>()};
  x.total_latency_sum = duration{from[23].as<std::int64_t>()};
  read_array(from[24].c_str(), x.backend_latency);
  read_array(from[25].c_str(), x.total_latency);
  return x;
}

} // namespace sluice::store
