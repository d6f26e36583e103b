// Checks and applies policy documents.
#include "actors/domain/policy_document.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

namespace sluice {

namespace {

auto rank_of(const policy_rule& x) {
  const auto wildcards = std::count_if(x.match.begin(), x.match.end(), [](char c) {
    return c == '*' || c == '?';
  });
  return std::tuple{wildcards == 0, static_cast<std::ptrdiff_t>(x.match.size()) - wildcards};
}

/// The less specific first, so that the more specific one is applied over it.
bool less_specific(const policy_rule* a, const policy_rule* b) {
  const auto x = rank_of(*a);
  const auto y = rank_of(*b);
  return x != y ? x < y : a->match > b->match;
}

void apply(backend_policy& to, const std::vector<policy_setting>& settings) {
  for (const auto& one : settings)
    if (const auto* key = find_policy_key(one.name); key != nullptr && allows(*key, one.value))
      key->set(to, one.value);
}

/// What is applied one over the other for a backend, the least specific first.
std::vector<const std::vector<policy_setting>*> layers_for(const policy_document& x, std::string_view backend) {
  std::vector<const policy_rule*> matching;
  for (const auto& rule : x.backends)
    if (matches(rule.match, backend))
      matching.push_back(&rule);
  std::sort(matching.begin(), matching.end(), less_specific);
  std::vector<const std::vector<policy_setting>*> layers{&x.defaults};
  for (const auto* rule : matching)
    layers.push_back(&rule->settings);
  return layers;
}

class policy_checker {
public:
  policy_checker(const policy_document& x, const control_policy& base) : x_(x), base_(base) {}

  std::vector<mistake> run() && {
    settings("spec.defaults", x_.defaults);
    rules();
    tenants();
    if (found_.empty())
      combinations();
    return std::move(found_);
  }

private:
  void complain(std::string path, std::string what) {
    found_.push_back({std::move(path), std::move(what)});
  }

  void settings(const std::string& path, const std::vector<policy_setting>& list) {
    std::set<std::string_view> seen;
    for (const auto& one : list) {
      const auto* key = find_policy_key(one.name);
      if (key == nullptr)
        complain(path + '.' + one.name, "is no field of a policy");
      else if (!seen.insert(one.name).second)
        complain(path + '.' + one.name, "is given twice");
      else if (!allows(*key, one.value))
        complain(path + '.' + one.name, "must be " + expected_of(*key));
    }
  }

  void rules() {
    if (x_.backends.size() > max_policy_rules)
      return complain("spec.backends", "must have at most " + std::to_string(max_policy_rules) + " entries");
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < x_.backends.size(); ++i) {
      const auto& rule = x_.backends[i];
      const auto path = "spec.backends[" + std::to_string(i) + ']';
      if (!valid_pattern(rule.match))
        complain(path + ".match", "must be a name in which * stands for any characters and ? for one");
      else if (!seen.insert(rule.match).second)
        complain(path + ".match", "stands in an entry before; put the settings together");
      settings(path, rule.settings);
    }
  }

  void tenants() {
    if (x_.tenants.size() > max_tenants)
      return complain("spec.tenants", "must have at most " + std::to_string(max_tenants) + " entries");
    std::map<std::string_view, std::string_view> parents;
    for (std::size_t i = 0; i < x_.tenants.size(); ++i) {
      const auto& one = x_.tenants[i];
      const auto path = "spec.tenants[" + std::to_string(i) + ']';
      if (!valid_name(one.name))
        complain(path + ".name", "must be 1 to 255 characters of A-Z a-z 0-9 . _ : @ -");
      else if (!parents.emplace(one.name, one.parent).second)
        complain(path + ".name", "stands in an entry before");
      if (one.weight < 1 || one.weight > max_tenant_weight)
        complain(path + ".weight", "must be 1 to " + std::to_string(max_tenant_weight));
    }
    for (std::size_t i = 0; i < x_.tenants.size(); ++i)
      ancestors(parents, x_.tenants[i], "spec.tenants[" + std::to_string(i) + "].parent");
  }

  void ancestors(const std::map<std::string_view, std::string_view>& parents, const tenant_share& of,
                 const std::string& path) {
    std::string_view above = of.parent;
    for (std::size_t level = 1; !above.empty(); ++level) {
      const auto found = parents.find(above);
      if (found == parents.end()) // said at the entry that names it
        return level == 1 ? complain(path, "names a tenant that has no entry of its own") : void();
      if (above == of.name)
        return complain(path, "makes the tenant its own ancestor");
      if (level >= max_tenant_levels)
        return complain(path, "is more than " + std::to_string(max_tenant_levels) + " levels deep, or never ends");
      above = found->second;
    }
  }

  /// Settings that are right one by one may contradict each other.
  void combinations() {
    const auto of = [&](const std::string& path, std::string_view backend) {
      auto result = backend_policy{base_};
      for (const auto* layer : layers_for(x_, backend))
        apply(result, *layer);
      if (const auto problem = problem_with(result.control); !problem.empty())
        complain(path, problem);
    };
    of("spec.defaults", "");
    for (std::size_t i = 0; i < x_.backends.size(); ++i)
      of("spec.backends[" + std::to_string(i) + ']', x_.backends[i].match);
  }

  const policy_document& x_;
  const control_policy& base_;
  std::vector<mistake> found_;
};

} // namespace

bool same_policy(const policy_document& a, const policy_document& b) {
  return a.defaults == b.defaults && a.backends == b.backends && a.tenants == b.tenants;
}

std::vector<mistake> check(const policy_document& x, const control_policy& base) {
  return policy_checker{x, base}.run();
}

backend_policy policy_for(const policy_document& x, std::string_view backend, const control_policy& base) {
  backend_policy result{base};
  for (const auto* layer : layers_for(x, backend)) {
    auto next = result;
    apply(next, *layer);
    if (problem_with(next.control).empty())
      result = next;
  }
  if (!x.tenants.empty())
    result.control.tenants = x.tenants;
  return result;
}

std::vector<policy_setting> started_with(const control_policy& x) {
  constexpr double whole = 1e6; // parts per million
  return {{"best_effort_floor.iops", static_cast<std::int64_t>(x.best_effort_floor.per_second)},
          {"aim.mean", std::llround(x.aim_mean * whole)},
          {"aim.percentile", std::llround(x.aim_percentile * whole)},
          {"knee", x.knee.count()},
          {"knee_least", x.knee_least.count()}};
}

control_policy base_of(const std::vector<policy_setting>& started_with) {
  policy_document as_defaults;
  as_defaults.defaults = started_with;
  return policy_for(as_defaults, "").control;
}

std::string summary_of(const policy_document& x) {
  std::string text;
  for (const auto& one : x.defaults)
    if (const auto* key = find_policy_key(one.name))
      text += one.name + '=' + setting_text(*key, one.value) + "; ";
  const auto count = [](std::size_t n, const char* one, const char* many) {
    return std::to_string(n) + ' ' + (n == 1 ? one : many);
  };
  return text + count(x.backends.size(), "rule for backends", "rules for backends") + ", "
         + count(x.tenants.size(), "tenant", "tenants");
}

} // namespace sluice
