// Flattens policy documents into rows.
#include "actors/sluicectl/policy_view.hpp"

#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/views.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace sluice::ctl {

namespace {

constexpr std::array setting_columns{
    field{"FOR", "/for"},
    field{"SETTING", "/setting"},
    field{"VALUE", "/value"},
};
constexpr std::array history_columns{
    field{"VERSION", "/status/version", form::count, side::right},
    field{"SINCE", "/status/since", form::moment},
    field{"WHO", "/status/author"},
    field{"SAYS", "/says"},
    field{"WHY", "/status/reason"},
};

/// The deepest that a setting's name goes. Bound against what answers there.
constexpr int max_levels = 4;

std::string value_text(const nlohmann::json& x) {
  if (!x.is_array())
    return shown(x, form::text);
  std::string text;
  for (const auto& one : x)
    text += (text.empty() ? "" : ", ") + shown(one, form::text);
  return text;
}

/// `{"aim": {"mean": "65%"}}` becomes the row `aim.mean`, `65%`.
void add_settings(nlohmann::json& rows, const std::string& whose, const nlohmann::json& x, const std::string& prefix,
                  int level = 0) {
  if (!x.is_object() || level == max_levels)
    return;
  for (const auto& [name, value] : x.items())
    if (value.is_object())
      add_settings(rows, whose, value, prefix + name + '.', level + 1);
    else
      rows.push_back({{"for", whose}, {"setting", prefix + name}, {"value", value_text(value)}});
}

const nlohmann::json& list_at(const nlohmann::json& spec, const char* name) {
  static const auto none = nlohmann::json::array();
  const auto found = spec.find(name);
  return found != spec.end() && found->is_array() ? *found : none;
}

std::string text_of(const nlohmann::json& x, const char* name) {
  const auto found = x.is_object() ? x.find(name) : x.end();
  return x.is_object() && found != x.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

nlohmann::json rows_of(const nlohmann::json& policy) {
  auto rows = nlohmann::json::array();
  const auto found = policy.is_object() ? policy.find("spec") : policy.end();
  if (!policy.is_object() || found == policy.end() || !found->is_object())
    return rows;
  const auto& spec = *found;
  if (spec.contains("defaults"))
    add_settings(rows, "all backends", spec["defaults"], "");
  for (auto rule : list_at(spec, "backends")) {
    if (!rule.is_object())
      continue;
    const auto match = text_of(rule, "match");
    rule.erase("match");
    if (rule.empty())
      rows.push_back({{"for", "backend " + match}, {"setting", "nothing"}});
    add_settings(rows, "backend " + match, rule, "");
  }
  for (const auto& tenant : list_at(spec, "tenants")) {
    if (!tenant.is_object())
      continue;
    const auto parent = text_of(tenant, "parent");
    rows.push_back({{"for", "tenant " + text_of(tenant, "name")},
                    {"setting", "weight"},
                    {"value", shown(tenant.value("weight", nlohmann::json{}), form::count)
                                  + (parent.empty() ? "" : " in " + parent)}});
  }
  return rows;
}

/// All of it in one cell of a table.
std::string summary(const nlohmann::json& policy) {
  constexpr std::size_t most = 3;
  std::string text;
  const auto rows = rows_of(policy);
  for (std::size_t i = 0; i < rows.size() && i < most; ++i)
    text += (i == 0 ? "" : "; ") + text_of(rows[i], "for") + ": " + text_of(rows[i], "setting") + ' '
            + text_of(rows[i], "value");
  return rows.size() > most ? text + "; and " + std::to_string(rows.size() - most) + " more" : text;
}

} // namespace

std::string policy_text(const nlohmann::json& policy) {
  const field version{"", "/status/version", form::count};
  if (const auto text = field_text(policy, version); text == "0" || text == "-")
    return "no policy was established; the SLA core's own options hold, see deploy/config/sla-core.ini\n";
  const auto why = field_text(policy, {"", "/status/reason"});
  const auto head = "policy version " + field_text(policy, version) + " by "
                    + field_text(policy, {"", "/status/author"}) + " since "
                    + field_text(policy, {"", "/status/since", form::moment}) + (why == "-" ? "" : ": " + why) + '\n';
  const auto rows = rows_of(policy);
  return rows.empty() ? head + "It says nothing; the SLA core's own options hold.\n"
                      : head + fields_table(setting_columns, rows);
}

std::string policy_history_text(const nlohmann::json& versions) {
  if (versions.empty())
    return "no policy was ever established\n";
  auto rows = nlohmann::json::array();
  for (auto one : versions) {
    if (!one.is_object())
      continue;
    one["says"] = summary(one);
    rows.push_back(std::move(one));
  }
  return fields_table(history_columns, rows);
}

} // namespace sluice::ctl
