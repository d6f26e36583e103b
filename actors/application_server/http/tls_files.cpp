// Reads the certificate and the key of the server.
#include "actors/application_server/http/tls_files.hpp"

#include <boost/asio/ssl.hpp>
#include <openssl/ssl.h>
#include <sys/stat.h>

namespace sluice::http {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

std::string version_of_files(const std::string& certificate, const std::string& key) {
  std::string out;
  for (const auto& name : {certificate, key}) {
    struct stat x {};
    if (::stat(name.c_str(), &x) != 0)
      return {};
    out += std::to_string(x.st_ino) + ' ' + std::to_string(x.st_size) + ' ' + std::to_string(x.st_mtim.tv_sec) + '.'
           + std::to_string(x.st_mtim.tv_nsec) + ' ';
  }
  return out;
}

std::variant<tls_context, std::string> load_tls(const std::string& certificate, const std::string& key) {
  struct stat x {};
  if (::stat(key.c_str(), &x) == 0 && (x.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return "others may read the key " + key + ": chmod 600 it";
  auto made = std::make_shared<ssl::context>(ssl::context::tls_server);
  error_code problem;
  made->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, problem);
  // Otherwise OpenSSL asks a terminal for the passphrase of an encrypted key.
  made->set_password_callback([](std::size_t, ssl::context::password_purpose) {
    return std::string{};
  });
  made->use_certificate_chain_file(certificate, problem);
  if (problem)
    return "the certificate " + certificate + " cannot be used: " + problem.message();
  made->use_private_key_file(key, ssl::context::pem, problem);
  if (problem)
    return "the key " + key + " cannot be used, or is not that of the certificate " + certificate + ": "
           + problem.message();
  if (SSL_CTX_check_private_key(made->native_handle()) != 1)
    return "the key " + key + " is not that of the certificate " + certificate;
  return made;
}

} // namespace sluice::http
