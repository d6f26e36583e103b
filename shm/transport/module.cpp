// The module's life in CAF's order: init (before any thread runs), start, stop (scheduler still running).
#include "shm/transport/module.hpp"

#include "shm/transport/problem.hpp"

#include <caf/all.hpp>

namespace caf::net {

namespace {

const sluice::shm::transport_settings& settings_of(const actor_system_config& config) {
  const auto* settings = dynamic_cast<const sluice::shm::transport_settings*>(&config);
  if (settings == nullptr)
    throw sluice::shm::transport_error{"the configuration of this program holds no transport settings"};
  return *settings;
}

} // namespace

middleman::middleman(actor_system& system) : system_(system), transport_(system, settings_of(system.config())) {}

void middleman::init(actor_system_config& config) {
  config.add_error_category(atom("shm"), [](std::uint8_t code, atom_value, const message& context) {
    auto text = sluice::shm::to_string(static_cast<sluice::shm::problem>(code));
    if (context.size() == 1 && context.match_element<std::string>(0))
      text += ": " + context.get_as<std::string>(0);
    return text;
  });
  try {
    transport_.acquire();
  } catch (...) {
    // The constructor of the actor system unwinds: this thread must not keep a logger that refers to it.
    logger::set_current_actor_system(nullptr);
    throw;
  }
  auto node = transport_.node();
  system_.node_.swap(node); // io::middleman, if loaded, has set its own before: module numbers rise
}

void middleman::start() {
  transport_.start();
}

void middleman::stop() {
  transport_.stop();
}

actor_system::module::id_t middleman::id() const {
  return network_manager;
}

void* middleman::subtype_ptr() {
  return this;
}

} // namespace caf::net

namespace sluice::shm {

transport& transport_of(caf::actor_system& system) {
  return system.network_manager().carrier();
}

void load_transport(caf::actor_system_config& config) {
  config.load<caf::net::middleman>();
}

} // namespace sluice::shm
