// Loads keys and certificates into GnuTLS.
#include "gateways/tls/credentials.hpp"

#include "gateways/tls/pre_shared_keys.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::tls {

namespace {

/// Far above any chain of certificates and any list of users. Chosen.
constexpr std::size_t max_file_bytes = 1u << 20;

/// TLS 1.2 and 1.3 with what GnuTLS, hence Debian, takes for safe; key exchanges with pre-shared keys only where there
/// are some. The stream cipher comes last: with a pre-shared key it would otherwise be preferred to AES-128-GCM.
constexpr std::string_view versions =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE:-CHACHA20-POLY1305:+CHACHA20-POLY1305";
constexpr std::string_view key_exchanges = ":+ECDHE-PSK:+DHE-PSK:+PSK";

std::string system_text() {
  char text[128];
  return ::strerror_r(errno, text, sizeof text);
}

/// The content of a file; nothing, and one sentence, if it cannot be read or if others may read what is `secret`.
std::optional<std::string> content_of(const std::string& path, bool secret, std::string& problem) {
  const auto refuse = [&](const std::string& why) {
    problem = path + ": " + why;
    return std::nullopt;
  };
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a FIFO would otherwise hold up the start
  if (fd < 0)
    return refuse("cannot be read: " + system_text());
  std::string content;
  struct stat status {};
  std::string why;
  if (::fstat(fd, &status) != 0)
    why = "cannot be read: " + system_text();
  else if (!S_ISREG(status.st_mode))
    why = "is no file";
  else if (secret && (status.st_mode & S_IRWXO) != 0)
    why = "is a secret that every user of this machine may read; chmod o= makes it one";
  char piece[4096];
  for (ssize_t n = 1; why.empty() && n != 0;) {
    n = ::read(fd, piece, sizeof piece);
    if (n < 0)
      why = "cannot be read: " + system_text();
    else if (content.append(piece, static_cast<std::size_t>(n)).size() > max_file_bytes)
      why = "is larger than " + std::to_string(max_file_bytes) + " bytes";
  }
  ::close(fd);
  if (!why.empty())
    return refuse(why);
  return content;
}

gnutls_datum_t datum_of(const std::string& x) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(x.data())), static_cast<unsigned>(x.size())};
}

/// Called once the client has presented a certificate: it must be signed by our authority, in force, and meant for
/// clients if it says what it is meant for.
int verify(gnutls_session_t session) {
  unsigned count = 0;
  if (gnutls_certificate_get_peers(session, &count) == nullptr || count == 0)
    return 0; // GnuTLS refuses that itself, where one is required
  char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
  gnutls_typed_vdata_st wanted{GNUTLS_DT_KEY_PURPOSE_OID, reinterpret_cast<unsigned char*>(purpose), 0};
  unsigned status = 0;
  const auto result = gnutls_certificate_verify_peers(session, &wanted, 1, &status);
  return result == 0 && status == 0 ? 0 : GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
}

} // namespace

struct credentials::parts {
  files from;
  pre_shared_keys keys;
  gnutls_certificate_credentials_t certificates = nullptr;
  gnutls_psk_server_credentials_t psk = nullptr;
  gnutls_priority_t priorities = nullptr;

  parts() = default;
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;
  ~parts() {
    if (certificates != nullptr)
      gnutls_certificate_free_credentials(certificates);
    if (psk != nullptr)
      gnutls_psk_free_server_credentials(psk);
    if (priorities != nullptr)
      gnutls_priority_deinit(priorities);
    for (auto& [user, key] : keys)
      gnutls_memset(key.data(), 0, key.size());
  }

  [[nodiscard]] std::string load_certificate();
  [[nodiscard]] std::string load_client_ca();
  [[nodiscard]] std::string load_keys();
  static int key_of(gnutls_session_t session, const gnutls_datum_t* user, gnutls_datum_t* key);
};

std::string credentials::parts::load_certificate() {
  std::string problem;
  const auto certificate = content_of(from.certificate, false, problem);
  if (!certificate)
    return problem;
  auto key = content_of(from.key, true, problem);
  if (!key)
    return problem;
  if (gnutls_certificate_allocate_credentials(&certificates) != 0)
    return "out of memory";
  const auto public_part = datum_of(*certificate), secret_part = datum_of(*key);
  const auto result =
      gnutls_certificate_set_x509_key_mem(certificates, &public_part, &secret_part, GNUTLS_X509_FMT_PEM);
  gnutls_memset(key->data(), 0, key->size());
  if (result < 0)
    return from.certificate + " and " + from.key + ": " + gnutls_strerror(result);
  return from.client_ca.empty() ? std::string{} : load_client_ca();
}

std::string credentials::parts::load_client_ca() {
  std::string problem;
  const auto authority = content_of(from.client_ca, false, problem);
  if (!authority)
    return problem;
  const auto list = datum_of(*authority);
  const auto result = gnutls_certificate_set_x509_trust_mem(certificates, &list, GNUTLS_X509_FMT_PEM);
  if (result <= 0)
    return from.client_ca + ": " + (result == 0 ? "there is no certificate in it" : gnutls_strerror(result));
  gnutls_certificate_set_verify_function(certificates, &verify);
  return {};
}

std::string credentials::parts::load_keys() {
  std::string problem;
  auto content = content_of(from.psk, true, problem);
  if (!content)
    return problem;
  problem = read_keys(*content, keys);
  gnutls_memset(content->data(), 0, content->size());
  if (!problem.empty())
    return from.psk + ": " + problem;
  if (gnutls_psk_allocate_server_credentials(&psk) != 0)
    return "out of memory";
  gnutls_psk_set_server_credentials_function2(psk, &parts::key_of);
  return {};
}

/// For GnuTLS, which frees what it gets. 1 = there is no such user: it goes on with a random key, so that a stranger
/// does not learn who there is.
int credentials::parts::key_of(gnutls_session_t session, const gnutls_datum_t* user, gnutls_datum_t* key) {
  const auto& self = *static_cast<const parts*>(gnutls_session_get_ptr(session));
  const auto found = self.keys.find(std::string_view{reinterpret_cast<const char*>(user->data), user->size});
  if (found == self.keys.end())
    return 1;
  key->size = static_cast<unsigned>(found->second.size());
  key->data = static_cast<unsigned char*>(gnutls_malloc(key->size));
  if (key->data == nullptr)
    return -1;
  std::memcpy(key->data, found->second.data(), key->size);
  return 0;
}

credentials::credentials(std::unique_ptr<parts> x) : parts_(std::move(x)) {}

credentials::~credentials() = default;

std::shared_ptr<const credentials> credentials::load(const files& from, std::string& problem) {
  auto x = std::make_unique<parts>();
  x->from = from;
  problem.clear();
  if (!from.certificate.empty())
    problem = x->load_certificate();
  if (problem.empty() && !from.psk.empty())
    problem = x->load_keys();
  if (problem.empty() && x->certificates == nullptr && x->psk == nullptr)
    problem = "neither a certificate nor pre-shared keys";
  std::string wanted{versions};
  if (x->psk != nullptr)
    wanted += key_exchanges;
  if (problem.empty())
    if (const auto result = gnutls_priority_init(&x->priorities, wanted.c_str(), nullptr); result < 0)
      problem = std::string{"GnuTLS refuses its settings: "} + gnutls_strerror(result);
  if (!problem.empty())
    return nullptr;
  return std::shared_ptr<const credentials>{new credentials{std::move(x)}};
}

bool credentials::equip(gnutls_session_int* session) const {
  const auto& x = *parts_;
  gnutls_session_set_ptr(session, parts_.get());
  auto fine = gnutls_priority_set(session, x.priorities) == 0;
  if (x.certificates != nullptr)
    fine = fine && gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, x.certificates) == 0;
  if (x.psk != nullptr)
    fine = fine && gnutls_credentials_set(session, GNUTLS_CRD_PSK, x.psk) == 0;
  if (!x.from.client_ca.empty())
    gnutls_certificate_server_set_request(session, x.from.verify ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_REQUEST);
  return fine;
}

bool credentials::certificate_required() const {
  return !parts_->from.client_ca.empty() && parts_->from.verify;
}

} // namespace sluice::tls
