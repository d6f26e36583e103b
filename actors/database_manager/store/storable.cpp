// Checks text by the form of UTF-8 (RFC 3629, section 4).
#include "actors/database_manager/store/storable.hpp"

namespace sluice::store {

bool storable(std::string_view x) noexcept {
  if (x.size() > max_text_size)
    return false;
  for (std::size_t i = 0; i < x.size();) {
    const auto lead = static_cast<unsigned char>(x[i]);
    if (lead == 0)
      return false;
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || i + length > x.size())
      return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(x[i + k]) & 0xc0) != 0x80)
        return false;
    }
    const auto second = static_cast<unsigned char>(x[i + 1]);
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool surrogate = lead == 0xed && second >= 0xa0;
    const bool beyond = lead == 0xf4 && second >= 0x90;
    if (overlong || surrogate || beyond)
      return false;
    i += length;
  }
  return true;
}

} // namespace sluice::store
