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

engine_core::engine_core(engine_config x) : config(std::move(x)) {}

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
  [[nodiscard]] backend_maker maker() const;
  [[nodiscard]] std::string open_listeners();
  void start_shards(std::vector<volume> volumes);
  void tell(const reload_change& x) const;
  void close_unused();
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

backend_maker engine::state::maker() const {
  return [to = core.get()](const backend_config& x) {
    return make_backend(x, *to);
  };
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

void engine::state::start_shards(std::vector<volume> volumes) {
  const auto n = shard_count(config);
  std::vector<placement> places;
  for (unsigned i = 0; i < n; ++i) {
    core->shards.push_back(std::make_unique<shard>(*core, i));
    places.push_back(core->shards.back()->where());
  }
  core->streams =
      std::make_unique<registry>(core->config, std::move(volumes), std::move(places), [this](const engine_event& x) {
        core->report(x);
      });
  for (auto& x : core->shards)
    x->start(listeners);
  for (const auto& l : listeners)
    core->report({engine_event::kind::listening, l.endpoint(), {}});
}

void engine::state::tell(const reload_change& x) const {
  for (const auto& [group, now] : x.groups)
    core->shards[group->shard]->post(group_changed{group, now.limits, now.weight});
  for (const auto& [who, groups] : x.joined)
    core->shards[who->shard]->post(groups_joined{who, groups});
  for (const auto& [who, what, control] : x.streams)
    core->shards[who->shard]->post(volume_changed{who, what, control});
}

/// Backends that are no longer served are closed after their last connection.
void engine::state::close_unused() {
  std::erase_if(core->retired, [this](const auto& x) {
    return !core->streams->uses(*x->what);
  });
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
  for (auto* const list : {&core->storages, &core->retired})
    for (auto& x : *list)
      x->what->close();
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
    auto& core = *(state_->core = std::make_unique<engine_core>(state_->config));
    core.pool = std::make_unique<io_pool>(core.config.pool_threads);
    std::vector<std::string> problems;
    std::vector<volume> volumes;
    core.storages = open_backends(core.config.backends, {}, state_->maker(), problems);
    if (problems.empty())
      volumes = make_volumes(core.config.volumes, core.storages, problems);
    problem = problems.empty() ? state_->open_tls() : problems.front();
    if (problem.empty())
      problem = make_rings(core);
    if (problem.empty())
      problem = state_->open_listeners();
    if (problem.empty())
      state_->start_shards(std::move(volumes));
  } catch (const std::system_error& e) {
    problem = std::string{"the system refuses a resource: "} + e.what();
  }
  if (!problem.empty())
    state_->close();
  return problem;
}

std::vector<std::string> engine::reload(const engine_config& x) {
  if (state_->core == nullptr) // only this thread makes it and takes it down
    return {"the engine does not run"};
  auto& core = *state_->core;
  std::vector<std::string> problems;
  auto storages = open_backends(x.backends, core.storages, state_->maker(), problems);
  if (!problems.empty())
    return problems;
  auto volumes = make_volumes(x.volumes, storages, problems);
  if (!problems.empty())
    return problems;
  const std::lock_guard lock{state_->mutex};
  reload_change change;
  problems = core.streams->reload(std::move(volumes), x.groups, monotonic_now(), change);
  if (!problems.empty())
    return problems;
  for (auto& known : core.storages)
    if (std::find(storages.begin(), storages.end(), known) == storages.end())
      core.retired.push_back(std::move(known));
  core.storages = std::move(storages);
  state_->tell(change);
  state_->close_unused();
  return {};
}

void engine::stop() {
  const std::lock_guard lock{state_->mutex};
  state_->close();
}

std::vector<sample> engine::collect_samples(instant now, wall_time wall) {
  const std::lock_guard lock{state_->mutex};
  if (state_->core == nullptr)
    return {};
  state_->close_unused();
  return state_->core->streams->collect(now, wall);
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

std::string engine::renew(const renewal& x) {
  const std::lock_guard lock{state_->mutex};
  if (state_->core == nullptr)
    return "the engine does not run";
  std::shared_ptr<registered_stream> stream;
  stream_control control;
  auto problem = state_->core->streams->renew(x, monotonic_now(), stream, control);
  if (problem.empty())
    state_->core->shards[stream->shard]->post(control_changed{stream, control});
  return problem;
}

std::uint64_t engine::generation(const stream_id& x) const {
  const std::lock_guard lock{state_->mutex};
  return state_->core == nullptr ? 0 : state_->core->streams->generation(x);
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

void engine::visit_streams(const std::function<void(const stream_summary&, const stream_totals&)>& see) const {
  const registry* streams = nullptr;
  {
    const std::lock_guard lock{state_->mutex};
    if (state_->core == nullptr)
      return;
    streams = state_->core->streams.get();
  }
  streams->visit(monotonic_now(), see);
}

std::array<std::uint64_t, engine_event::kinds> engine::event_counts() const {
  const std::lock_guard lock{state_->mutex};
  std::array<std::uint64_t, engine_event::kinds> result{};
  if (state_->core != nullptr)
    for (std::size_t i = 0; i < result.size(); ++i)
      result[i] = state_->core->events[i].load(std::memory_order_relaxed);
  return result;
}

std::uint32_t engine::connections() const {
  const std::lock_guard lock{state_->mutex};
  return state_->core != nullptr ? state_->core->connections.load(std::memory_order_relaxed) : 0;
}

std::vector<volume_summary> engine::volumes() const {
  const std::lock_guard lock{state_->mutex};
  std::vector<volume_summary> result;
  if (state_->core != nullptr)
    for (const auto& v : state_->core->streams->volumes()->all())
      result.push_back({v.config.name, v.config.backend, v.config.offset_bytes, v.config.size_bytes,
                        (v.info.flags & nbd::read_only) != 0});
  return result;
}

std::vector<backend_summary> engine::backends() const {
  const std::lock_guard lock{state_->mutex};
  std::vector<backend_summary> result;
  if (state_->core != nullptr)
    for (const auto& x : state_->core->storages)
      result.push_back(
          {x->config.name, std::string{kind_name(x->config.kind)}, x->what->traits().size_bytes, x->what->reachable()});
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
