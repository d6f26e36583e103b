// Names of bases.
#include "actors/domain/record.hpp"

namespace sluice {

std::string_view to_string(verdict_basis x) noexcept {
  return x == verdict_basis::rows ? "rows" : "finding";
}

} // namespace sluice
