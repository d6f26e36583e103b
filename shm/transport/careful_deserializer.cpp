// Every read is checked against what is left.
#include "shm/transport/careful_deserializer.hpp"

#include <caf/detail/ieee_754.hpp>
#include <caf/detail/network_order.hpp>

#include <cstring>
#include <sstream>

namespace sluice::shm {

caf::error careful_deserializer::refuse(caf::sec code, const char* why) {
  failed_ = true;
  left_ = {};
  return caf::make_error(code, why);
}

caf::error careful_deserializer::enter() {
  if (failed_ || depth_ >= max_depth)
    return refuse(caf::sec::invalid_argument, "nested too deeply");
  ++depth_;
  return caf::none;
}

caf::error careful_deserializer::begin_object(std::uint16_t& type, std::string& name) {
  if (auto problem = enter())
    return problem;
  if (auto problem = apply_impl(type))
    return problem;
  return type != 0 ? caf::error{} : apply_impl(name);
}

caf::error careful_deserializer::end_object() {
  --depth_;
  return caf::none;
}

caf::error careful_deserializer::read_length(std::size_t& size, std::size_t bits_per_element) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    std::uint8_t part = 0;
    if (auto problem = apply_impl(part))
      return problem;
    value |= std::uint64_t{part & 0x7fu} << shift;
    if ((part & 0x80) == 0) {
      if (value * bits_per_element > left_.size() * 8)
        return refuse(caf::sec::end_of_stream, "a length beyond the end of the message");
      size = value;
      return caf::none;
    }
  }
  return refuse(caf::sec::invalid_argument, "a length of more than five bytes");
}

caf::error careful_deserializer::begin_sequence(std::size_t& size) {
  if (auto problem = enter())
    return problem;
  // One bit: CAF packs vector<bool> eight to a byte (and does not call end_sequence() for it).
  return read_length(size, 1);
}

caf::error careful_deserializer::end_sequence() {
  --depth_;
  return caf::none;
}

caf::error careful_deserializer::apply_raw(std::size_t bytes, void* to) {
  if (bytes > left_.size())
    return refuse(caf::sec::end_of_stream, "the message ends early");
  if (bytes > 0)
    std::memcpy(to, left_.data(), bytes);
  left_ = left_.subspan(bytes);
  return caf::none;
}

template<class T>
caf::error careful_deserializer::read_integer(T& x) {
  std::make_unsigned_t<T> raw;
  if (auto problem = apply_raw(sizeof raw, &raw))
    return problem;
  if constexpr (sizeof(T) == 1)
    x = static_cast<T>(raw);
  else
    x = static_cast<T>(caf::detail::from_network_order(raw));
  return caf::none;
}

caf::error careful_deserializer::apply_impl(std::int8_t& x) {
  return read_integer(x);
}
caf::error careful_deserializer::apply_impl(std::uint8_t& x) {
  return read_integer(x);
}
caf::error careful_deserializer::apply_impl(std::int16_t& x) {
  return read_integer(x);
}
caf::error careful_deserializer::apply_impl(std::uint16_t& x) {
  return read_integer(x);
}
caf::error careful_deserializer::apply_impl(std::int32_t& x) {
  return read_integer(x);
}
caf::error careful_deserializer::apply_impl(std::uint32_t& x) {
  return read_integer(x);
}
caf::error careful_deserializer::apply_impl(std::int64_t& x) {
  return read_integer(x);
}
caf::error careful_deserializer::apply_impl(std::uint64_t& x) {
  return read_integer(x);
}

caf::error careful_deserializer::apply_impl(float& x) {
  std::uint32_t packed = 0;
  if (auto problem = read_integer(packed))
    return problem;
  x = caf::detail::unpack754(packed);
  return caf::none;
}

caf::error careful_deserializer::apply_impl(double& x) {
  std::uint64_t packed = 0;
  if (auto problem = read_integer(packed))
    return problem;
  x = caf::detail::unpack754(packed);
  return caf::none;
}

caf::error careful_deserializer::apply_impl(long double& x) {
  std::string text; // CAF writes it so
  if (auto problem = apply_impl(text))
    return problem;
  std::istringstream{text} >> x;
  return caf::none;
}

caf::error careful_deserializer::apply_impl(std::string& x) {
  std::size_t size = 0;
  if (auto problem = read_length(size, 8))
    return problem;
  x.assign(reinterpret_cast<const char*>(left_.data()), size);
  left_ = left_.subspan(size);
  return caf::none;
}

template<class Text>
caf::error careful_deserializer::read_wide(Text& x) {
  using unit = typename Text::value_type;
  std::size_t size = 0;
  if (auto problem = read_length(size, 8 * sizeof(unit)))
    return problem;
  x.clear();
  for (std::size_t i = 0; i < size; ++i) {
    std::conditional_t<sizeof(unit) == 2, std::uint16_t, std::uint32_t> one = 0;
    if (auto problem = read_integer(one))
      return problem;
    x.push_back(static_cast<unit>(one));
  }
  return caf::none;
}

caf::error careful_deserializer::apply_impl(std::u16string& x) {
  return read_wide(x);
}
caf::error careful_deserializer::apply_impl(std::u32string& x) {
  return read_wide(x);
}

} // namespace sluice::shm
