// Ed25519 by libsodium, and the key file.
#include "actors/evidence/signing_key.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <span>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

namespace sluice::evidence {

namespace {

/// The file is this line and one of 64 hexadecimal digits: the seed of RFC 8032.
constexpr std::string_view first_line = "sluice-signing-key 1\n";
constexpr std::size_t file_size = first_line.size() + 64 + 1;

static_assert(sizeof(public_key) == crypto_sign_PUBLICKEYBYTES && sizeof(signature) == crypto_sign_BYTES
              && crypto_sign_SECRETKEYBYTES == 64 && crypto_sign_SEEDBYTES == 32);

unsigned char* raw(void* x) {
  return static_cast<unsigned char*>(x);
}
const unsigned char* raw(const void* x) {
  return static_cast<const unsigned char*>(x);
}

class file {
public:
  explicit file(int number) : number_(number) {}
  ~file() {
    if (number_ >= 0)
      ::close(number_);
  }
  file(const file&) = delete;
  file& operator=(const file&) = delete;
  [[nodiscard]] int number() const noexcept {
    return number_;
  }

private:
  int number_;
};

/// Bytes that are wiped at the end.
template<class T>
struct wiped {
  T value{};
  wiped() = default;
  wiped(const wiped&) = delete;
  wiped& operator=(const wiped&) = delete;
  ~wiped() {
    sodium_memzero(value.data(), value.size());
  }
};

std::string failure(const std::string& path, const char* what) {
  return "the signing key " + path + " " + what + ": " + std::strerror(errno);
}

std::variant<obtained_key, std::string> read_key(const file& from, const std::string& path) {
  struct stat found {};
  if (::fstat(from.number(), &found) != 0)
    return failure(path, "cannot be read");
  if (!S_ISREG(found.st_mode))
    return "the signing key " + path + " is no regular file";
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return "the signing key " + path + " can be read by others; make a new one, or chmod 600 it if nobody did";
  wiped<std::array<char, file_size + 1>> text;
  const auto size = ::read(from.number(), text.value.data(), text.value.size());
  if (size < 0)
    return failure(path, "cannot be read");
  const std::string_view content{text.value.data(), static_cast<std::size_t>(size)};
  wiped<std::array<std::byte, 32>> seed;
  if (content.size() != file_size || !content.starts_with(first_line) || content.back() != '\n'
      || !parse_hex(content.substr(first_line.size(), 64), seed.value))
    return "the signing key " + path + " holds no key of Sluice";
  return obtained_key{signing_key::of_seed(seed.value), false};
}

/// Writes the whole file under another name and then gives it its own, unless one came meanwhile. False with errno.
bool publish(const std::string& path, std::string_view content) {
  const auto part = path + ".new";
  ::unlink(part.c_str()); // of somebody who died here
  const file made{::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)};
  if (made.number() < 0)
    return false;
  bool good = ::write(made.number(), content.data(), content.size()) == static_cast<ssize_t>(content.size())
              && ::fsync(made.number()) == 0 && ::link(part.c_str(), path.c_str()) == 0;
  const int why = errno;
  ::unlink(part.c_str());
  if (good) { // a name that a power cut takes away would be a lost key
    const auto slash = path.rfind('/');
    const auto directory = slash == std::string::npos ? std::string{"."} : path.substr(0, slash + 1);
    const file above{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    good = above.number() >= 0 && ::fsync(above.number()) == 0;
    return good;
  }
  errno = why;
  return false;
}

std::variant<obtained_key, std::string> make_key(const std::string& path) {
  if (const auto slash = path.rfind('/'); slash != std::string::npos && slash != 0)
    ::mkdir(path.substr(0, slash).c_str(), S_IRWXU); // one level; if it cannot be made, neither can the file
  wiped<std::array<std::byte, 32>> seed;
  randombytes_buf(seed.value.data(), seed.value.size());
  wiped<std::array<char, file_size>> text;
  std::memcpy(text.value.data(), first_line.data(), first_line.size());
  sodium_bin2hex(text.value.data() + first_line.size(), 65, raw(seed.value.data()), seed.value.size());
  text.value.back() = '\n';
  if (!publish(path, {text.value.data(), text.value.size()}))
    return failure(path, "cannot be made");
  return obtained_key{signing_key::of_seed(seed.value), true};
}

} // namespace

signing_key::signing_key(signing_key&& other) noexcept : secret_(other.secret_), public_(other.public_) {
  sodium_memzero(other.secret_.data(), other.secret_.size());
}

signing_key& signing_key::operator=(signing_key&& other) noexcept {
  secret_ = other.secret_;
  public_ = other.public_;
  if (&other != this)
    sodium_memzero(other.secret_.data(), other.secret_.size());
  return *this;
}

signing_key::~signing_key() {
  sodium_memzero(secret_.data(), secret_.size());
}

signature signing_key::sign(std::string_view message) const noexcept {
  signature result{};
  crypto_sign_detached(raw(result.data()), nullptr, raw(message.data()), message.size(), raw(secret_.data()));
  return result;
}

signing_key signing_key::of_seed(const std::array<std::byte, 32>& seed) noexcept {
  signing_key key;
  crypto_sign_seed_keypair(raw(key.public_.data()), raw(key.secret_.data()), raw(seed.data()));
  return key;
}

std::variant<obtained_key, std::string> obtain_signing_key(const std::string& path) {
  if (sodium_init() < 0)
    return "libsodium cannot be used: there is no source of randomness";
  for (int attempt = 0; attempt < 2; ++attempt) {
    const file there{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (there.number() >= 0)
      return read_key(there, path);
    if (errno != ENOENT)
      return failure(path, "cannot be read");
    auto made = make_key(path);
    if (made.index() == 0 || errno != EEXIST)
      return made;
  }
  return "the signing key " + path + " comes and goes";
}

bool verifies(const public_key& key, std::string_view message, const signature& x) noexcept {
  return crypto_sign_verify_detached(raw(x.data()), raw(message.data()), message.size(), raw(key.data())) == 0;
}

std::string fingerprint_of(const public_key& key) {
  const auto whole = sha256_of({reinterpret_cast<const char*>(key.data()), key.size()});
  return to_hex(std::span{whole}.first(16));
}

} // namespace sluice::evidence
