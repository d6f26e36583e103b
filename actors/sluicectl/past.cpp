// report, compliance, violations, violators, history, decisions and statement: what was, asked of the server and shown.
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/refusal.hpp"
#include "actors/sluicectl/structured.hpp"
#include "actors/sluicectl/views.hpp"

#include "actors/domain/stream.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

namespace sluice::ctl {

namespace {

constexpr auto right = side::right;

constexpr std::array account_columns{
    field{"AGREEMENT", "/agreement"},
    field{"TENANT", "/tenant"},
    field{"TARGET", "/target_ppm", form::share, right},
    field{"COMPLIANCE", "/compliance_ppm", form::share, right},
    field{"KEPT", "/kept", form::yes_no},
    field{"COVERAGE", "/coverage_ppm", form::share, right},
    field{"VIOLATED", "/budget/used_s", form::length, right},
    field{"BUDGET LEFT", "/budget/left_s", form::length, right},
    field{"CREDIT", "/credit_ppm", form::share, right},
};
constexpr std::array objective_columns{
    field{"OBJECTIVE", "/objective"},
    field{"VERSION", "/version", form::count, right},
    field{"COMPLIANCE", "/compliance_ppm", form::share, right},
    field{"MET", "/met", form::count, right},
    field{"VIOLATED", "/violated", form::count, right},
    field{"EXEMPT", "/exempt", form::count, right},
    field{"NO DATA", "/no_data", form::count, right},
    field{"EXCLUDED", "/excluded", form::count, right},
};
constexpr std::array burn_columns{
    field{"IN THE LAST", "/long_s", form::length, right},    field{"AND", "/short_s", form::length, right},
    field{"BURN RATE", "/long_rate", form::figure, right},   field{"AND", "/short_rate", form::figure, right},
    field{"ALERT ABOVE", "/threshold", form::figure, right}, field{"ALERT", "/alert", form::yes_no},
};
constexpr std::array violation_columns{
    field{"FROM", "/from", form::moment},
    field{"FOR", "/length_s", form::length, right},
    field{"POINT", "/point", form::count, right},
    field{"CAUSE", "/cause"},
    field{"BY", "/culprit"},
    field{"WORST ms", "/worst_ms", form::millis, right},
    field{"TARGET ms", "/target_ms", form::millis, right},
    field{"IOPS", "/least_iops", form::count, right},
};
constexpr std::array violator_columns{
    field{"NAME", "/name"},
    field{"VIOLATED TIME", "/violated_s", form::length, right},
    field{"INTERVALS", "/intervals", form::count, right},
    field{"AGREEMENTS", "/agreements", form::count, right},
};
constexpr std::array history_columns{
    field{"FROM", "/at", form::moment},
    field{"MEASURED s", "/measured_s", form::figure, right},
    field{"IOPS", "/iops", form::figure, right},
    field{"READ MB/s", "/read_bandwidth", form::megabytes, right},
    field{"WRITE MB/s", "/write_bandwidth", form::megabytes, right},
    field{"MEAN ms", "/mean_ms", form::millis, right},
    field{"P50 ms", "/p50_ms", form::millis, right},
    field{"P95 ms", "/p95_ms", form::millis, right},
    field{"P99 ms", "/p99_ms", form::millis, right},
    field{"P99.9 ms", "/p999_ms", form::millis, right},
    field{"HELD s", "/limited_by_rate_s", form::figure, right},
};
constexpr std::array decision_columns{
    field{"AT", "/at", form::moment},
    field{"RULE", "/rule"},
    field{"MODE", "/mode"},
    field{"FOR", "/for"},
    field{"IOPS", "/iops", form::count, right},
    field{"MB/s", "/bandwidth", form::megabytes, right},
    field{"DEPTH", "/depth", form::count, right},
    field{"MEASURED ms", "/measured_ms", form::millis, right},
    field{"TARGET ms", "/target_ms", form::millis, right},
    field{"BACKEND", "/backend"},
};

std::string path_of(const past_command& x) {
  switch (x.what) {
  case past_kind::report:
    return agreement_path(x.name) + "/report";
  case past_kind::compliance:
    return x.name.empty() ? "/api/v1/compliance" : agreement_path(x.name) + "/compliance";
  case past_kind::violations:
    return agreement_path(x.name) + "/violations";
  case past_kind::violators:
    return "/api/v1/top";
  case past_kind::history:
    return stream_path(x.name) + "/history";
  case past_kind::decisions:
    return stream_path(x.name) + "/decisions";
  case past_kind::statement:
    break;
  }
  if (!valid_name(x.name))
    throw failure{exit_code::usage, "no tenant can be called " + x.name};
  return "/api/v1/tenants/" + x.name + "/statement";
}

std::string request_path(const past_command& x) {
  auto path = path_of(x);
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty())
      path += (path.find('?') == std::string::npos ? '?' : '&') + std::string{name} + '=' + query_value(value);
  };
  add("period", x.period);
  add("from", x.from);
  add("to", x.to);
  add("tenant", x.tenant);
  add("by", x.by);
  if (x.points > 0)
    add("points", std::to_string(x.points));
  return path;
}

std::span<const field> columns(past_kind x) {
  switch (x) {
  case past_kind::violations:
    return violation_columns;
  case past_kind::violators:
    return violator_columns;
  case past_kind::history:
    return history_columns;
  case past_kind::decisions:
    return decision_columns;
  default:
    return account_columns;
  }
}

const char* nothing_there(past_kind x) {
  switch (x) {
  case past_kind::violations:
    return "no violations";
  case past_kind::violators:
    return "nobody violated anything";
  case past_kind::decisions:
    return "no decisions";
  case past_kind::history:
    return "no rows are stored";
  default:
    return "no agreements";
  }
}

/// One agreement: its line, its objectives, how fast its budget burns.
void show_account(const nlohmann::json& x, const console& io) {
  io.out << fields_table(account_columns, nlohmann::json::array({x}));
  if (x.contains("objectives") && !x["objectives"].empty())
    io.out << '\n' << fields_table(objective_columns, x["objectives"]);
  if (!x.contains("burn"))
    return;
  auto burn = x["burn"];
  for (auto& one : burn)
    for (const auto* name : {"long_rate", "short_rate", "threshold"})
      if (const auto& milli = one[std::string{name} + "_milli"]; milli.is_number())
        one[name] = milli.get<double>() / 1000;
  io.out << '\n' << fields_table(burn_columns, burn);
}

/// The report as a value, to be written anew.
nlohmann::json read_report(const std::string& body, const server_link& server) {
  auto read = nlohmann::json::parse(body, nullptr, false);
  if (!read.is_object())
    throw failure{exit_code::unreachable, "what answers at " + server.where().server + " is not Sluice"};
  return read;
}

exit_code show_report(const past_command& x, server_link& server, const console& io) {
  const auto how = server.where().output;
  const auto format = is_structured(how) ? "json" : how == output_format::html ? "html" : "text";
  const auto path = request_path(x);
  const auto answer =
      server.exchange({"GET", path + (path.find('?') == std::string::npos ? '?' : '&') + "format=" + format, {}, {}});
  if (answer.status != 200)
    throw failure{exit_code::refused, refusal_sentences(answer, server.where())};
  if (how == output_format::yaml)
    io.out << structured(read_report(answer.body, server), how);
  else
    io.out << answer.body;
  return exit_code::done;
}

} // namespace

exit_code run(const past_command& x, server_link& server, const console& io) {
  if (x.what == past_kind::report)
    return show_report(x, server, io);
  const auto answer = fetch_list(server, request_path(x));
  if (const auto how = server.where().output; is_structured(how)) {
    io.out << structured(answer, how);
    return exit_code::done;
  }
  if (x.what == past_kind::compliance && !x.name.empty()) {
    show_account(answer, io);
    return exit_code::done;
  }
  const auto items = answer.value("items", nlohmann::json::array());
  io.out << (items.empty() ? std::string{nothing_there(x.what)} + '\n' : fields_table(columns(x.what), items));
  return exit_code::done;
}

} // namespace sluice::ctl
