// Reads or makes the token file.
#include "actors/application_server/http/token_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::http {

namespace {

/// Shortest token an operator may choose. Chosen: 128 bits as hexadecimal digits.
constexpr std::size_t min_token_size = 32;
constexpr std::size_t max_token_size = 256;

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

std::string failure(const std::string& path, const char* what) {
  return "the token file " + path + " " + what + ": " + std::strerror(errno);
}

bool token_characters(std::string_view x) {
  return std::all_of(x.begin(), x.end(), [](char c) {
    return c > ' ' && c < 0x7f;
  });
}

std::variant<token, std::string> read_token(const file& from, const std::string& path) {
  struct stat found {};
  if (::fstat(from.number(), &found) != 0)
    return failure(path, "cannot be read");
  if (!S_ISREG(found.st_mode))
    return "the token file " + path + " is no regular file";
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return "the token file " + path + " can be read by others; chmod 600 it";
  std::array<char, max_token_size + 2> text{};
  const auto size = ::read(from.number(), text.data(), text.size());
  if (size < 0)
    return failure(path, "cannot be read");
  std::string_view content{text.data(), static_cast<std::size_t>(size)};
  while (!content.empty() && (content.back() == '\n' || content.back() == '\r'))
    content.remove_suffix(1);
  if (content.size() < min_token_size || content.size() > max_token_size || !token_characters(content))
    return "the token file " + path + " must hold one line of 32 to 256 characters without spaces";
  return token{std::string{content}, false};
}

bool fill_random(std::array<unsigned char, 32>& to) {
  for (std::size_t done = 0; done < to.size();) {
    const auto got = ::getrandom(to.data() + done, to.size() - done, 0);
    if (got < 0 && errno != EINTR)
      return false;
    done += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  return true;
}

std::variant<token, std::string> make_token(const file& to, const std::string& path) {
  std::array<unsigned char, 32> random{};
  if (!fill_random(random))
    return failure(path, "cannot be made for lack of randomness");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : random) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  const auto line = text + '\n';
  if (::write(to.number(), line.data(), line.size()) != static_cast<ssize_t>(line.size())
      || ::fsync(to.number()) != 0) {
    auto why = failure(path, "cannot be written");
    ::unlink(path.c_str()); // half a token would be refused at the next start
    return why;
  }
  return token{text, true};
}

} // namespace

std::variant<token, std::string> obtain_token(const std::string& path) {
  const file made{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)};
  if (made.number() >= 0)
    return make_token(made, path);
  if (errno != EEXIST)
    return failure(path, "cannot be made");
  const file there{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (there.number() < 0)
    return failure(path, "cannot be read");
  return read_token(there, path);
}

} // namespace sluice::http
