// exclusion list, add and withdraw: times that count neither way, with who and why.
#include "actors/sluicectl/account.hpp"
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/structured.hpp"
#include "actors/sluicectl/views.hpp"

#include "actors/domain/quantity.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>
#include <ostream>

namespace sluice::ctl {

namespace {

constexpr std::array exclusion_columns{
    field{"ID", "/id", form::count, side::right},
    field{"AGREEMENTS", "/agreements"},
    field{"FROM", "/from", form::moment},
    field{"FOR", "/length_s", form::length, side::right},
    field{"RECURS", "/recurrence"},
    field{"TIME ZONE", "/time_zone"},
    field{"CORRECTION", "/correction", form::yes_no},
    field{"TAKES BACK", "/withdraws", form::count, side::right},
    field{"BY", "/who"},
    field{"WHY", "/why"},
};

constexpr auto path = "/api/v1/exclusions";

/// `now`, `+30m` and `-2h` as the server wants a time; any other text as it is, for the server to judge.
std::string moment_of(const std::string& x) {
  const bool counted = x.size() > 1 && (x[0] == '+' || x[0] == '-');
  const auto apart = counted ? parse_duration(std::string_view{x}.substr(1)) : std::nullopt;
  if (x != "now" && !apart)
    return x;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(apart.value_or(duration::zero()));
  const auto at =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + (x[0] == '-' ? -seconds : seconds));
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

nlohmann::json body_of(const exclusion_command& x, const std::string& who) {
  nlohmann::json body{
      {"agreements", x.agreements}, {"from", moment_of(x.from)}, {"for", x.length}, {"who", who}, {"why", x.why},
      {"correction", x.correction}};
  if (!x.recurrence.empty())
    body["recurrence"] = x.recurrence;
  if (!x.time_zone.empty())
    body["time_zone"] = x.time_zone;
  return body;
}

} // namespace

exit_code run(const exclusion_command& x, server_link& server, const console& io) {
  using verb = exclusion_command::verb;
  const auto how = server.where().output;
  if (x.what == verb::list) {
    const auto items = fetch_items(server, path);
    if (is_structured(how))
      io.out << structured({{"items", items}}, how);
    else
      io.out << (items.empty() ? "no exclusions\n" : fields_table(exclusion_columns, items));
    return exit_code::done;
  }
  const auto who = x.who.empty() ? user_name() : x.who;
  nlohmann::json stored;
  if (x.what == verb::add) {
    stored = ask(server, {"POST", path, body_of(x, who).dump(), "application/json"});
  } else {
    const auto found = ask_for(server, {"DELETE",
                                        path + ("/" + std::to_string(x.id)) + "?who=" + query_value(who)
                                            + "&why=" + query_value(x.why) + (x.correction ? "&correction=true" : ""),
                                        {},
                                        {}});
    if (!found)
      throw failure{exit_code::refused, "there is no exclusion " + std::to_string(x.id)};
    stored = *found;
  }
  if (is_structured(how))
    io.out << structured_record(stored, how);
  else
    io.out << "exclusion " << shown(stored.value("id", nlohmann::json{}), form::count)
           << (x.what == verb::add ? " entered\n" : " takes back " + std::to_string(x.id) + '\n');
  return exit_code::done;
}

} // namespace sluice::ctl
