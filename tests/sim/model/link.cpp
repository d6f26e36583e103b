// Carrying, losing, repeating.
#include "tests/sim/model/link.hpp"

#include <utility>

namespace sluice::sim {

namespace {

std::size_t wire_size(const std::string& x) noexcept {
  return x.size() + (x.size() < 128 ? 1 : 2);
}

std::size_t wire_size(const stream_id& x) noexcept {
  return wire_size(x.gateway) + wire_size(x.volume) + wire_size(x.client);
}

constexpr std::size_t allowance_size = 4 * sizeof(std::uint64_t) + sizeof(std::uint32_t);

} // namespace

std::size_t wire_size(const throttle& x) noexcept {
  const auto reason = 2 + wire_size(x.why.agreement) + wire_size(x.why.beneficiary) + wire_size(x.why.backend)
                      + 9 * sizeof(std::uint64_t);
  return wire_size(x.stream) + 2 * sizeof(std::uint64_t) + 2 * allowance_size + reason;
}

std::size_t wire_size(const renewal& x) noexcept {
  return wire_size(x.stream) + sizeof(std::uint64_t);
}

sample_batch& gateway_link::new_samples() {
  up_.present = up_.take();
  auto& x = up_.places[up_.present];
  x.gateway = gateway_;
  return x;
}

void gateway_link::send_samples() {
  send(up_, samples);
}

command_batch& gateway_link::new_commands() {
  down_.present = down_.take();
  auto& x = down_.places[down_.present];
  x.throttles.clear();
  x.renewals.clear();
  return x;
}

void gateway_link::send_commands() {
  send(down_, commands);
}

template<class T>
void gateway_link::send(carriage<T>& from, std::uint32_t what) {
  // The same draws whatever becomes of the message: a change of one share does not shift what the others do.
  const auto repeated = luck_.happens(spec_.repeated);
  auto used = false; // the place that was filled carries the first copy
  for (auto copy = 0; copy < (repeated ? 2 : 1); ++copy) {
    const auto lost = luck_.happens(spec_.lost);
    auto delay = luck_.between(spec_.delay_least, spec_.delay_most);
    if (luck_.happens(spec_.reordered))
      delay += spec_.reordered_by;
    if (lost || sim_.now() < cut_until_)
      continue;
    auto place = from.present;
    if (std::exchange(used, true)) {
      place = from.take();
      from.places[place] = from.places[from.present];
    }
    sim_.after(delay, *this, what, place);
  }
  if (!used)
    from.free.push_back(from.present);
}

void gateway_link::on_event(std::uint32_t what, std::uint32_t argument) {
  const auto alive = sim_.now() >= cut_until_;
  if (what == samples) {
    if (alive)
      end_.arrived(up_.places[argument]);
    up_.free.push_back(argument);
  } else {
    if (alive)
      end_.arrived(down_.places[argument]);
    down_.free.push_back(argument);
  }
}

} // namespace sluice::sim
