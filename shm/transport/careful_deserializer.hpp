// Reads CAF's binary form from bytes that nobody vouches for. Same bytes as caf::binary_serializer writes.
#pragma once

#include <caf/all.hpp>

#include <cstddef>
#include <span>

namespace sluice::shm {

/// CAF 0.17.6's own binary_deserializer believes lengths: five bytes make it allocate 4 GiB for a byte buffer, and
/// messages inside messages make it recurse until the stack ends. This one refuses a length that the bytes at hand
/// cannot hold, and nesting deeper than `max_depth`. Memory stays within a small factor of the message's size.
class careful_deserializer final : public caf::deserializer {
public:
  static constexpr int max_depth = 128; ///< chosen: our messages nest about 5 deep

  careful_deserializer(caf::execution_unit* context, std::span<const std::byte> bytes)
      : caf::deserializer(context), left_(bytes) {}

  caf::error begin_object(std::uint16_t& type, std::string& name) override;
  caf::error end_object() override;
  caf::error begin_sequence(std::size_t& size) override;
  caf::error end_sequence() override;
  caf::error apply_raw(std::size_t bytes, void* to) override;

  /// Whether any read has been refused; then all later ones are. To be asked at the end: CAF loses the errors of
  /// messages inside messages on their way out.
  [[nodiscard]] bool failed() const {
    return failed_;
  }
  [[nodiscard]] std::size_t remaining() const {
    return left_.size();
  }

protected:
  caf::error apply_impl(std::int8_t& x) override;
  caf::error apply_impl(std::uint8_t& x) override;
  caf::error apply_impl(std::int16_t& x) override;
  caf::error apply_impl(std::uint16_t& x) override;
  caf::error apply_impl(std::int32_t& x) override;
  caf::error apply_impl(std::uint32_t& x) override;
  caf::error apply_impl(std::int64_t& x) override;
  caf::error apply_impl(std::uint64_t& x) override;
  caf::error apply_impl(float& x) override;
  caf::error apply_impl(double& x) override;
  caf::error apply_impl(long double& x) override;
  caf::error apply_impl(std::string& x) override;
  caf::error apply_impl(std::u16string& x) override;
  caf::error apply_impl(std::u32string& x) override;

private:
  caf::error refuse(caf::sec code, const char* why);
  caf::error enter();
  caf::error read_length(std::size_t& size, std::size_t bits_per_element);
  template<class T>
  caf::error read_integer(T& x);
  template<class Text>
  caf::error read_wide(Text& x);

  std::span<const std::byte> left_;
  int depth_ = 0;
  bool failed_ = false;
};

} // namespace sluice::shm
