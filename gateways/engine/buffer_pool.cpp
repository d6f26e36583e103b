// Size classes and free lists.
#include "gateways/engine/buffer_pool.hpp"

#include <bit>
#include <cstdlib>

namespace sluice::gateway {

namespace {

constexpr std::size_t bytes_of(std::size_t size_class) {
  return std::size_t{1} << (size_class + buffer_pool::smallest_power);
}

} // namespace

buffer_pool::~buffer_pool() {
  for (auto& line : free_)
    for (auto* const data : line)
      std::free(data);
}

pooled_buffer buffer_pool::acquire(std::size_t size_bytes, bool beyond_bound) {
  const auto power = static_cast<unsigned>(std::bit_width(size_bytes > 0 ? size_bytes - 1 : 0));
  if (power > largest_power)
    return {};
  const auto size_class = power > smallest_power ? power - smallest_power : 0;
  const auto bytes = bytes_of(size_class);
  if (used_bytes_ + bytes > max_used_bytes && !beyond_bound)
    return {};
  auto& line = free_[size_class];
  std::byte* data = nullptr;
  if (!line.empty()) {
    data = line.back();
    line.pop_back();
    kept_bytes_ -= bytes;
  } else {
    data = static_cast<std::byte*>(std::aligned_alloc(bytes_of(0), bytes));
    if (data == nullptr)
      return {};
  }
  used_bytes_ += bytes;
  return {data, static_cast<std::uint8_t>(size_class)};
}

void buffer_pool::release(pooled_buffer x) {
  if (x.data == nullptr)
    return;
  const auto bytes = bytes_of(x.size_class);
  used_bytes_ -= bytes;
  if (kept_bytes_ + bytes > max_kept_bytes) {
    std::free(x.data);
    return;
  }
  kept_bytes_ += bytes;
  free_[x.size_class].push_back(x.data);
}

} // namespace sluice::gateway
