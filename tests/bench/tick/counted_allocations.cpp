// The replaced operators.
#include "tests/bench/tick/counted_allocations.hpp"

#include <malloc.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

// Counters that nobody synchronizes by: relaxed.
std::atomic<std::uint64_t> calls{0};
std::atomic<std::uint64_t> live{0};

void* counted(void* memory) {
  if (memory == nullptr)
    throw std::bad_alloc{};
  calls.fetch_add(1, std::memory_order_relaxed);
  live.fetch_add(malloc_usable_size(memory), std::memory_order_relaxed);
  return memory;
}

void release(void* memory) noexcept {
  if (memory != nullptr)
    live.fetch_sub(malloc_usable_size(memory), std::memory_order_relaxed);
  std::free(memory);
}

} // namespace

void* operator new(std::size_t size) {
  return counted(std::malloc(size));
}
void* operator new[](std::size_t size) {
  return counted(std::malloc(size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(step, (size + step - 1) / step * step));
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete[](void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory);
}

namespace sluice::bench {

allocation_count counted_allocations() noexcept {
  return {calls.load(std::memory_order_relaxed), live.load(std::memory_order_relaxed)};
}

} // namespace sluice::bench
