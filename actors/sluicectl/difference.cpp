// Flattens both documents and compares what has the same path.
#include "actors/sluicectl/difference.hpp"

#include <algorithm>
#include <map>

namespace sluice::ctl {

namespace {

/// Fields in the order of the document: numbers in a path count as numbers.
struct path_order {
  static std::vector<std::string> parts(const std::string& x) {
    std::vector<std::string> out(1);
    for (const char c : x) {
      if (c == '.' || c == '[')
        out.emplace_back();
      else if (c != ']')
        out.back() += c;
    }
    for (auto& part : out)
      if (!part.empty() && part.find_first_not_of("0123456789") == std::string::npos)
        part.insert(0, 20 - std::min<std::size_t>(part.size(), 20), '0');
    return out;
  }
  bool operator()(const std::string& a, const std::string& b) const {
    return parts(a) < parts(b);
  }
};

using leaves = std::map<std::string, nlohmann::json, path_order>;

void flatten(const nlohmann::json& x, const std::string& path, leaves& into) {
  if (!x.is_structured() || x.empty()) {
    into.emplace(path, x);
    return;
  }
  std::size_t number = 0;
  for (const auto& [key, value] : x.items()) {
    const auto part = x.is_array() ? '[' + std::to_string(number++) + ']' : (path.empty() ? "" : ".") + key;
    flatten(value, path + part, into);
  }
}

leaves fields_of(nlohmann::json x) {
  leaves out;
  if (x.is_object())
    x.erase("status");
  if (x.is_structured() && !x.empty())
    flatten(x, {}, out);
  return out;
}

} // namespace

std::vector<field_change> differences(const nlohmann::json& before, const nlohmann::json& after) {
  const auto was = fields_of(before);
  auto is = fields_of(after);
  std::map<std::string, field_change, path_order> found;
  for (const auto& [path, value] : was) {
    const auto same = is.find(path);
    if (same == is.end() || same->second != value)
      found.emplace(path, field_change{path, value, same == is.end() ? nlohmann::json{} : same->second});
    if (same != is.end())
      is.erase(same);
  }
  for (const auto& [path, value] : is)
    found.emplace(path, field_change{path, {}, value});
  std::vector<field_change> out;
  for (auto& [path, change] : found)
    out.push_back(std::move(change));
  return out;
}

} // namespace sluice::ctl
