// Probes, makes, reports.
#include "gateways/engine/rings.hpp"

#include <algorithm>
#include <system_error>
#include <thread>

namespace sluice::gateway {

std::size_t shard_count(const engine_config& x) {
  return x.shards != 0 ? x.shards : std::max(1u, std::thread::hardware_concurrency());
}

namespace {

std::string try_rings(engine_core& core) {
  if (auto problem = io_ring::probe(); !problem.empty())
    return problem;
  try {
    for (std::size_t i = 0; i < shard_count(core.config); ++i)
      core.rings.push_back(std::make_unique<io_ring>(*core.pool));
  } catch (const std::system_error& e) {
    core.rings.clear(); // all shards or none: one figure for all of them
    return std::string{"the kernel refuses io_uring ("} + e.what() + ')';
  }
  return {};
}

} // namespace

std::string make_rings(engine_core& core) {
  const auto wanted = core.config.engine;
  if (wanted == io_engine::pool) {
    core.report({engine_event::kind::io_engine, "pool", "why=\"configured\""});
    return {};
  }
  const auto problem = try_rings(core);
  if (!problem.empty() && wanted == io_engine::io_uring)
    return problem + "; io-engine=\"auto\" or \"pool\" does without";
  if (problem.empty())
    core.report({engine_event::kind::io_engine, "io_uring", "rings=" + std::to_string(core.rings.size())});
  else
    core.report({engine_event::kind::io_engine, "pool", "why=\"" + problem + '"'});
  return {};
}

} // namespace sluice::gateway
