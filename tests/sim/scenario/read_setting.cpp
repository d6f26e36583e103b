// Backends, links, gateways, policy and oracle.
#include "tests/sim/scenario/parts.hpp"

#include "actors/domain/stream.hpp"

#include <array>

namespace sluice::sim {

namespace {

constexpr std::uint64_t most_rate = 100'000'000;
constexpr std::uint64_t most_tenant_weight = 1000; // as of agreements
constexpr ppm fastest = 10 * whole;
constexpr duration shortest_service = std::chrono::microseconds{1};

device_spec read_backend(section& in, const std::string& name) {
  device_spec x;
  x.name = name;
  if (!valid_name(name))
    in.complain("", "must have a name of letters, digits and . _ : @ -");
  x.servers = static_cast<std::uint32_t>(in.number("servers", 1, 4096, x.servers));
  x.service = in.time("service", x.service, shortest_service);
  x.per_mib = in.time("per_mib", x.per_mib);
  x.write_factor = in.share("write_factor", x.write_factor, whole / 100, fastest);
  x.jitter = in.share("jitter", 0, 0, whole * 9 / 10);
  x.wobble = in.share("wobble", 0, 0, whole * 9 / 10);
  x.hits = in.share("hits", 0);
  x.hit_service = in.time("hit_service", x.hit_service, shortest_service);
  return x;
}

/// Like `otherwise` where nothing else is said.
link_spec read_link(section& in, link_spec x) {
  if (const auto* delay = in.any("delay"); delay != nullptr && delay->what == tree::sort::list) {
    tree pair;
    pair.what = tree::sort::map;
    pair.line = delay->line;
    if (delay->items.size() == 2)
      pair.members = {{"least", delay->items[0]}, {"most", delay->items[1]}};
    else
      in.complain("delay", "must be a time, or a list of the least and the most");
    section both{pair, in.path_of("delay"), in.problems()};
    x.delay_least = both.time("least", x.delay_least);
    x.delay_most = both.time("most", x.delay_most);
  } else if (delay != nullptr) {
    x.delay_least = x.delay_most = in.time("delay", x.delay_least);
  }
  if (x.delay_most < x.delay_least)
    in.complain("delay", "must have the least before the most");
  x.lost = in.share("lost", x.lost);
  x.repeated = in.share("repeated", x.repeated);
  x.reordered = in.share("reordered", x.reordered);
  x.reordered_by = in.time("reordered_by", x.reordered_by);
  return x;
}

allowance read_fixed(section& in) {
  allowance x;
  x.iops = rate{in.number("iops", 1, most_rate, 0)};
  x.depth = static_cast<std::uint32_t>(in.number("depth", 1, 100'000, 0));
  return x;
}

void read_volumes(section& in, const scenario& all, std::vector<volume_spec>& to) {
  in.need("volumes");
  const auto* volumes = in.map("volumes");
  if (volumes == nullptr)
    return;
  section each{*volumes, in.path_of("volumes"), in.problems()};
  for (const auto& member : volumes->members) {
    const auto backend = each.text(member.first);
    if (!valid_name(member.first))
      each.complain(member.first, "must be a name of letters, digits and . _ : @ -");
    if (const auto at = position_of(all.backends, backend, each, member.first, "backend"))
      to.push_back({member.first, *at});
  }
}

} // namespace

void read_backends(section& file, scenario& to) {
  file.need("backends");
  const auto* backends = file.map("backends");
  if (backends == nullptr)
    return;
  for (const auto& [name, value] : backends->members) {
    section in{value, "backends." + name, file.problems()};
    to.backends.push_back(read_backend(in, name));
  }
}

void read_gateways(section& file, scenario& to) {
  link_spec common;
  if (const auto* link = file.map("link")) {
    section in{*link, "link", file.problems()};
    common = read_link(in, common);
  }
  file.need("gateways");
  const auto* gateways = file.map("gateways");
  if (gateways == nullptr)
    return;
  for (const auto& [name, value] : gateways->members) {
    section in{value, "gateways." + name, file.problems()};
    if (!valid_name(name))
      in.complain("", "must have a name of letters, digits and . _ : @ -");
    gateway_spec x;
    read_volumes(in, to, x.volumes);
    x.link = common;
    if (const auto* link = in.map("link")) {
      section its{*link, in.path_of("link"), file.problems()};
      x.link = read_link(its, common);
    }
    if (const auto* fixed = in.map("fixed")) {
      section its{*fixed, in.path_of("fixed"), file.problems()};
      x.fixed = read_fixed(its);
    }
    const auto given = in.has("count");
    for (auto& its : numbered(name, given, in.number("count", 1, max_gateways, 1))) {
      x.name = its;
      to.gateways.push_back(x);
    }
  }
  if (to.gateways.size() > max_gateways)
    file.complain("gateways", "must be at most " + std::to_string(max_gateways));
}

void read_policy(section& file, control_policy& to) {
  const auto* policy = file.map("policy");
  if (policy == nullptr)
    return;
  section in{*policy, "policy", file.problems()};
  const std::array<std::pair<const char*, duration control_policy::*>, 11> times{
      {{"lease", &control_policy::lease},
       {"refresh", &control_policy::refresh},
       {"repeat", &control_policy::repeat},
       {"knee", &control_policy::knee},
       {"knee_least", &control_policy::knee_least},
       {"sticky", &control_policy::sticky},
       {"active", &control_policy::active},
       {"silent", &control_policy::silent},
       {"forget", &control_policy::forget},
       {"deficit_after", &control_policy::deficit_after},
       {"deficit_over", &control_policy::deficit_over}}};
  for (const auto& [key, where] : times)
    to.*where = in.time(key, to.*where);
  to.best_effort_floor = rate{in.number("best_effort_floor", 1, most_rate, to.best_effort_floor.per_second)};
  const auto share = [&in](const char* key, double& x) {
    if (in.has(key))
      x = static_cast<double>(in.share(key, whole)) / whole;
    else
      static_cast<void>(in.any(key));
  };
  share("aim_mean", to.aim_mean);
  share("aim_percentile", to.aim_percentile);
  if (const auto* tenants = in.map("tenants"))
    for (const auto& [name, value] : tenants->members) {
      section its{value, in.path_of("tenants." + name), in.problems()};
      to.tenants.push_back(
          {name, its.text("parent"), static_cast<std::uint32_t>(its.number("weight", 1, most_tenant_weight, 1))});
    }
  if (const auto problem = problem_with(to); !problem.empty())
    file.complain("policy", "cannot be worked with: " + problem);
}

void read_oracle(section& file, oracle_spec& to) {
  const auto* oracle = file.map("oracle");
  if (oracle == nullptr)
    return;
  section in{*oracle, "oracle", file.problems()};
  to.promise = in.share("promise", to.promise);
  to.handed_out = in.share("handed_out", to.handed_out, whole, fastest);
  to.idle = in.share("idle", to.idle);
}

} // namespace sluice::sim
