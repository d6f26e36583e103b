// Judges groups.
#include "gateways/engine/group_config.hpp"

#include <algorithm>

namespace sluice::gateway {

namespace {

const group_config* find(const std::vector<group_config>& groups, const std::string& name) {
  const auto found = std::find_if(groups.begin(), groups.end(), [&name](const group_config& x) {
    return x.name == name;
  });
  return found == groups.end() ? nullptr : &*found;
}

std::string problem_above(const std::vector<group_config>& groups, const group_config& x) {
  std::size_t levels = 1;
  for (const auto* at = &x; !at->above.empty();) {
    const auto* const above = find(groups, at->above);
    if (above == nullptr)
      return "there is no group " + at->above;
    if (++levels > max_group_levels)
      return "more than " + std::to_string(max_group_levels) + " groups are above one another, or they form a circle";
    at = above;
  }
  return {};
}

} // namespace

std::string problem_with(const group_config& x) {
  if (!valid_name(x.name))
    return "the name is not valid";
  if (x.volume.empty() || x.volume.size() > max_name_size || x.client.empty() || x.client.size() > max_name_size)
    return "the pattern of its volumes or clients is empty or too long";
  if (x.weight == 0 || x.weight > fair_share::max_weight)
    return "the weight is not between 1 and " + std::to_string(fair_share::max_weight);
  if (x.operations > group_operations::writes)
    return "the operations are unknown";
  return problem_with(x.limits);
}

std::vector<std::string> check(const std::vector<group_config>& groups) {
  std::vector<std::string> out;
  if (groups.size() > max_groups)
    out.push_back("there are more than " + std::to_string(max_groups) + " groups");
  for (const auto& x : groups) {
    auto problem = problem_with(x);
    if (problem.empty())
      problem = problem_above(groups, x);
    if (problem.empty() && find(groups, x.name) != &x)
      problem = "it is there twice";
    if (!problem.empty())
      out.push_back("group " + x.name + ": " + problem);
  }
  return out;
}

} // namespace sluice::gateway
