// The block.
#include "actors/domain/shared_text.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

namespace sluice {

shared_text::shared_text(std::string_view text) {
  if (text.empty())
    return;
  const auto size = std::min<std::size_t>(text.size(), std::numeric_limits<std::uint32_t>::max());
  block_ = ::new (::operator new(sizeof(block) + size)) block{1, static_cast<std::uint32_t>(size)};
  std::memcpy(static_cast<void*>(block_ + 1), text.data(), size);
}

void shared_text::release(block* x) noexcept {
  ::operator delete(static_cast<void*>(x));
}

} // namespace sluice
