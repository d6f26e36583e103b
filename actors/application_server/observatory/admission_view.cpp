// Collects backends and volumes.
#include "actors/application_server/observatory/admission_view.hpp"

namespace sluice {

namespace {

admission_backend backend_of(const observatory& known, const std::string& name) {
  admission_backend x;
  x.name = name;
  if (const auto* status = known.decisions.find_backend(name)) {
    x.capacity = status->full_seen ? status->capacity : 0;
    x.least_latency = status->least_latency;
  }
  const auto policy = policy_for(known.policy, name, known.base);
  x.oversubscription = policy.oversubscription;
  x.policy = policy.control;
  return x;
}

} // namespace

admission_view view_for_admission(const observatory& known) {
  admission_view view;
  std::map<std::string, std::size_t> positions;
  for (const auto& [gateway, record] : known.gateways.gateways()) {
    for (const auto& volume : record.volumes) {
      const auto [at, fresh] = positions.emplace(volume.backend, view.backends.size());
      if (fresh)
        view.backends.push_back(backend_of(known, volume.backend));
      view.places.push_back({gateway, volume.name, at->second});
    }
  }
  return view;
}

} // namespace sluice
