// Reads the sections [backend.NAME] and [volume.NAME].
#include "gateways/control/gateway_config.hpp"
#include "gateways/control/limit_options.hpp"
#include "gateways/control/section_reader.hpp"

namespace sluice::gateway {

namespace {

constexpr std::uint64_t max_iops = 100'000'000; // as domain/throttle
constexpr std::uint64_t max_depth = 1u << 20;
constexpr std::uint64_t max_upstream_connections = 16;

backend_config read_backend(const std::string& name, section_reader& section) {
  backend_config x;
  x.name = name;
  const auto kind = section.text("kind", true);
  if (kind == "file") {
    x.kind = backend_kind::file;
    x.path = section.text("path", true);
    x.read_only = section.flag("read-only", false);
    x.direct = section.flag("direct", false);
  } else if (kind == "memory") {
    x.kind = backend_kind::memory;
    x.size_bytes = section.size("size", 1);
    if (!section.has("size"))
      section.mistake("size", "missing");
    else if (x.size_bytes == 0)
      section.mistake("size", "expected a size such as \"1GiB\"");
  } else if (kind == "nbd") {
    x.kind = backend_kind::nbd;
    x.uri = section.text("uri", true);
    x.connections = static_cast<std::uint32_t>(section.number("connections", 1, max_upstream_connections));
    if (x.connections == 0)
      section.mistake("connections", "expected a whole number from 1 to " + std::to_string(max_upstream_connections));
    x.patience = section.time("patience", x.patience);
  } else if (!kind.empty()) {
    section.mistake("kind", R"(expected "file", "memory" or "nbd", got )" + kind);
  }
  if (!kind.empty())
    section.finish();
  return x;
}

allowance read_limits(section_reader& section) {
  allowance x;
  x.iops = rate{section.number("iops", 0, max_iops)};
  x.bandwidth = section.bandwidth("bandwidth");
  x.depth = static_cast<std::uint32_t>(section.number("depth", 0, max_depth));
  x.burst_iops = rate{section.number("burst-iops", 0, max_iops)};
  x.burst_length = section.time("burst-for", duration::zero());
  if (section.has("burst-iops") != section.has("burst-for"))
    section.mistake(section.has("burst-iops") ? "burst-for" : "burst-iops",
                    "missing; burst-iops and burst-for go together");
  else if (section.has("burst-iops") && x.iops.unlimited())
    section.mistake("burst-iops", "needs iops, which it exceeds for a while");
  else if (section.has("burst-for") && x.burst_length == duration::zero())
    section.mistake("burst-for", "must be above 0s");
  else if (section.has("burst-iops") && x.burst_iops <= x.iops)
    section.mistake("burst-iops", "must be above iops");
  if (x.burst_length > std::chrono::hours{1})
    section.mistake("burst-for", "at most 1h");
  return x;
}

} // namespace

std::vector<backend_config> read_backends(const caf::settings& content, std::vector<std::string>& mistakes) {
  std::vector<backend_config> backends;
  for_each_section(content, "backend", mistakes, [&](const std::string& name, const caf::settings& keys) {
    section_reader section{"backend." + name, keys, mistakes};
    backends.push_back(read_backend(name, section));
  });
  return backends;
}

std::vector<volume_config> read_volumes(const caf::settings& content, std::vector<std::string>& mistakes) {
  std::vector<volume_config> volumes;
  for_each_section(content, "volume", mistakes, [&](const std::string& name, const caf::settings& keys) {
    section_reader section{"volume." + name, keys, mistakes};
    volume_config x;
    x.name = name;
    x.backend = section.text("backend", true);
    x.offset_bytes = section.size("offset", 0);
    x.size_bytes = section.size("size", 0);
    x.read_only = section.flag("read-only", false);
    x.fixed = read_limits(section);
    x.cost = read_cost(section);
    x.reads.iops = rate{section.number("read-iops", 0, max_iops)};
    x.reads.bandwidth = section.bandwidth("read-bandwidth");
    x.writes.iops = rate{section.number("write-iops", 0, max_iops)};
    x.writes.bandwidth = section.bandwidth("write-bandwidth");
    x.reads.cost = x.writes.cost = x.cost;
    x.weight = read_weight(section);
    section.finish();
    volumes.push_back(std::move(x));
  });
  return volumes;
}

} // namespace sluice::gateway
