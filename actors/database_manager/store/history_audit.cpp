// Questions about the audit trail, and where pages of what is told newest first end.
#include "actors/database_manager/store/history_source.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace sluice::store {

entry_position position_in(std::string_view after, wall_time to) {
  entry_position x{to, std::numeric_limits<std::int64_t>::max()};
  if (after.empty())
    return x;
  const auto point = after.find('.');
  const auto read = [](std::string_view text, std::int64_t& number) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    return code == std::errc{} && end == text.data() + text.size();
  };
  if (point == std::string_view::npos || !read(after.substr(0, point), x.at.unix_us)
      || !read(after.substr(point + 1), x.number))
    return {}; // before everything: an empty page
  x.at = std::clamp(x.at, wall_time{}, to);
  return x;
}

std::vector<audit_entry> reading::audit(const std::string& who, const std::string& action, wall_time from, wall_time to,
                                        std::uint32_t limit, const std::string& after, std::string& next) {
  const auto before = position_in(after, to);
  std::vector<audit_entry> out;
  entry_position last;
  for (const pqxx::row& row : from_.transaction.exec_params(
           "SELECT " + us_of("at")
               + ", who, action, subject, detail, id FROM audit WHERE at >= $1 AND at < $2 AND ($3::text = '' OR "
                 "position($3::text in who) > 0) AND ($4::text = '' OR action = $4::text) AND (at, id) < "
                 "($5::timestamptz, $6::bigint) ORDER BY at DESC, id DESC LIMIT $7",
           to_timestamp(from), to_timestamp(to), who, action, to_timestamp(before.at), before.number, limit + 1)) {
    if (out.size() == limit) {
      next = to_string(last);
      break;
    }
    last = {{row[0].as<std::int64_t>()}, row[5].as<std::int64_t>()};
    out.push_back({last.at, row[1].c_str(), row[2].c_str(), row[3].c_str(), row[4].c_str()});
  }
  return out;
}

} // namespace sluice::store
