// The name of a stream as the core keeps it: all parts in one shared block. Nothing of it can be changed.
#pragma once

#include "actors/domain/shared_text.hpp"
#include "actors/domain/stream.hpp"

#include <compare>
#include <cstdint>
#include <string_view>

namespace sluice {

/// Written `gateway/volume/client`, as to_string() of the stream_id. Copies share it. Thread safety: none.
class stream_name {
public:
  stream_name() noexcept = default;
  explicit stream_name(const stream_id& id);

  [[nodiscard]] std::string_view gateway() const noexcept {
    return text().substr(0, gateway_size_);
  }
  [[nodiscard]] std::string_view volume() const noexcept {
    return text_.empty() ? std::string_view{} : text().substr(gateway_size_ + 1, volume_size_);
  }
  [[nodiscard]] std::string_view client() const noexcept {
    return text_.empty() ? std::string_view{} : text().substr(gateway_size_ + volume_size_ + 2);
  }
  [[nodiscard]] std::string_view text() const noexcept {
    return text_.view();
  }
  /// For whoever wants to keep the text.
  [[nodiscard]] const shared_text& shared() const noexcept {
    return text_;
  }

  /// Whether it names this stream.
  [[nodiscard]] bool names(const stream_id& id) const noexcept;

  /// Makes `to` this name; allocates nothing where its strings have been as long.
  void write_to(stream_id& to) const;
  [[nodiscard]] stream_id id() const;

  friend bool operator==(const stream_name& a, const stream_name& b) noexcept {
    return a.gateway_size_ == b.gateway_size_ && a.volume_size_ == b.volume_size_ && a.text_ == b.text_;
  }
  /// As stream_ids compare: part by part.
  friend std::strong_ordering operator<=>(const stream_name& a, const stream_name& b) noexcept;

private:
  shared_text text_;
  std::uint32_t gateway_size_ = 0;
  std::uint32_t volume_size_ = 0;
};

} // namespace sluice
