// Turns agreement documents into agreements and back.
#include "actors/application_server/http/document.hpp"

#include "actors/application_server/http/agreement_schema.hpp"
#include "actors/application_server/http/text_reader.hpp"
#include "actors/application_server/http/wall_clock_text.hpp"
#include "actors/calendar/zone.hpp"
#include "actors/domain/quantity.hpp"

namespace sluice::http {

namespace {

/// Reads the terms of a document that satisfies the schema; quantities may still be wrong.
class terms_reader {
public:
  explicit terms_reader(const json& document) : document_(document) {}

  agreement read() {
    agreement x;
    const auto& metadata = document_.at("metadata");
    x.name = metadata.at("name").get<std::string>();
    x.tenant = metadata.at("tenant").get<std::string>();
    const auto& spec = document_.at("spec");
    const auto& streams = spec.at("streams");
    x.streams = {streams.value("gateway", "*"), streams.value("volume", "*"), streams.value("client", "*")};
    objective_of(spec.at("objective"), x.objective);
    x.suspended = spec.value("suspended", false);
    return x;
  }

  std::vector<mistake> found;

private:
  static rate iops_of(const json& x) {
    return rate{x.at("iops").get<std::uint64_t>()};
  }

  /// Text to quantity; `parse` gives nothing for what is none.
  template<class Parse>
  auto quantity(const json& x, const std::string& path, Parse parse, const char* wanted) {
    const auto text = x.get<std::string>();
    const auto value = parse(text);
    if (!value)
      found.push_back({path, std::string{"must be "} + wanted});
    return value;
  }

  void objective_of(const json& x, objective& to) {
    if (x.contains("reservation"))
      to.reservation = iops_of(x.at("reservation"));
    if (x.contains("limit"))
      limit_of(x.at("limit"), to.limit);
    to.weight = x.value("weight", to.weight);
    if (x.contains("tier"))
      to.tier = parse_tier(x.at("tier").get<std::string>()).value_or(to.tier);
    if (x.contains("latency"))
      for (const auto& point : x.at("latency"))
        latency_of(point, to.latency);
    if (x.contains("compliance"))
      compliance_of(x.at("compliance"), to.compliance);
  }

  void limit_of(const json& x, limit& to) {
    if (x.contains("iops"))
      to.iops = iops_of(x);
    if (x.contains("bandwidth")) {
      const std::string path = "spec.objective.limit.bandwidth";
      const auto wanted = "a number with a unit, such as 200MB/s or 100MiB/s";
      to.bandwidth = quantity(x.at("bandwidth"), path, parse_bandwidth, wanted).value_or(rate{1});
      if (to.bandwidth.unlimited()) // zero would mean that there is no limit
        found.push_back({path, "must be above 0; leave it out for no limit"});
    }
    if (x.contains("burst")) {
      const auto& above = x.at("burst");
      const auto length = quantity(above.at("for"), "spec.objective.limit.burst.for", parse_duration,
                                   "a number with a unit, such as 10s or 5m");
      to.above = burst{iops_of(above), length.value_or(duration{1})};
    }
  }

  void latency_of(const json& x, std::vector<latency_point>& to) {
    const auto path = "spec.objective.latency[" + std::to_string(to.size()) + "].target";
    latency_point point;
    point.statistic = parse_latency_statistic(x.at("statistic").get<std::string>()).value_or(point.statistic);
    point.target = quantity(x.at("target"), path, parse_duration, "a number with a unit, such as 5ms or 500us")
                       .value_or(duration{1});
    if (x.contains("up_to"))
      point.up_to = iops_of(x.at("up_to"));
    to.push_back(point);
  }

  void compliance_of(const json& x, compliance& to) {
    if (x.contains("interval"))
      to.interval = quantity(x.at("interval"), "spec.objective.compliance.interval", parse_duration,
                             "a number with a unit, such as 10s or 1m")
                        .value_or(to.interval);
    if (x.contains("target"))
      to.target_ppm = quantity(x.at("target"), "spec.objective.compliance.target", parse_percent,
                               "a percentage such as 99% or 99.95%")
                          .value_or(to.target_ppm);
    if (x.contains("window"))
      to.window = parse_compliance_window(x.at("window").get<std::string>()).value_or(to.window);
    to.time_zone = x.value("time_zone", to.time_zone);
    if (x.contains("remedies"))
      for (const auto& tier : x.at("remedies"))
        remedy_of(tier, to.remedies);
  }

  void remedy_of(const json& x, std::vector<remedy_tier>& to) {
    const auto path = "spec.objective.compliance.remedies[" + std::to_string(to.size()) + ']';
    const auto percent = [&](const char* name) {
      return quantity(x.at(name), path + '.' + name, parse_percent, "a percentage such as 99% or 99.95%").value_or(1);
    };
    to.push_back({percent("below"), percent("credit")});
  }

  const json& document_;
};

json iops_json(rate x) {
  return {{"iops", x.per_second}};
}

json limit_json(const limit& x) {
  json out = json::object();
  if (!x.iops.unlimited())
    out["iops"] = x.iops.per_second;
  if (!x.bandwidth.unlimited())
    out["bandwidth"] = bandwidth_text(x.bandwidth);
  if (x.above)
    out["burst"] = {{"iops", x.above->iops.per_second}, {"for", duration_text(x.above->length)}};
  return out;
}

json latency_json(const std::vector<latency_point>& points) {
  auto out = json::array();
  for (const auto& point : points) {
    json item = {{"statistic", to_string(point.statistic)}, {"target", duration_text(point.target)}};
    if (!point.up_to.unlimited())
      item["up_to"] = iops_json(point.up_to);
    out.push_back(std::move(item));
  }
  return out;
}

json compliance_json(const compliance& x) {
  json out = {{"interval", duration_text(x.interval)},
              {"target", percent_text(x.target_ppm)},
              {"window", to_string(x.window)},
              {"time_zone", x.time_zone}};
  for (const auto& tier : x.remedies)
    out["remedies"].push_back({{"below", percent_text(tier.below_ppm)}, {"credit", percent_text(tier.credit_ppm)}});
  return out;
}

json objective_json(const objective& x) {
  json out = json::object();
  if (!x.reservation.unlimited())
    out["reservation"] = iops_json(x.reservation);
  if (auto above = limit_json(x.limit); !above.empty())
    out["limit"] = std::move(above);
  out["weight"] = x.weight;
  out["tier"] = to_string(x.tier);
  if (!x.latency.empty())
    out["latency"] = latency_json(x.latency);
  out["compliance"] = compliance_json(x.compliance);
  return out;
}

/// A document as it was answered may be sent back: its `status` is the server's and no part of the terms.
void drop_status(json& document) {
  if (document.is_object())
    document.erase("status");
}

} // namespace

std::variant<agreement, refused_document> read_agreement(std::string_view text, document_format format) {
  auto read = format == document_format::as_json ? read_json(text) : read_yaml(text);
  if (const auto* problem = std::get_if<unreadable>(&read))
    return refused_document{problem->why, {}};
  auto& document = std::get<json>(read);
  drop_status(document);
  constexpr auto wrong = "the agreement was refused; nothing was changed";
  if (auto found = check_schema(document); !found.empty())
    return refused_document{wrong, std::move(found)};
  terms_reader reader{document};
  auto x = reader.read();
  if (!reader.found.empty())
    return refused_document{wrong, std::move(reader.found)};
  if (auto found = check(x); !found.empty())
    return refused_document{wrong, std::move(found)};
  if (!calendar::zone::find(x.objective.compliance.time_zone))
    return refused_document{
        wrong, {{"spec.objective.compliance.time_zone", "must be a name of the tz database, such as Europe/Berlin"}}};
  return x;
}

json write_agreement(const agreement& x) {
  json spec = {
      {"streams", {{"gateway", x.streams.gateway}, {"volume", x.streams.volume}, {"client", x.streams.client}}},
      {"objective", objective_json(x.objective)}};
  if (x.suspended)
    spec["suspended"] = true;
  return {{"apiVersion", "sluice/v1"},
          {"kind", "Agreement"},
          {"metadata", {{"name", x.name}, {"tenant", x.tenant}}},
          {"spec", std::move(spec)},
          {"status", {{"version", x.version}, {"since", rfc3339(x.since)}}}};
}

} // namespace sluice::http
