// Writes and reads the packed form: seven bits per byte, the highest bit says that more follow.
#include "actors/application_server/rows/packed_row.hpp"

#include <bit>
#include <concepts>
#include <type_traits>

namespace sluice {

namespace {

class writer {
public:
  void number(std::uint64_t x) {
    for (; x >= 0x80; x >>= 7)
      out += static_cast<char>(x | 0x80);
    out += static_cast<char>(x);
  }

  void text(const std::string& x) {
    number(x.size());
    out += x;
  }

  void histogram(const latency_histogram& x) {
    const auto packed = x.packed();
    number(static_cast<std::uint64_t>(x.sum().count()));
    number(packed.size());
    for (const auto part : packed)
      number(part);
  }

  std::string out;
};

class reader {
public:
  explicit reader(const std::string& in) : in_(in) {}

  std::uint64_t number() {
    std::uint64_t x = 0;
    for (unsigned shift = 0; at_ < in_.size() && shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(in_[at_++]);
      x |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80)
        break;
    }
    return x;
  }

  std::string text() {
    const auto size = number();
    auto x = in_.substr(at_, size);
    at_ += size;
    return x;
  }

  latency_histogram histogram() {
    const duration sum{static_cast<duration::rep>(number())};
    std::vector<std::uint32_t> packed(number());
    for (auto& part : packed)
      part = static_cast<std::uint32_t>(number());
    latency_histogram x;
    static_cast<void>(x.unpack(packed, sum)); // cannot fail: it was a histogram before
    return x;
  }

private:
  const std::string& in_;
  std::size_t at_ = 0;
};

/// Calls `f` with each number of a sample, in the order of the packed form.
template<class Sample, class F>
void each_number(Sample& x, F f) {
  f(x.sequence);
  f(x.taken.unix_us);
  f(x.arrivals);
  f(x.completions);
  f(x.errors);
  f(x.reads);
  f(x.writes);
  f(x.read_bytes);
  f(x.write_bytes);
  f(x.backlog);
  f(x.in_flight);
  f(x.generation);
}

duration read_duration(reader& from) {
  return duration{static_cast<duration::rep>(from.number())};
}

} // namespace

std::string pack(const sample_row& x) {
  writer to;
  const auto& s = x.total;
  for (const auto* name : {&s.stream.gateway, &s.stream.volume, &s.stream.client, &s.backend})
    to.text(*name);
  for (const auto value : {x.incarnation, x.first_sequence, x.last_sequence, std::uint64_t{x.samples}})
    to.number(value);
  each_number(s, [&](auto value) {
    to.number(static_cast<std::uint64_t>(value));
  });
  for (const auto value : {s.interval, s.limited_by_rate, s.limited_by_depth})
    to.number(static_cast<std::uint64_t>(value.count()));
  to.number(std::bit_cast<std::uint64_t>(s.mean_in_flight));
  to.number(static_cast<std::uint64_t>(s.control));
  to.histogram(s.backend_latency);
  to.histogram(s.total_latency);
  to.out.shrink_to_fit();
  return std::move(to.out);
}

sample_row unpack_row(const std::string& bytes) {
  reader from{bytes};
  sample_row x;
  auto& s = x.total;
  for (auto* name : {&s.stream.gateway, &s.stream.volume, &s.stream.client, &s.backend})
    *name = from.text();
  x.incarnation = from.number();
  x.first_sequence = from.number();
  x.last_sequence = from.number();
  x.samples = static_cast<std::uint32_t>(from.number());
  each_number(s, [&](auto& value) {
    value = static_cast<std::remove_reference_t<decltype(value)>>(from.number());
  });
  s.interval = read_duration(from);
  s.limited_by_rate = read_duration(from);
  s.limited_by_depth = read_duration(from);
  s.mean_in_flight = std::bit_cast<double>(from.number());
  s.control = static_cast<control_state>(from.number());
  s.backend_latency = from.histogram();
  s.total_latency = from.histogram();
  return x;
}

} // namespace sluice
