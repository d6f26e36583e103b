// Declares and reads the section [tls].
#include "gateways/control/tls_section.hpp"

#include <caf/all.hpp>

namespace sluice::gateway {

void tls_section::add_to(caf::config_option_set& options) {
  caf::config_option_adder{options, "tls"}
      .add(mode, "mode", R"(TLS for NBD clients: "off", "allowed" or "required")")
      .add(certificate, "certificate", "PEM file: the gateway's certificate and those between it and the root")
      .add(key, "key", "PEM file: the certificate's key, not readable by others")
      .add(client_ca, "client-ca", "PEM file: who signs clients' certificates; empty = they are not asked for one")
      .add(verify, "verify", "with client-ca: refuse a client that has no certificate")
      .add(psk_file, "psk-file", "pre-shared keys, lines user:hexkey as by psktool; not readable by others");
}

void tls_section::apply(engine_config& to, std::vector<std::string>& mistakes) const {
  to.tls = {certificate, key, client_ca, psk_file, verify};
  if (mode == "allowed")
    to.tls_mode = nbd::tls_mode::allowed;
  else if (mode == "required")
    to.tls_mode = nbd::tls_mode::required;
  else if (mode != "off")
    mistakes.push_back(R"(tls.mode: expected "off", "allowed" or "required", got )" + mode);
  if (certificate.empty() != key.empty())
    mistakes.push_back(std::string{certificate.empty() ? "tls.certificate" : "tls.key"}
                       + ": missing; certificate and key go together");
  if (!client_ca.empty() && certificate.empty())
    mistakes.emplace_back("tls.client-ca: expected a certificate of the gateway's own beside it");
  if (to.tls_mode != nbd::tls_mode::off && certificate.empty() && psk_file.empty())
    mistakes.push_back("tls.mode: \"" + mode + "\" needs certificate and key, or psk-file");
}

} // namespace sluice::gateway
