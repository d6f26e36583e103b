// Who a client has proved to be.
#include "gateways/tls/session.hpp"

#include "actors/domain/stream.hpp"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <memory>

namespace sluice::tls {

namespace {

using certificate = std::unique_ptr<gnutls_x509_crt_int, decltype(&gnutls_x509_crt_deinit)>;

certificate read(const gnutls_datum_t& from) {
  gnutls_x509_crt_t made = nullptr;
  if (gnutls_x509_crt_init(&made) != 0)
    return {nullptr, &gnutls_x509_crt_deinit};
  certificate x{made, &gnutls_x509_crt_deinit};
  if (gnutls_x509_crt_import(made, &from, GNUTLS_X509_FMT_DER) != 0)
    x.reset();
  return x;
}

/// The common name, else the first DNS name; empty if there is none, or none that could be a client's.
std::string name_in(gnutls_x509_crt_t x) {
  char text[max_name_size + 1]; // GnuTLS ends it with a zero
  auto size = sizeof text;
  const auto result = gnutls_x509_crt_get_dn_by_oid(x, GNUTLS_OID_X520_COMMON_NAME, 0, 0, text, &size);
  if (result == 0)
    return {text, size};
  if (result != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    return {};
  for (unsigned i = 0;; ++i) {
    size = sizeof text;
    const auto kind = gnutls_x509_crt_get_subject_alt_name(x, i, text, &size, nullptr);
    if (kind == GNUTLS_SAN_DNSNAME)
      return {text, size};
    if (kind < 0 && kind != GNUTLS_E_SHORT_MEMORY_BUFFER)
      return {}; // that was the last
  }
}

} // namespace

progress session::identify() {
  if (gnutls_auth_client_get_type(it_) == GNUTLS_CRD_PSK) {
    const auto* const user = gnutls_psk_server_get_username(it_);
    client_ = user != nullptr ? user : "";
    return valid_name(client_) ? progress::ready : fail("TLS: the user's name is no valid client name");
  }
  unsigned count = 0;
  const auto* const chain = gnutls_certificate_get_peers(it_, &count);
  if (chain == nullptr || count == 0)
    return with_->certificate_required() ? fail("TLS: the client has no certificate") : progress::ready;
  const auto own = read(chain[0]);
  client_ = own != nullptr ? name_in(own.get()) : "";
  return valid_name(client_) ? progress::ready : fail("TLS: the certificate's name is no valid client name");
}

} // namespace sluice::tls
