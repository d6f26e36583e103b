// The columns of each kind.
#include "actors/sluicectl/views.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace sluice::ctl {

namespace {

constexpr auto right = side::right;

constexpr std::array agreement_columns{
    field{"AGREEMENT", "/metadata/name"},
    field{"TENANT", "/metadata/tenant"},
    field{"GATEWAY", "/spec/streams/gateway"},
    field{"VOLUME", "/spec/streams/volume"},
    field{"CLIENT", "/spec/streams/client"},
    field{"RESERVED IOPS", "/spec/objective/reservation/iops", form::count, right},
    field{"LIMIT IOPS", "/spec/objective/limit/iops", form::count, right},
    field{"LIMIT MB/s", "/spec/objective/limit/bandwidth", form::megabytes, right},
    field{"WEIGHT", "/spec/objective/weight", form::text, right},
    field{"TIER", "/spec/objective/tier"},
    field{"LATENCY", "/spec/objective/latency", form::points},
    field{"SUSPENDED", "/spec/suspended"},
    field{"VERSION", "/status/version", form::count, right},
};
constexpr std::array stream_columns{
    field{"STREAM", "/stream"},
    field{"AGREEMENT", "/agreement"},
    field{"BACKEND", "/backend"},
    field{"IOPS", "/iops", form::figure, right},
    field{"MB/s", "/bandwidth", form::megabytes, right},
    field{"MEAN ms", "/latency_ms/mean", form::millis, right},
    field{"P99 ms", "/latency_ms/p99", form::millis, right},
    field{"BACKLOG", "/backlog", form::figure, right},
    field{"IN FLIGHT", "/in_flight", form::figure, right},
    field{"CONTROL", "/control"},
    field{"LIMIT IOPS", "/throttle/iops", form::count, right},
    field{"RULE", "/throttle/rule"},
};
constexpr std::array gateway_columns{
    field{"GATEWAY", "/gateway"},
    field{"CONNECTED", "/connected", form::yes_no},
    field{"VERSION", "/version"},
    field{"LAST HEARD", "/last_heard", form::moment},
    field{"BATCHES LOST", "/batches_lost", form::count, right},
    field{"VOLUMES", "/volumes", form::names},
};
constexpr std::array backend_columns{
    field{"BACKEND", "/backend"},
    field{"MODE", "/mode"},
    field{"CAPACITY IOPS", "/capacity_iops", form::figure, right},
    field{"DELIVERED IOPS", "/delivered_iops", form::figure, right},
    field{"PROMISED IOPS", "/promised_iops", form::figure, right},
    field{"LATENCY ms", "/latency_ms", form::millis, right},
    field{"IN FLIGHT", "/in_flight", form::figure, right},
    field{"STREAMS", "/streams", form::count, right},
    field{"THROTTLED", "/throttled", form::count, right},
    field{"DEFICIT", "/deficit", form::yes_no},
};
constexpr std::array throttle_columns{
    field{"STREAM", "/stream"},
    field{"IOPS", "/iops", form::count, right},
    field{"MB/s", "/bandwidth", form::megabytes, right},
    field{"DEPTH", "/depth", form::count, right},
    field{"MODE", "/mode"},
    field{"RULE", "/rule"},
    field{"FOR", "/for"},
    field{"BACKEND", "/backend"},
    field{"GENERATION", "/generation", form::count, right},
    field{"SINCE", "/since", form::moment},
};
constexpr std::array limit_columns{
    field{"STREAM", "/stream"},
    field{"IOPS", "/iops", form::count, right},
    field{"MB/s", "/bandwidth", form::megabytes, right},
    field{"WHO", "/who"},
    field{"SINCE", "/since", form::moment},
    field{"UNTIL", "/until", form::moment},
    field{"WHY", "/why"},
};
constexpr std::array event_columns{
    field{"AT", "/at", form::moment},
    field{"KIND", "/kind"},
    field{"SUBJECT", "/subject"},
    field{"TEXT", "/text"},
};

/// What to do when there are none of a kind.
std::string_view nothing_there(resource_kind kind) noexcept {
  switch (kind) {
  case resource_kind::agreement:
    return "no agreements; sluicectl apply -f FILE establishes one";
  case resource_kind::stream:
    return "no streams: no client has connected to a gateway";
  case resource_kind::gateway:
    return "no gateway has connected";
  case resource_kind::backend:
    return "no backends: no gateway has connected";
  case resource_kind::throttle:
    return "no throttles: every stream does what it wants";
  case resource_kind::limit:
    return "no operator's limits";
  case resource_kind::event:
    return "no events";
  case resource_kind::policy:
    return "no policy";
  }
  return "nothing";
}

} // namespace

std::span<const field> columns(resource_kind kind) noexcept {
  switch (kind) {
  case resource_kind::agreement:
    return agreement_columns;
  case resource_kind::stream:
    return stream_columns;
  case resource_kind::gateway:
    return gateway_columns;
  case resource_kind::backend:
    return backend_columns;
  case resource_kind::throttle:
    return throttle_columns;
  case resource_kind::limit:
    return limit_columns;
  case resource_kind::event:
    return event_columns;
  case resource_kind::policy:
    break; // policy_view
  }
  return {};
}

std::string_view name_path(resource_kind kind) noexcept {
  if (kind == resource_kind::policy)
    return "/kind";
  return kind == resource_kind::event ? "/subject" : columns(kind).front().path;
}

std::string field_text(const nlohmann::json& item, const field& x) {
  const nlohmann::json::json_pointer path{std::string{x.path}};
  return item.contains(path) ? shown(item[path], x.how) : shown(nullptr, x.how);
}

std::vector<heading> headings_of(std::span<const field> fields) {
  std::vector<heading> out;
  for (const auto& x : fields)
    out.push_back({std::string{x.heading}, x.align});
  return out;
}

std::vector<std::string> cells_of(std::span<const field> fields, const nlohmann::json& item) {
  std::vector<std::string> row;
  for (const auto& x : fields)
    row.push_back(field_text(item, x));
  return row;
}

std::string fields_table(std::span<const field> fields, const nlohmann::json& items) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : items)
    rows.push_back(cells_of(fields, item));
  return aligned_table(headings_of(fields), rows);
}

std::string items_table(resource_kind kind, const nlohmann::json& items) {
  return items.empty() ? std::string{nothing_there(kind)} + '\n' : fields_table(columns(kind), items);
}

} // namespace sluice::ctl
