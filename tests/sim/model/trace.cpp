// The number.
#include "tests/sim/model/trace.hpp"

#include <cstdio>

namespace sluice::sim {

namespace {

bool judged(event_kind x) noexcept {
  return x == event_kind::promise_violated || x == event_kind::promise_recovered;
}

std::uint64_t word(instant x) noexcept {
  return static_cast<std::uint64_t>(x.count());
}

} // namespace

trace::trace(std::ostream* text) : text_(text) {
  if (text_ != nullptr)
    *text_ << "time_ns,kind,subject,figures\n";
}

void trace::add(std::string_view x) noexcept {
  std::uint64_t part = x.size();
  for (const auto c : x)
    part = part * 0x100000001b3ull + static_cast<unsigned char>(c);
  add(part);
}

void trace::add(const allowance& x) noexcept {
  add(x.iops.per_second);
  add(x.bandwidth.per_second);
  add(x.depth);
  add(x.burst_iops.per_second);
  add(word(x.burst_length));
}

void trace::sent(instant now, const throttle& x) {
  add(word(now));
  add(x.stream.gateway);
  add(x.stream.volume);
  add(x.stream.client);
  add(x.generation);
  add(word(x.lease));
  add(x.now);
  add(x.envelope);
  add(static_cast<std::uint64_t>(x.why.rule));
  if (text_ != nullptr)
    *text_ << now.count() << ",throttle," << to_string(x.stream) << ",generation=" << x.generation
           << " iops=" << x.now.iops.per_second << " bandwidth=" << x.now.bandwidth.per_second
           << " depth=" << x.now.depth << " envelope_depth=" << x.envelope.depth << " rule=" << to_string(x.why.rule)
           << '\n';
}

void trace::sent(instant now, const renewal& x) {
  add(word(now));
  add(x.stream.gateway);
  add(x.stream.volume);
  add(x.stream.client);
  add(~x.generation);
  if (text_ != nullptr)
    *text_ << now.count() << ",renewal," << to_string(x.stream) << ",generation=" << x.generation << '\n';
}

void trace::happened(instant now, const event& x) {
  if (!judged(x.kind)) {
    add(word(now));
    add(static_cast<std::uint64_t>(x.kind));
    add(x.subject);
  }
  if (text_ != nullptr)
    *text_ << now.count() << ",event," << x.subject << ',' << to_string(x.kind) << '\n';
}

void trace::replied(instant now, std::uint32_t client, std::string_view name, duration latency, bool write,
                    std::uint32_t bytes, std::uint64_t offset) {
  add(word(now));
  add(std::uint64_t{client} << 33 | std::uint64_t{write} << 32 | bytes);
  add(word(latency));
  if (text_ != nullptr)
    *text_ << now.count() << ",reply," << name << ",latency_ns=" << latency.count() << (write ? " write=" : " read=")
           << bytes << " offset=" << offset << '\n';
}

std::string hash_text(std::uint64_t x) {
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(x));
  return text;
}

} // namespace sluice::sim
