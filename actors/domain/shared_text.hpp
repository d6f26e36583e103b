// A text that very many refer to, kept once: a counted block that never changes. No table of texts: whoever has one
// hands it on.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace sluice {

class borrowed_text;

/// Copies share the block. Empty texts need none. Thread safety: none, not even between copies.
class shared_text {
public:
  shared_text() noexcept = default;
  /// Allocates, unless it is empty. Longer texts than 4 GB are cut.
  explicit shared_text(std::string_view text);
  shared_text(const shared_text& other) noexcept : block_(other.block_) {
    if (block_ != nullptr)
      ++block_->users;
  }
  shared_text(shared_text&& other) noexcept : block_(other.block_) {
    other.block_ = nullptr;
  }
  shared_text& operator=(const shared_text& other) noexcept {
    if (block_ != other.block_)
      shared_text{other}.swap(*this);
    return *this;
  }
  shared_text& operator=(shared_text&& other) noexcept {
    shared_text{static_cast<shared_text&&>(other)}.swap(*this);
    return *this;
  }
  ~shared_text() {
    if (block_ != nullptr && --block_->users == 0)
      release(block_);
  }

  [[nodiscard]] std::string_view view() const noexcept {
    return view_of(block_);
  }
  operator std::string_view() const noexcept {
    return view();
  }
  [[nodiscard]] bool empty() const noexcept {
    return block_ == nullptr;
  }
  void clear() noexcept {
    shared_text{}.swap(*this);
  }
  void swap(shared_text& other) noexcept {
    auto* mine = block_;
    block_ = other.block_;
    other.block_ = mine;
  }

  friend bool operator==(const shared_text& a, const shared_text& b) noexcept {
    return a.block_ == b.block_ || a.view() == b.view();
  }
  friend bool operator==(const shared_text& a, std::string_view b) noexcept {
    return a.view() == b;
  }
  friend std::strong_ordering operator<=>(const shared_text& a, const shared_text& b) noexcept {
    return a.view() <=> b.view();
  }

private:
  friend class borrowed_text;
  /// The characters follow.
  struct block {
    std::uint32_t users;
    std::uint32_t size;
  };
  static void release(block* x) noexcept;
  [[nodiscard]] static std::string_view view_of(const block* x) noexcept {
    return x == nullptr ? std::string_view{}
                        : std::string_view{static_cast<const char*>(static_cast<const void*>(x + 1)), x->size};
  }
  block* block_ = nullptr;
};

/// A shared text that somebody else keeps: costs nothing to hand on. Valid as long as that one is.
class borrowed_text {
public:
  borrowed_text() noexcept = default;
  borrowed_text(const shared_text& owner) noexcept : block_(owner.block_) {}

  [[nodiscard]] std::string_view view() const noexcept {
    return shared_text::view_of(block_);
  }
  [[nodiscard]] bool empty() const noexcept {
    return block_ == nullptr;
  }
  /// Makes `to` share it.
  void share(shared_text& to) const noexcept {
    if (to.block_ == block_)
      return;
    shared_text mine;
    mine.block_ = block_;
    if (block_ != nullptr)
      ++block_->users;
    mine.swap(to);
  }
  friend bool operator==(borrowed_text a, borrowed_text b) noexcept {
    return a.block_ == b.block_ || a.view() == b.view();
  }
  friend bool operator==(borrowed_text a, const shared_text& b) noexcept {
    return a == borrowed_text{b};
  }

private:
  shared_text::block* block_ = nullptr;
};

} // namespace sluice
