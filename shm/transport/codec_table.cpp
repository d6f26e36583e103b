// Finding a codec by message or by code.
#include "shm/transport/codec_table.hpp"

#include <algorithm>
#include <string>

namespace sluice::shm {

codec_table& codec_table::insert(const codec& x) {
  if (x.operation < operation::first_free || for_operation(x.operation) != nullptr)
    throw std::logic_error{"operation code " + std::to_string(x.operation) + " is taken"};
  codecs_.push_back(x);
  std::sort(codecs_.begin(), codecs_.end(), [](const codec& a, const codec& b) {
    return a.operation < b.operation;
  });
  return *this;
}

const codec* codec_table::for_message(const caf::type_erased_tuple& x) const {
  // A few dozen entries, and a mismatch is found at the first element: cheaper than hashing.
  const auto found = std::find_if(codecs_.begin(), codecs_.end(), [&x](const codec& c) {
    return c.matches(x);
  });
  return found == codecs_.end() ? nullptr : &*found;
}

const codec* codec_table::for_operation(std::uint32_t operation) const {
  const auto found = std::lower_bound(codecs_.begin(), codecs_.end(), operation, [](const codec& c, std::uint32_t op) {
    return c.operation < op;
  });
  return found == codecs_.end() || found->operation != operation ? nullptr : &*found;
}

} // namespace sluice::shm
