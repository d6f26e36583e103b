// Opens backends and lays volumes on them.
#include "gateways/engine/served.hpp"

#include <algorithm>

namespace sluice::gateway {

namespace {

std::shared_ptr<open_backend> find(const backend_list& among, const std::string& name) {
  const auto found = std::find_if(among.begin(), among.end(), [&name](const auto& x) {
    return x->config.name == name;
  });
  return found == among.end() ? nullptr : *found;
}

std::string place(volume& v, const backend_traits& traits) {
  auto& x = v.config;
  if (x.offset_bytes > traits.size_bytes || x.size_bytes > traits.size_bytes - x.offset_bytes)
    return "it ends behind backend " + x.backend + ", which has " + std::to_string(traits.size_bytes) + " bytes";
  if (x.offset_bytes % traits.min_block != 0)
    return "its offset is no multiple of " + std::to_string(traits.min_block) + " bytes";
  if (x.size_bytes % traits.min_block != 0)
    return "its size is no multiple of " + std::to_string(traits.min_block) + " bytes";
  if (x.size_bytes == 0)
    x.size_bytes = traits.size_bytes - x.offset_bytes;
  v.info = describe(x, traits);
  return {};
}

} // namespace

backend_list open_backends(const std::vector<backend_config>& wanted, const backend_list& known,
                           const backend_maker& make, std::vector<std::string>& problems) {
  backend_list result;
  for (const auto& x : wanted) {
    if (const auto there = find(known, x.name); there != nullptr) {
      if (there->config == x)
        result.push_back(there);
      else
        problems.push_back("backend " + x.name + ": changed; needs a restart, or another name");
      continue;
    }
    auto opened = make(x);
    if (auto problem = opened->open(); !problem.empty()) {
      problems.push_back("backend " + x.name + ": " + problem);
      return result;
    }
    result.push_back(std::make_shared<open_backend>(x, std::move(opened)));
  }
  return result;
}

std::vector<volume> make_volumes(const std::vector<volume_config>& wanted, const backend_list& on,
                                 std::vector<std::string>& problems) {
  std::vector<volume> result;
  for (const auto& x : wanted) {
    auto* const storage = find(on, x.backend)->what.get();
    volume v{x, storage, {}};
    if (auto problem = place(v, storage->traits()); !problem.empty())
      problems.push_back("volume " + x.name + ": " + problem);
    result.push_back(std::move(v));
  }
  return result;
}

} // namespace sluice::gateway
