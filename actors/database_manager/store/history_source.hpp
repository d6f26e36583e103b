// The transaction behind a reading, and the arrays that it hands to PostgreSQL. Included by this folder's source files
// alone.
#pragma once

#include "actors/database_manager/store/calendar.hpp"
#include "actors/database_manager/store/history.hpp"

#include <pqxx/pqxx>

namespace sluice::store {

struct reading::source {
  pqxx::work& transaction;
};

/// Where a page of what is told newest first ends: the time of its last entry, and the number under which it is stored.
struct entry_position {
  wall_time at;
  std::int64_t number = 0;
};

/// What to_string() wrote; where `after` is empty, behind all entries before `to`; where it is none, before everything.
[[nodiscard]] entry_position position_in(std::string_view after, wall_time to);

[[nodiscard]] inline std::string to_string(const entry_position& x) {
  return std::to_string(x.at.unix_us) + '.' + std::to_string(x.number);
}

/// Elements as the text of a PostgreSQL array; texts are quoted.
class array_text {
public:
  void add(std::int64_t x) {
    begin();
    text_ += std::to_string(x);
  }
  void add(std::string_view x) {
    begin();
    text_ += '"';
    for (const char c : x) {
      if (c == '"' || c == '\\')
        text_ += '\\';
      text_ += c;
    }
    text_ += '"';
  }
  void add(wall_time x) {
    add(std::string_view{to_timestamp(x)});
  }
  [[nodiscard]] std::string finish() const {
    return text_ + '}';
  }

private:
  void begin() {
    if (text_.size() > 1)
      text_ += ',';
  }
  std::string text_ = "{";
};

/// The spans as four arrays, the parameters of `unnest($1::text[], $2::timestamptz[], $3::timestamptz[],
/// $4::timestamptz[])`.
struct span_arrays {
  explicit span_arrays(std::span<const counted_span> spans) {
    array_text agreements, begins, ends, reaches;
    for (const auto& x : spans) {
      agreements.add(std::string_view{x.agreement});
      begins.add(x.from);
      ends.add(x.to);
      reaches.add(x.reach_from);
    }
    agreement = agreements.finish();
    from = begins.finish();
    to = ends.finish();
    reach_from = reaches.finish();
  }
  std::string agreement, from, to, reach_from;
};

/// `column` as microseconds since 1970.
inline std::string us_of(const std::string& column) {
  return "(extract(epoch FROM " + column + ") * 1000000)::bigint";
}

} // namespace sluice::store
