// The options of the section [tls]: whether NBD clients may or must encrypt, and with what. Opens nothing.
#pragma once

#include "gateways/engine/config.hpp"

#include <caf/config_option_set.hpp>

#include <string>
#include <vector>

namespace sluice::gateway {

struct tls_section {
  std::string mode = "off";
  std::string certificate;
  std::string key;
  std::string client_ca;
  bool verify = true;
  std::string psk_file;

  /// Declares the options. @pre it outlives the set
  void add_to(caf::config_option_set& options);

  /// Puts them into what the engine takes; each mistake is one line beginning with the key.
  void apply(engine_config& to, std::vector<std::string>& mistakes) const;
};

} // namespace sluice::gateway
