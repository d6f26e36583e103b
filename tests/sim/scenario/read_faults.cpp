// What goes wrong, and when.
#include "tests/sim/scenario/parts.hpp"

#include <algorithm>

namespace sluice::sim {

namespace {

constexpr ppm fastest = 10 * whole;

std::optional<std::size_t> backend_of(section& in, const scenario& all) {
  if (!in.has("backend") && all.backends.size() == 1)
    return 0;
  in.need("backend");
  return in.has("backend") ? position_of(all.backends, in.text("backend"), in, "backend", "backend") : std::nullopt;
}

std::optional<std::size_t> gateway_of(section& in, const scenario& all) {
  if (!in.has("gateway") && all.gateways.size() == 1)
    return 0;
  in.need("gateway");
  return in.has("gateway") ? position_of(all.gateways, in.text("gateway"), in, "gateway", "gateway") : std::nullopt;
}

std::optional<std::size_t> stream_of(section& in, const scenario& all) {
  in.need("stream");
  const auto id = parse_stream_id(in.text("stream"));
  const auto at = std::find_if(all.streams.begin(), all.streams.end(), [&](const stream_spec& x) {
    return id && x.id == *id;
  });
  if (at != all.streams.end())
    return static_cast<std::size_t>(at - all.streams.begin());
  if (in.has("stream"))
    in.complain("stream", "must be the stream of a client, GATEWAY/VOLUME/CLIENT");
  return std::nullopt;
}

duration length_of(section& in) {
  in.need("for");
  return in.time("for", std::chrono::seconds{1}, std::chrono::milliseconds{1});
}

void read_restart(section& in, const scenario& all, fault_spec& x) {
  const std::vector<std::string> words{"core", "monitor", "application-server", "gateway"};
  constexpr fault_kind kinds[] = {fault_kind::restart_core, fault_kind::restart_monitor,
                                  fault_kind::restart_application_server, fault_kind::restart_gateway};
  in.need("of");
  x.kind = kinds[in.one_of("of", words, 0)];
  x.length = length_of(in);
  if (x.kind == fault_kind::restart_gateway)
    x.which = gateway_of(in, all).value_or(0);
}

void read_clock(section& in, fault_spec& x) {
  x.kind = fault_kind::clock;
  if (in.has("forward") == in.has("back"))
    in.complain("", "must have one of forward and back");
  x.length = in.time("forward", duration{0}) - in.time("back", duration{0});
}

fault_spec read_fault(section& in, const scenario& all) {
  fault_spec x;
  in.need("at");
  x.at = in.time("at", duration{0});
  if (x.at > all.length)
    in.complain("at", "must be within the length of the scenario");
  in.need("fault");
  switch (in.one_of("fault", {"restart", "speed", "stall", "partition", "clock", "nonsense", "order"}, 0)) {
  case 0:
    read_restart(in, all, x);
    break;
  case 1:
    x.kind = fault_kind::speed;
    in.need("to");
    x.share = in.share("to", whole, whole / 100, fastest);
    x.which = backend_of(in, all).value_or(0);
    break;
  case 2:
    x.kind = fault_kind::stall;
    x.length = length_of(in);
    x.which = backend_of(in, all).value_or(0);
    break;
  case 3:
    x.kind = fault_kind::partition;
    x.length = length_of(in);
    x.which = gateway_of(in, all).value_or(0);
    break;
  case 4:
    read_clock(in, x);
    break;
  case 5:
    x.kind = fault_kind::nonsense;
    x.length = length_of(in);
    x.share = in.share("share", whole);
    x.which = gateway_of(in, all).value_or(0);
    break;
  default:
    x.kind = fault_kind::order;
    x.length = length_of(in);
    in.need("iops");
    x.iops = rate{in.number("iops", 1, 100'000'000, 1)};
    x.which = stream_of(in, all).value_or(0);
    break;
  }
  return x;
}

} // namespace

void read_faults(section& file, scenario& to) {
  const auto* faults = file.list("faults");
  if (faults == nullptr)
    return;
  for (std::size_t i = 0; i < faults->items.size(); ++i) {
    section in{faults->items[i], item_path("faults", i), file.problems()};
    to.faults.push_back(read_fault(in, to));
  }
}

} // namespace sluice::sim
