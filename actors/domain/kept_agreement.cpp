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

namespace {

/// Finds what was kept before by its value.
struct by_value {
  using is_transparent = void;
  using kept = std::shared_ptr<const objective>;
  bool operator()(const kept& a, const kept& b) const {
    return *a < *b;
  }
  bool operator()(const kept& a, const objective& b) const {
    return *a < b;
  }
  bool operator()(const objective& a, const kept& b) const {
    return a < *b;
  }
};

class keeper {
public:
  [[nodiscard]] kept_agreement keep(const agreement& x) {
    kept_agreement result;
    result.name = shared_text{x.name}; // no other one has it
    result.tenant = share(x.tenant);
    result.gateway = share(x.streams.gateway);
    result.volume = share(x.streams.volume);
    result.client = share(x.streams.client);
    result.objective = share(x.objective);
    result.version = x.version;
    result.since = x.since;
    return result;
  }

private:
  [[nodiscard]] shared_text share(std::string_view text) {
    if (const auto known = texts_.find(text); known != texts_.end())
      return known->second;
    shared_text fresh{text};
    return texts_.emplace(fresh.view(), fresh).first->second;
  }
  [[nodiscard]] std::shared_ptr<const objective> share(const objective& x) {
    const auto known = terms_.find(x);
    return known != terms_.end() ? *known : *terms_.insert(std::make_shared<const objective>(x)).first;
  }

  std::unordered_map<std::string_view, shared_text> texts_;
  std::set<std::shared_ptr<const objective>, by_value> terms_;
};

} // namespace

std::vector<kept_agreement> keep(std::span<const agreement> agreements) {
  keeper all;
  std::vector<kept_agreement> result;
  result.reserve(agreements.size());
  for (const auto& x : agreements)
    result.push_back(all.keep(x));
  return result;
}

} // namespace sluice
