// Counts intervals of whole agreements.
#include "actors/application_server/observatory/interval_tally.hpp"

#include "actors/domain/accounting.hpp"

#include <array>

namespace sluice {

void interval_tally::note(const verdict& x) {
  auto found = records_.find(x.agreement);
  if (found == records_.end()) {
    if (records_.size() >= max_tallies)
      return;
    found = records_.emplace(x.agreement, record{}).first;
  }
  auto& its = found->second;
  if (its.counted == x.from)
    return;
  noted_.insert(x.agreement);
  const auto [at, is_first] = its.noted.emplace(x.from, x.outcome);
  if (!is_first) {
    const std::array both{at->second, x.outcome};
    at->second = outcome_of_all(both);
  }
}

void interval_tally::settle() {
  for (const auto& name : noted_) {
    const auto found = records_.find(name);
    if (found == records_.end())
      continue;
    auto& its = found->second;
    for (const auto& [from, outcome] : its.noted) {
      switch (outcome) {
      case verdict_outcome::met:
        ++its.sum.met;
        break;
      case verdict_outcome::violated:
        ++its.sum.violated;
        break;
      case verdict_outcome::exempt:
        ++its.sum.exempt;
        break;
      case verdict_outcome::no_data:
        ++its.sum.no_data;
        break;
      }
      its.counted = from;
    }
    its.noted.clear();
  }
  noted_.clear();
}

void interval_tally::keep(std::span<const agreement> in_force) {
  std::map<std::string, record> kept;
  for (const auto& x : in_force)
    if (const auto found = records_.find(x.name); found != records_.end())
      kept.insert(std::move(*found));
  records_ = std::move(kept);
}

const interval_tally::counts* interval_tally::find(const std::string& agreement) const {
  const auto found = records_.find(agreement);
  return found == records_.end() || !found->second.counted ? nullptr : &found->second.sum;
}

} // namespace sluice
