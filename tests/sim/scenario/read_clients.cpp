// Clients and the streams that come of them.
#include "tests/sim/scenario/parts.hpp"
#include "tests/sim/scenario/trace_file.hpp"

#include <algorithm>
#include <filesystem>
#include <unordered_map>

namespace sluice::sim {

namespace {

constexpr std::uint64_t most_rate = 10'000'000;
constexpr std::uint64_t most_depth = 100'000;
constexpr std::uint64_t largest_request = 64ull * 1024 * 1024;
constexpr duration shortest = std::chrono::milliseconds{1};

/// One of `open`, `depth`, `trace`, `probe`.
void read_pattern(section& in, const scenario& all, phase_spec& x) {
  const auto given = int{in.has("open")} + int{in.has("depth")} + int{in.has("trace")} + int{in.has("probe")};
  if (given != 1)
    in.complain("", "must have exactly one of open, depth, trace and probe");
  x.per_second = in.number("open", 1, most_rate, 1);
  const auto depth = in.number("depth", 1, most_depth, 1);
  const auto probe = in.number("probe", 1, most_depth, 1);
  x.evenly = in.flag("evenly", false);
  x.think = in.time("think", duration{0});
  x.every = in.time("every", std::chrono::milliseconds{500}, shortest);
  x.speed = in.share("speed", whole, whole / 100, 100 * whole);
  x.repeat = in.flag("repeat", true);
  const auto trace = in.text("trace");
  if (in.has("depth")) {
    x.how = pattern::closed;
    x.depth = static_cast<std::uint32_t>(depth);
  } else if (in.has("probe")) {
    x.how = pattern::probe;
    x.depth = static_cast<std::uint32_t>(probe);
  } else if (in.has("trace")) {
    x.how = pattern::replay;
    std::string problem;
    x.records = read_trace_file((std::filesystem::path{all.file}.parent_path() / trace).string(), problem);
    if (!problem.empty())
      in.complain("trace", problem);
  }
  const auto only = [&in](const char* key, const char* of) {
    if (in.has(key) && !in.has(of))
      in.complain(key, std::string{"is only for phases with "} + of);
  };
  only("evenly", "open");
  only("think", "depth");
  only("every", "probe");
  only("speed", "trace");
  only("repeat", "trace");
}

phase_spec read_phase(section& in, const scenario& all) {
  phase_spec x;
  x.from = in.time("from", duration{0});
  x.to = in.time("to", all.length);
  if (x.to <= x.from)
    in.complain("to", "must be later than from");
  read_pattern(in, all, x);
  x.on = in.time("on", duration{0}, shortest);
  x.off = in.time("off", duration{0}, shortest);
  x.random_bursts = in.flag("random_bursts", false);
  if (in.has("on") != in.has("off"))
    in.complain(in.has("on") ? "on" : "off", "needs the other of on and off");
  if (x.random_bursts && !in.has("on"))
    in.complain("random_bursts", "needs on and off");
  return x;
}

void read_sizes(section& in, client_spec& x) {
  const auto* sizes = in.any("size");
  if (sizes == nullptr)
    return;
  if (sizes->what == tree::sort::scalar) {
    x.sizes = {{whole, static_cast<std::uint32_t>(in.size("size", 4096, largest_request))}};
    return;
  }
  if (sizes->what != tree::sort::map || sizes->members.empty())
    return in.complain("size", "must be a size such as 4KiB, or a map of sizes and shares");
  x.sizes.clear();
  ppm sum = 0;
  section each{*sizes, in.path_of("size"), in.problems()};
  for (const auto& member : sizes->members) {
    tree key;
    key.what = tree::sort::map;
    key.line = member.second.line;
    tree scalar;
    scalar.what = tree::sort::scalar;
    scalar.line = key.line;
    scalar.text = member.first;
    key.members = {{member.first, scalar}};
    section as_size{key, in.path_of("size"), in.problems()};
    const auto bytes = as_size.size(member.first, 4096, largest_request);
    x.sizes.push_back({each.share(member.first, whole), static_cast<std::uint32_t>(bytes)});
    sum += x.sizes.back().share;
  }
  if (sum != whole)
    in.complain("size", "must have shares that sum up to 100%");
}

std::string replaced(std::string pattern, std::uint64_t number) {
  for (auto at = pattern.find('#'); at != std::string::npos; at = pattern.find('#'))
    pattern.replace(at, 1, std::to_string(number));
  return pattern;
}

using stream_positions = std::unordered_map<stream_id, std::size_t>;

/// `gateway/volume/client`; a # in it is the client's number, in the gateway's part it goes round those of that name.
class stream_finder {
public:
  stream_finder(scenario& all, stream_positions& known, section& in) : all_(all), known_(known), in_(in) {}

  std::optional<std::size_t> find(const std::string& pattern, std::uint64_t number) {
    const auto slash = pattern.find('/');
    auto gateway = pattern.substr(0, slash);
    if (const auto at = gateway.find('#'); at != std::string::npos) {
      const auto stem = gateway.substr(0, at);
      const auto count = std::count_if(all_.gateways.begin(), all_.gateways.end(), [&](const gateway_spec& x) {
        return x.name.starts_with(stem);
      });
      if (count > 0)
        gateway = replaced(gateway, (number - 1) % static_cast<std::uint64_t>(count) + 1);
    }
    const auto rest = slash == std::string::npos ? std::string{} : replaced(pattern.substr(slash), number);
    const auto id = parse_stream_id(gateway + rest);
    if (!id) {
      in_.complain("stream", "must be GATEWAY/VOLUME/CLIENT");
      return std::nullopt;
    }
    return place(*id);
  }

private:
  std::optional<std::size_t> place(const stream_id& id) {
    const auto gateway = position_of(all_.gateways, id.gateway, in_, "stream", "gateway");
    if (!gateway)
      return std::nullopt;
    const auto volume = position_of(all_.gateways[*gateway].volumes, id.volume, in_, "stream", "volume there");
    if (!volume)
      return std::nullopt;
    const auto [at, fresh] = known_.try_emplace(id, all_.streams.size());
    if (fresh)
      all_.streams.push_back({id, *gateway, all_.gateways[*gateway].volumes[*volume].backend});
    return at->second;
  }

  scenario& all_;
  stream_positions& known_;
  section& in_;
};

void read_client(section& in, const std::string& name, scenario& to, stream_positions& known) {
  client_spec x;
  read_sizes(in, x);
  x.reads = in.share("reads", whole);
  x.connects = in.time("connects", duration{0});
  in.need("stream");
  const auto patterns = in.texts("stream");
  in.need("phases");
  if (const auto* phases = in.list("phases"); phases != nullptr) {
    if (phases->items.empty() || phases->items.size() > max_phases)
      in.complain("phases", "must be 1 to " + std::to_string(max_phases));
    for (std::size_t i = 0; i < phases->items.size(); ++i) {
      section phase{phases->items[i], item_path(in.path_of("phases"), i), in.problems()};
      x.phases.push_back(read_phase(phase, to));
    }
  }
  const auto given = in.has("count");
  const auto names = numbered(name, given, in.number("count", 1, max_clients, 1));
  stream_finder finder{to, known, in};
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto its = x;
    its.name = names[i];
    for (const auto& pattern : patterns)
      if (const auto at = finder.find(pattern, i + 1))
        its.streams.push_back(*at);
      else
        return; // one complaint is enough for all of a name
    to.clients.push_back(std::move(its));
  }
}

} // namespace

void read_clients(section& file, scenario& to) {
  file.need("clients");
  const auto* clients = file.map("clients");
  if (clients == nullptr)
    return;
  stream_positions known;
  for (const auto& [name, value] : clients->members) {
    section in{value, "clients." + name, file.problems()};
    read_client(in, name, to, known);
  }
  if (to.clients.size() > max_clients)
    file.complain("clients", "must be at most " + std::to_string(max_clients));
}

} // namespace sluice::sim
