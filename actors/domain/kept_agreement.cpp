// Shares what is equal.
#include "actors/domain/kept_agreement.hpp"

#include <set>
#include <string_view>
#include <unordered_map>

namespace sluice {

kept_agreement::kept_agreement(const agreement& x)
    : name(x.name),
      tenant(x.tenant),
      gateway(x.streams.gateway),
      volume(x.streams.volume),
      client(x.streams.client),
      objective(std::make_shared<const sluice::objective>(x.objective)),
      version(x.version),
      since(x.since) {}

bool kept_agreement::says(const agreement& x) const noexcept {
  return name == x.name && tenant == x.tenant && gateway == x.streams.gateway && volume == x.streams.volume
         && client == x.streams.client && *objective == x.objective && version == x.version && since == x.since;
}

std::vector<kept_agreement> keep(std::span<const agreement> agreements) {
  std::unordered_map<std::string_view, shared_text> known;
  const auto share = [&](shared_text& x) {
    const auto& first = known.try_emplace(x.view(), x).first->second;
    x = first;
  };
  const auto less = [](const auto& a, const auto& b) {
    return *a < *b;
  };
  std::set<std::shared_ptr<const objective>, decltype(less)> terms{less};
  std::vector<kept_agreement> result;
  result.reserve(agreements.size());
  for (const auto& x : agreements) {
    auto& to = result.emplace_back(x);
    for (auto* text : {&to.name, &to.tenant, &to.gateway, &to.volume, &to.client})
      share(*text);
    to.objective = *terms.insert(to.objective).first;
  }
  return result;
}

} // namespace sluice
