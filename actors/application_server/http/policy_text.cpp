// Turns policy documents into policies and back, driven by the domain's table of settings.
#include "actors/application_server/http/policy_text.hpp"

#include "actors/application_server/http/text_reader.hpp"
#include "actors/application_server/http/wall_clock_text.hpp"

#include <algorithm>
#include <optional>

namespace sluice::http {

namespace {

constexpr auto no_field = "is no field of a policy";

/// A leaf as the domain reads it; nothing if it has no form that a setting may have.
std::optional<std::string> text_of(setting_unit unit, const json& x) {
  if (unit == setting_unit::per_second || unit == setting_unit::count)
    return x.is_number_unsigned() ? std::optional{std::to_string(x.get<std::uint64_t>())} : std::nullopt;
  if (unit != setting_unit::tiers)
    return x.is_string() ? std::optional{x.get<std::string>()} : std::nullopt;
  if (!x.is_array())
    return std::nullopt;
  std::string text;
  for (const auto& one : x) {
    if (!one.is_string() || one.get<std::string>().find_first_of(", ") != std::string::npos)
      return std::nullopt;
    text += (text.empty() ? "" : ", ") + one.get<std::string>();
  }
  return text;
}

class policy_reader {
public:
  policy_document read(const json& document) {
    policy_document x;
    if (!object(document, "", "an object with apiVersion, kind and spec"))
      return x;
    for (const auto& [name, value] : document.items())
      if (name != "apiVersion" && name != "kind" && name != "spec")
        complain(name, no_field);
    word(document, "apiVersion", "sluice/v1");
    word(document, "kind", "Policy");
    if (const auto spec = document.find("spec"); spec == document.end())
      complain("spec", "is missing");
    else if (object(*spec, "spec", "an object with defaults, backends or tenants"))
      read_spec(*spec, x);
    return x;
  }

  std::vector<mistake> found;

private:
  void complain(std::string path, std::string what) {
    found.push_back({std::move(path), std::move(what)});
  }

  bool object(const json& x, const std::string& path, const char* what) {
    if (!x.is_object())
      complain(path, std::string{"must be "} + what);
    return x.is_object();
  }

  void word(const json& document, const char* name, const char* only) {
    if (!document.contains(name))
      complain(name, "is missing");
    else if (document[name] != only)
      complain(name, std::string{"must be "} + only);
  }

  void read_spec(const json& spec, policy_document& to) {
    for (const auto& [name, value] : spec.items()) {
      const auto path = "spec." + name;
      if (name == "defaults") {
        if (object(value, path, "an object with settings"))
          to.defaults = settings(value, path);
      } else if (name == "backends") {
        each(value, path, [&](const json& one, const std::string& at) {
          to.backends.push_back(rule(one, at));
        });
      } else if (name == "tenants") {
        each(value, path, [&](const json& one, const std::string& at) {
          to.tenants.push_back(tenant(one, at));
        });
      } else {
        complain(path, no_field);
      }
    }
  }

  template<class Take>
  void each(const json& list, const std::string& path, Take take) {
    if (!list.is_array())
      return complain(path, "must be a list");
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto at = path + '[' + std::to_string(i) + ']';
      if (object(list[i], at, "an object"))
        take(list[i], at);
    }
  }

  std::string text(const json& x, const char* name, const std::string& path, bool needed) {
    const auto value = x.find(name);
    if (value == x.end()) {
      if (needed)
        complain(path + '.' + name, "is missing");
      return {};
    }
    if (!value->is_string())
      complain(path + '.' + name, "must be text");
    return value->is_string() ? value->get<std::string>() : std::string{};
  }

  policy_rule rule(const json& x, const std::string& path) {
    auto rest = x;
    rest.erase("match");
    return {text(x, "match", path, true), settings(rest, path)};
  }

  tenant_share tenant(const json& x, const std::string& path) {
    for (const auto& [name, value] : x.items())
      if (name != "name" && name != "parent" && name != "weight")
        complain(path + '.' + name, no_field);
    tenant_share to{text(x, "name", path, true), text(x, "parent", path, false), 1};
    const auto weight = x.find("weight");
    if (weight == x.end())
      complain(path + ".weight", "is missing");
    else if (weight->is_number_unsigned() && weight->get<std::uint64_t>() <= max_tenant_weight)
      to.weight = weight->get<std::uint32_t>(); // zero is refused by the domain
    else
      complain(path + ".weight", "must be a whole number from 1 to " + std::to_string(max_tenant_weight));
    return to;
  }

  std::vector<policy_setting> settings(const json& x, const std::string& path) {
    std::vector<policy_setting> list;
    for (const auto& key : policy_keys())
      if (const auto* leaf = at(x, key.name))
        add(key, *leaf, path, list);
    name_unknown(x, path, "");
    return list;
  }

  /// What stands at `hysteresis.sticky`; nothing if it was not given.
  static const json* at(const json& x, std::string_view name) {
    const auto dot = name.find('.');
    const auto found = x.find(std::string{name.substr(0, dot)});
    if (found == x.end())
      return nullptr;
    if (dot == std::string_view::npos)
      return &*found;
    return found->is_object() ? at(*found, name.substr(dot + 1)) : nullptr;
  }

  void add(const policy_key& key, const json& leaf, const std::string& path, std::vector<policy_setting>& to) {
    const auto text = text_of(key.unit, leaf);
    if (const auto value = text ? parse_setting(key, *text) : std::nullopt)
      to.push_back({std::string{key.name}, *value});
    else
      complain(path + '.' + std::string{key.name}, "must be " + expected_of(key));
  }

  void name_unknown(const json& x, const std::string& path, const std::string& prefix) {
    for (const auto& [name, value] : x.items()) {
      const auto full = prefix + name;
      if (find_policy_key(full) != nullptr)
        continue;
      const auto keys = policy_keys();
      const bool group = std::any_of(keys.begin(), keys.end(), [&](const policy_key& key) {
        return key.name.starts_with(full + '.');
      });
      const auto below = path + '.' + name;
      if (!group)
        complain(below, no_field);
      else if (object(value, below, "an object with settings"))
        name_unknown(value, below, full + '.');
    }
  }
};

json leaf_of(const policy_key& key, std::int64_t value) {
  const auto text = setting_text(key, value);
  if (key.unit == setting_unit::per_second || key.unit == setting_unit::count)
    return value;
  if (key.unit != setting_unit::tiers)
    return text;
  auto list = json::array();
  for (std::size_t from = 0; from < text.size();) {
    const auto end = std::min(text.find(", ", from), text.size());
    list.push_back(text.substr(from, end - from));
    from = end + 2;
  }
  return list;
}

void put_settings(json& to, const std::vector<policy_setting>& settings) {
  for (const auto& one : settings) {
    const auto* key = find_policy_key(one.name);
    if (key == nullptr || !allows(*key, one.value))
      continue;
    auto* into = &to;
    std::string_view name = key->name;
    for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
      into = &(*into)[std::string{name.substr(0, dot)}];
      name.remove_prefix(dot + 1);
    }
    (*into)[std::string{name}] = leaf_of(*key, one.value);
  }
}

json spec_of(const policy_document& x) {
  json spec = json::object();
  if (!x.defaults.empty())
    put_settings(spec["defaults"], x.defaults);
  for (const auto& rule : x.backends) {
    json one = {{"match", rule.match}};
    put_settings(one, rule.settings);
    spec["backends"].push_back(std::move(one));
  }
  for (const auto& tenant : x.tenants) {
    json one = {{"name", tenant.name}};
    if (!tenant.parent.empty())
      one["parent"] = tenant.parent;
    one["weight"] = tenant.weight;
    spec["tenants"].push_back(std::move(one));
  }
  return spec;
}

} // namespace

std::variant<policy_document, refused_document> read_policy(std::string_view text, document_format format) {
  auto read = format == document_format::as_json ? read_json(text) : read_yaml(text);
  if (const auto* problem = std::get_if<unreadable>(&read))
    return refused_document{problem->why, {}};
  auto& document = std::get<json>(read);
  if (document.is_object())
    document.erase("status"); // a document as it was answered may be sent back
  constexpr auto wrong = "the policy was refused; nothing was changed";
  policy_reader reader;
  auto x = reader.read(document);
  // All at once: also what is wrong with that which could be read.
  for (auto& one : check(x))
    if (std::none_of(reader.found.begin(), reader.found.end(), [&](const mistake& known) {
          return known.path == one.path;
        }))
      reader.found.push_back(std::move(one));
  if (!reader.found.empty())
    return refused_document{wrong, std::move(reader.found)};
  return x;
}

json write_policy(const policy_document& x) {
  json status = {{"version", x.version}};
  if (x.version != 0) {
    status["author"] = x.author;
    status["reason"] = x.reason;
    status["since"] = rfc3339(x.since);
  }
  return {{"apiVersion", "sluice/v1"}, {"kind", "Policy"}, {"spec", spec_of(x)}, {"status", std::move(status)}};
}

} // namespace sluice::http
