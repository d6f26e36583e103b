// Which lines a description has, per kind.
#include "actors/sluicectl/detail.hpp"

#include "actors/sluicectl/views.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace sluice::ctl {

namespace {

constexpr std::array agreement_lines{
    field{"Agreement", "/metadata/name"},
    field{"Tenant", "/metadata/tenant"},
    field{"Version", "/status/version", form::count},
    field{"Since", "/status/since", form::moment},
    field{"Suspended", "/spec/suspended"},
    field{"Streams: gateway", "/spec/streams/gateway"},
    field{"Streams: volume", "/spec/streams/volume"},
    field{"Streams: client", "/spec/streams/client"},
    field{"Reservation [IOPS]", "/spec/objective/reservation/iops", form::count},
    field{"Limit [IOPS]", "/spec/objective/limit/iops", form::count},
    field{"Limit [bandwidth]", "/spec/objective/limit/bandwidth"},
    field{"Burst [IOPS]", "/spec/objective/limit/burst/iops", form::count},
    field{"Burst for", "/spec/objective/limit/burst/for"},
    field{"Weight", "/spec/objective/weight"},
    field{"Tier", "/spec/objective/tier"},
    field{"Latency", "/spec/objective/latency", form::points},
    field{"Compliance: interval", "/spec/objective/compliance/interval"},
    field{"Compliance: target", "/spec/objective/compliance/target"},
    field{"Compliance: window", "/spec/objective/compliance/window"},
    field{"Compliance: time zone", "/spec/objective/compliance/time_zone"},
    field{"Remedies", "/spec/objective/compliance/remedies", form::tiers},
};
constexpr std::array stream_lines{
    field{"Stream", "/stream"},
    field{"Agreement", "/agreement"},
    field{"Tenant", "/tenant"},
    field{"Backend", "/backend"},
    field{"Last seen", "/last_seen", form::moment},
    field{"IOPS", "/iops", form::figure},
    field{"Bandwidth [MB/s]", "/bandwidth", form::megabytes},
    field{"Latency mean [ms]", "/latency_ms/mean", form::millis},
    field{"Latency p50 [ms]", "/latency_ms/p50", form::millis},
    field{"Latency p99 [ms]", "/latency_ms/p99", form::millis},
    field{"Backend latency mean [ms]", "/backend_latency_ms/mean", form::millis},
    field{"Backlog", "/backlog", form::figure},
    field{"In flight", "/in_flight", form::figure},
    field{"Control", "/control"},
    field{"Throttle [IOPS]", "/throttle/iops", form::count},
    field{"Throttle [MB/s]", "/throttle/bandwidth", form::megabytes},
    field{"Throttle [depth]", "/throttle/depth", form::count},
    field{"Throttle rule", "/throttle/rule"},
    field{"Throttle for", "/throttle/for"},
    field{"Throttle since", "/throttle/since", form::moment},
};
constexpr std::array throttle_lines{
    field{"Stream", "/stream"},
    field{"Rule", "/rule"},
    field{"For", "/for"},
    field{"Backend", "/backend"},
    field{"IOPS", "/iops", form::count},
    field{"Bandwidth [MB/s]", "/bandwidth", form::megabytes},
    field{"Depth", "/depth", form::count},
    field{"Generation", "/generation", form::count},
    field{"Since", "/since", form::moment},
    field{"Lease [ms]", "/lease_ms", form::count},
    field{"Envelope [IOPS]", "/envelope/iops", form::count},
    field{"Envelope [MB/s]", "/envelope/bandwidth", form::megabytes},
    field{"Envelope [depth]", "/envelope/depth", form::count},
};
constexpr std::array reason_lines{
    field{"Agreement", "/agreement"},
    field{"Backend", "/backend"},
    field{"Control", "/control"},
    field{"Limit [IOPS]", "/throttle/iops", form::count},
    field{"Limit [MB/s]", "/throttle/bandwidth", form::megabytes},
    field{"Limit [depth]", "/throttle/depth", form::count},
    field{"Would [IOPS]", "/would_throttle/iops", form::count},
    field{"Would [MB/s]", "/would_throttle/bandwidth", form::megabytes},
    field{"Would [depth]", "/would_throttle/depth", form::count},
    field{"Mode", "/mode"},
    field{"Rule", "/reason/rule"},
    field{"For", "/reason/for"},
    field{"Measured [ms]", "/reason/measured_ms", form::millis},
    field{"Target [ms]", "/reason/target_ms", form::millis},
    field{"Demand [IOPS]", "/reason/demand_iops", form::figure},
    field{"Promised [IOPS]", "/reason/promised_iops", form::figure},
    field{"Capacity [IOPS]", "/reason/capacity_iops", form::figure},
    field{"Part [IOPS]", "/reason/part_iops", form::count},
    field{"Since", "/reason/since", form::moment},
    field{"Until", "/reason/until/condition"},
    field{"Lease [ms]", "/reason/until/lease_ms", form::count},
    field{"Free because", "/free"},
};
constexpr std::array volume_columns{
    field{"VOLUME", "/name"},
    field{"BACKEND", "/backend"},
    field{"SIZE MB", "/size_bytes", form::megabytes, side::right},
    field{"READ ONLY", "/read_only", form::yes_no},
};
constexpr std::array history_columns{
    field{"VERSION", "/status/version", form::count, side::right},
    field{"SINCE", "/status/since", form::moment},
    field{"RESERVED IOPS", "/spec/objective/reservation/iops", form::count, side::right},
    field{"LIMIT IOPS", "/spec/objective/limit/iops", form::count, side::right},
    field{"LIMIT MB/s", "/spec/objective/limit/bandwidth", form::megabytes, side::right},
    field{"WEIGHT", "/spec/objective/weight", form::text, side::right},
    field{"TIER", "/spec/objective/tier"},
    field{"LATENCY", "/spec/objective/latency", form::points},
};

constexpr std::array promise_lines{
    field{"Now", "/state"},
    field{"Since", "/since", form::moment},
    field{"Judged until", "/judged_until", form::moment},
};
constexpr std::array verdict_columns{
    field{"PROMISE", "/promise"},
    field{"OUTCOME", "/outcome"},
    field{"MEASURED ms", "/measured_ms", form::millis, side::right},
    field{"TARGET ms", "/target_ms", form::millis, side::right},
    field{"IOPS", "/iops", form::count, side::right},
    field{"CAUSE", "/cause"},
    field{"BY", "/culprit"},
};

/// Fields that are absent, null or empty get no line.
std::string lines(std::span<const field> fields, const nlohmann::json& item) {
  std::size_t wide = 0;
  for (const auto& x : fields)
    wide = std::max(wide, x.heading.size());
  std::string all;
  for (const auto& x : fields) {
    const auto text = field_text(item, x);
    if (text != "-")
      all += std::string{x.heading} + ':' + std::string(wide - x.heading.size() + 2, ' ') + text + '\n';
  }
  return all;
}

std::span<const field> lines_of(resource_kind kind) noexcept {
  switch (kind) {
  case resource_kind::agreement:
    return agreement_lines;
  case resource_kind::stream:
    return stream_lines;
  case resource_kind::throttle:
    return throttle_lines;
  default:
    return columns(kind); // their columns say everything
  }
}

/// A sentence for each stream of an answer about an agreement or a backend.
void add_streams(std::string& to, const nlohmann::json& answer, const char* list, const char* heading) {
  const auto found = answer.find(list);
  if (found == answer.end() || !found->is_array() || found->empty())
    return;
  to += *heading == '\0' ? std::string{"\n"} : '\n' + std::string{heading} + '\n';
  for (const auto& one : *found)
    to += field_text(one, {"", "/stream"}) + ": " + field_text(one, {"", "/sentence"}) + '\n';
}

} // namespace

std::string described(resource_kind kind, const nlohmann::json& item) {
  auto text = lines(lines_of(kind), item);
  if (kind == resource_kind::gateway && item.contains("volumes") && !item["volumes"].empty())
    text += '\n' + fields_table(volume_columns, item["volumes"]);
  return text;
}

std::string history_table(const nlohmann::json& items) {
  return fields_table(history_columns, items);
}

std::string promise_text(const nlohmann::json& promise) {
  if (!promise.is_object())
    return {};
  auto text = '\n' + lines(promise_lines, promise);
  if (promise.contains("promises") && promise["promises"].is_array() && !promise["promises"].empty())
    text += '\n' + fields_table(verdict_columns, promise["promises"]);
  return text;
}

std::string explanation(const nlohmann::json& answer) {
  auto text = field_text(answer, {"", "/sentence"}) + "\n\n" + lines(reason_lines, answer);
  if (answer.contains("promise"))
    text += promise_text(answer["promise"]);
  add_streams(text, answer, "streams", "");
  add_streams(text, answer, "held_back_for_it", "Held back for it:");
  return text;
}

} // namespace sluice::ctl
