// The process sluice-database-manager: joins the database manager's actor with shared memory.
#include "actors/database_manager/database_config.hpp"
#include "actors/runtime/log.hpp"
#include "actors/runtime/process.hpp"

#include <caf/all.hpp>

#include <memory>
#include <system_error>

namespace {

using namespace sluice;

/// One attempt before anything is started, for those who want to know at once.
void require_database(const store::connection_settings& settings) {
  store::database attempt{settings};
  const auto opened = attempt.open();
  if (!opened)
    throw resource_missing{opened.why().text};
  for (const auto& file : opened->applied)
    log(log_events::migration_applied, caf::atom("database"), log_field{"version", store::migration_version(file)},
        log_field{"file", file});
}

/// Opens the spool, or says why it cannot be used: without it what is answered would not be safe.
std::shared_ptr<spool::disk_spool> open_spool(const database_config& config) {
  if (config.spool_directory.empty())
    return nullptr;
  auto opened =
      std::make_shared<spool::disk_spool>(config.spool_directory, std::uint64_t{config.spool_size} * 1024 * 1024);
  try {
    for (const auto& x : opened->open())
      log(log_events::spool_mended, caf::atom("database"), log_field{"file", x.file.string()},
          log_field{"cut_bytes", x.cut_bytes});
  } catch (const std::system_error& problem) {
    throw resource_missing{"the spool cannot be used: " + std::string{problem.what()}};
  }
  return opened;
}

/// The key that signs each day, made at the first start. Never another one in place of one that cannot be read.
std::shared_ptr<const evidence::signing_key> open_key(const std::string& file) {
  if (file.empty())
    return nullptr;
  auto got = evidence::obtain_signing_key(file);
  if (const auto* problem = std::get_if<std::string>(&got))
    throw resource_missing{*problem};
  auto& found = std::get<evidence::obtained_key>(got);
  log(found.made ? log_events::key_made : log_events::key_ready, caf::atom("database"), log_field{"file", file},
      log_field{"key", evidence::fingerprint_of(found.key.published())});
  return std::make_shared<evidence::signing_key>(std::move(found.key));
}

void run(caf::actor_system& system, const database_config& config, stop_signal& stop) {
  auto settings = config.settings();
  if (config.exit_if_unreachable)
    require_database(settings.connection);
  settings.spool = open_spool(config);
  settings.key = open_key(config.signing_key);
  const auto manager = spawn_database_manager(system, settings);
  manager->attach_functor(&stop_signal::raise); // its end is the process's end
  shm::transport_of(system).publish(database_manager_name, caf::actor_cast<caf::strong_actor_ptr>(manager));
  log(log_events::ready, caf::atom("database"), log_field{"process", config.identity().name});
  stop.wait();
  caf::anon_send_exit(manager, caf::exit_reason::user_shutdown);
}

} // namespace

int main(int argc, char** argv) {
  database_config config;
  return run_process(argc, argv, config, [&](caf::actor_system& system, stop_signal& stop) {
    run(system, config, stop);
  });
}
