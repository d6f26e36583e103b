// Fills in what the four processes share. The codecs of all messages are instantiated here, once for all of them.
#include "actors/runtime/server_process_config.hpp"

#include "actors/protocol/roles.hpp"
#include "actors/runtime/shm_codecs.hpp"

namespace sluice {

server_process_config::server_process_config(process_identity who, std::string_view own_role) : process_config(who) {
  role = std::string{own_role};
  roles.assign(sluice::roles.begin(), sluice::roles.end());
  add_codecs(codecs);
  shm::add_transport_options(*this, opt_group{custom_options_, "shm"});
  shm::load_transport(*this);
}

std::vector<std::string> server_process_config::validate() const {
  return shm::mistakes(*this);
}

} // namespace sluice
