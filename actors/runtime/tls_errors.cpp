// Hooks into the creation of OpenSSL's socket BIOs: public interface, and it reaches those that CAF makes.
#include "actors/runtime/tls_errors.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

namespace sluice::tcp_link {

namespace {

long before_access(BIO*, int operation, const char*, std::size_t, int, long, int result, std::size_t*) {
  if ((operation & BIO_CB_RETURN) == 0)
    ERR_clear_error();
  return result;
}

void on_new_bio(void* made, void*, CRYPTO_EX_DATA*, int, long, void*) {
  auto* bio = static_cast<BIO*>(made);
  if (BIO_method_type(bio) == BIO_TYPE_SOCKET)
    BIO_set_callback_ex(bio, before_access);
}

} // namespace

void keep_tls_errors_apart() {
  static const int index = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_BIO, 0, nullptr, on_new_bio, nullptr, nullptr);
  static_cast<void>(index);
}

} // namespace sluice::tcp_link
