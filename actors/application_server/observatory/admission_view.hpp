// What admission is judged against, from what is known of the present. Pure.
#pragma once

#include "actors/application_server/observatory/observatory.hpp"
#include "actors/domain/admission.hpp"

#include <vector>

namespace sluice {

/// Backends with their figures, and the volumes on them that gateways have described, be they connected or not.
struct admission_view {
  std::vector<admission_backend> backends;
  std::vector<admission_place> places;
};

/// A backend that was never seen full, or never at low load, has no such figure (zero).
[[nodiscard]] admission_view view_for_admission(const observatory& known);

} // namespace sluice
