// The kinds' names.
#include "actors/sluicectl/resource_kind.hpp"

#include <array>

namespace sluice::ctl {

namespace {

struct kind_names {
  resource_kind kind;
  std::string_view singular;
  std::string_view plural;
};

constexpr std::array all_names{
    kind_names{resource_kind::agreement, "agreement", "agreements"},
    kind_names{resource_kind::stream, "stream", "streams"},
    kind_names{resource_kind::gateway, "gateway", "gateways"},
    kind_names{resource_kind::backend, "backend", "backends"},
    kind_names{resource_kind::throttle, "throttle", "throttles"},
    kind_names{resource_kind::limit, "limit", "limits"},
    kind_names{resource_kind::event, "event", "events"},
    kind_names{resource_kind::policy, "policy", "policies"},
};

const kind_names& names_of(resource_kind x) noexcept {
  return all_names[static_cast<std::size_t>(x)]; // the array is in the order of the enumeration
}

} // namespace

std::optional<resource_kind> parse_resource_kind(std::string_view word) noexcept {
  for (const auto& names : all_names)
    if (word == names.singular || word == names.plural)
      return names.kind;
  return std::nullopt;
}

std::string_view plural(resource_kind x) noexcept {
  return names_of(x).plural;
}

std::string_view singular(resource_kind x) noexcept {
  return names_of(x).singular;
}

std::string all_resource_kinds() {
  std::string text;
  for (const auto& names : all_names) {
    if (!text.empty())
      text += ", ";
    text += names.kind == resource_kind::policy ? names.singular : names.plural; // there is one
  }
  return text;
}

} // namespace sluice::ctl
