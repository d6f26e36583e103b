// Builds the engine from its configuration, and takes it down again.
#include "gateways/engine/engine.hpp"

#include "gateways/backend/file_backend.hpp"
#include "gateways/backend/upstream_backend.hpp"
#include "gateways/engine/core.hpp"
#include "gateways/engine/rings.hpp"
#include "gateways/engine/shard.hpp"

#include <algorithm>
#include <mutex>
#include <system_error>

namespace sluice::gateway {

instant monotonic_now() noexcept {
  return std::chrono::steady_clock::now().time_since_epoch();
}

engine_core::engine_core(engine_config x) : config(std::move(x)), directory(volumes) {}

engine_core::~engine_core() = default;

namespace {

std::string_view kind_name(backend_kind x) {
  switch (x) {
  case backend_kind::file:
    return "file";
  case backend_kind::memory:
    return "memory";
  case backend_kind::nbd:
    return "nbd";
  }
  return "invalid";
}

std::unique_ptr<backend> make_backend(const backend_config& x, engine_core& core) {
  if (x.kind == backend_kind::file)
    return std::make_unique<file_backend>(file_source{x.path, x.read_only, x.direct}, *core.pool);
  if (x.kind == backend_kind::memory)
    return std::make_unique<file_backend>(x.size_bytes, *core.pool);
  const auto observe = [&core, name = x.name](bool reachable, std::string_view why) {
    const auto what = reachable ? engine_event::kind::upstream_back : engine_event::kind::upstream_lost;
    core.report({what, name, reachable ? std::string{} : "why=\"" + std::string{why} + '"'});
  };
  return std::make_unique<upstream_backend>(x.uri, x.connections, x.patience, observe);
}

} // namespace

struct engine::state {
  explicit state(engine_config x) : config(std::move(x)) {}

  [[nodiscard]] std::string open_tls();
  [[nodiscard]] std::string open_backends();
  [[nodiscard]] std::string open_volumes();
  [[nodiscard]] std::string open_listeners();
  void start_shards();
  void close();

  engine_config config;
  mutable std::mutex mutex; ///< core and listeners: made by start(), taken down by stop(), used by the rest
  std::unique_ptr<engine_core> core;
  std::vector<listener> listeners;
};

std::string engine::state::open_tls() {
  if (config.tls_mode == nbd::tls_mode::off)
    return {};
  auto problem = core->credentials.reload(config.tls);
  return problem.empty() ? problem : "TLS: " + problem;
}

std::string engine::state::open_backends() {
  core->pool = std::make_unique<io_pool>(config.pool_threads);
  for (const auto& x : config.backends) {
    core->storages.push_back(make_backend(x, *core));
    if (auto problem = core->storages.back()->open(); !problem.empty())
      return "backend " + x.name + ": " + problem;
  }
  return {};
}

std::string engine::state::open_volumes() {
  for (const auto& x : config.volumes) {
    const auto named = [&x](const backend_config& b) {
      return b.name == x.backend;
    };
    const auto at = std::find_if(config.backends.begin(), config.backends.end(), named) - config.backends.begin();
    auto& storage = *core->storages[static_cast<std::size_t>(at)];
    const auto& traits = storage.traits();
    volume v{x, &storage, {}};
    if (x.offset_bytes > traits.size_bytes || x.size_bytes > traits.size_bytes - x.offset_bytes)
      return "volume " + x.name + ": it ends behind backend " + x.backend + ", which has "
             + std::to_string(traits.size_bytes) + " bytes";
    if (x.size_bytes == 0)
      v.config.size_bytes = traits.size_bytes - x.offset_bytes;
    if (x.offset_bytes % traits.min_block != 0)
      return "volume " + x.name + ": its offset is no multiple of " + std::to_string(traits.min_block) + " bytes";
    if (x.size_bytes % traits.min_block != 0)
      return "volume " + x.name + ": its size is no multiple of " + std::to_string(traits.min_block) + " bytes";
    v.info = describe(v.config, traits);
    core->volumes.push_back(std::move(v));
  }
  return {};
}

std::string engine::state::open_listeners() {
  for (const auto& x : config.listeners) {
    listener l;
    if (auto problem = l.open(x); !problem.empty())
      return problem;
    listeners.push_back(std::move(l));
  }
  return {};
}

void engine::state::start_shards() {
  const auto n = shard_count(config);
  std::vector<placement> places;
  for (unsigned i = 0; i < n; ++i) {
    core->shards.push_back(std::make_unique<shard>(*core, i));
    places.push_back(core->shards.back()->where());
  }
  core->streams =
      std::make_unique<registry>(core->config, core->directory, std::move(places), [this](const engine_event& x) {
        core->report(x);
      });
  for (auto& x : core->shards)
    x->start(listeners);
  for (const auto& l : listeners)
    core->report({engine_event::kind::listening, l.endpoint(), {}});
}

void engine::state::close() {
  if (core == nullptr)
    return;
  const auto deadline = monotonic_now() + config.drain_time;
  for (auto& x : core->shards)
    x->post(stop_serving{deadline});
  for (auto& x : core->shards)
    x->join();
  listeners.clear();
  // The requests live in the shards' pools: whatever is still at a backend is answered before the shards go.
  core->pool.reset(); // first: its threads use the files
  for (auto& x : core->storages)
    x->close();
  core->shards.clear();
  core.reset();
}

engine::engine(engine_config config) : state_(std::make_unique<state>(std::move(config))) {}

engine::~engine() {
  stop();
}

std::string engine::start() {
  const std::lock_guard lock{state_->mutex};
  if (state_->core != nullptr)
    return "it runs already";
  std::string problem;
  try {
    state_->core = std::make_unique<engine_core>(state_->config);
    problem = state_->open_tls();
    if (problem.empty())
      problem = state_->open_backends();
    if (problem.empty())
      problem = make_rings(*state_->core);
    if (problem.empty())
      problem = state_->open_volumes();
    if (problem.empty())
      problem = state_->open_listeners();
    if (problem.empty())
      state_->start_shards();
  } catch (const std::system_error& e) {
    problem = std::string{"the system refuses a resource: "} + e.what();
  }
  if (!problem.empty())
    state_->close();
  return problem;
}

void engine::stop() {
  const std::lock_guard lock{state_->mutex};
  state_->close();
}

std::vector<sample> engine::collect_samples(instant now, wall_time wall) {
  const std::lock_guard lock{state_->mutex};
  return state_->core != nullptr ? state_->core->streams->collect(now, wall) : std::vector<sample>{};
}

std::string engine::apply(const throttle& x) {
  const std::lock_guard lock{state_->mutex};
  if (state_->core == nullptr)
    return "the engine does not run";
  std::shared_ptr<registered_stream> stream;
  stream_control control;
  auto problem = state_->core->streams->apply(x, monotonic_now(), stream, control);
  if (problem.empty())
    state_->core->shards[stream->shard]->post(control_changed{stream, control});
  return problem;
}

std::string engine::set_group(const group_config& x) {
  const std::lock_guard lock{state_->mutex};
  if (state_->core == nullptr)
    return "the engine does not run";
  group_change change;
  auto problem = state_->core->streams->take(x, monotonic_now(), change);
  if (problem.empty() && change.changed != nullptr)
    state_->core->shards[change.changed->shard]->post(group_changed{change.changed, x.limits, x.weight});
  for (const auto& [who, groups] : change.joined)
    state_->core->shards[who->shard]->post(groups_joined{who, groups});
  return problem;
}

std::string engine::reload_tls(const tls::files& from) {
  const std::lock_guard lock{state_->mutex};
  if (state_->core == nullptr)
    return "the engine does not run";
  if (state_->config.tls_mode == nbd::tls_mode::off)
    return "TLS is off";
  return state_->core->credentials.reload(from);
}

std::string try_tls(const engine_config& x) {
  std::string problem;
  if (x.tls_mode != nbd::tls_mode::off)
    static_cast<void>(tls::credentials::load(x.tls, problem));
  return problem;
}

std::vector<group_summary> engine::groups() const {
  const std::lock_guard lock{state_->mutex};
  return state_->core != nullptr ? state_->core->streams->group_summaries() : std::vector<group_summary>{};
}

std::vector<stream_summary> engine::streams() const {
  const std::lock_guard lock{state_->mutex};
  return state_->core != nullptr ? state_->core->streams->summaries(monotonic_now()) : std::vector<stream_summary>{};
}

std::vector<volume_summary> engine::volumes() const {
  const std::lock_guard lock{state_->mutex};
  std::vector<volume_summary> result;
  if (state_->core != nullptr)
    for (const auto& v : state_->core->volumes)
      result.push_back({v.config.name, v.config.backend, v.config.offset_bytes, v.config.size_bytes,
                        (v.info.flags & nbd::read_only) != 0});
  return result;
}

std::vector<backend_summary> engine::backends() const {
  const std::lock_guard lock{state_->mutex};
  std::vector<backend_summary> result;
  if (state_->core != nullptr)
    for (std::size_t i = 0; i < state_->config.backends.size(); ++i) {
      const auto& x = state_->config.backends[i];
      const auto& storage = *state_->core->storages[i];
      result.push_back({x.name, std::string{kind_name(x.kind)}, storage.traits().size_bytes, storage.reachable()});
    }
  return result;
}

std::vector<std::string> engine::endpoints() const {
  const std::lock_guard lock{state_->mutex};
  std::vector<std::string> result;
  for (const auto& l : state_->listeners)
    result.push_back(l.endpoint());
  return result;
}

} // namespace sluice::gateway
