// Keys and certificates from files: what is taken, and that each mistake is said in one sentence.
#include "gateways/tls/credentials.hpp"
#include "gateways/tls/pre_shared_keys.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace sluice::tls;

namespace {

namespace fs = std::filesystem;

constexpr auto key_16 = "00112233445566778899aAbBcCdDeEfF";

std::string problem_with(std::string_view content) {
  pre_shared_keys keys;
  return read_keys(content, keys);
}

class scratch {
public:
  scratch() {
    auto name = (fs::temp_directory_path() / "sluice-tls-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~scratch() {
    fs::remove_all(path_);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  std::string file(const std::string& name, const std::string& content, fs::perms mode = fs::perms{0600}) const {
    const auto path = path_ / name;
    std::ofstream{path} << content;
    fs::permissions(path, mode);
    return path.string();
  }

private:
  fs::path path_;
};

files with_certificate(const std::string& certificate, const std::string& key) {
  files x;
  x.certificate = certificate;
  x.key = key;
  return x;
}

files with_keys(const std::string& path) {
  files x;
  x.psk = path;
  return x;
}

std::string problem_of(const files& x) {
  std::string problem;
  const auto made = credentials::load(x, problem);
  CHECK((made == nullptr) == !problem.empty());
  return problem;
}

} // namespace

TEST_SUITE_BEGIN("gateways.tls");

TEST_CASE("pre-shared keys are read as psktool writes them") {
  pre_shared_keys keys;
  const auto line = std::string{":"} + key_16;
  CHECK(read_keys("# users\n\nbob" + line + "\r\nhost:1:a" + line, keys) == "");
  REQUIRE(keys.size() == 2);
  CHECK(keys.at("bob")
        == std::vector<unsigned char>{0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd,
                                      0xee, 0xff});
  CHECK(keys.contains("host:1:a"));
}

TEST_CASE("each mistake in pre-shared keys is a sentence with its line, and does not show the key") {
  const auto good = std::string{"bob:"} + key_16 + '\n';
  CHECK(problem_with("") == "there is no user in it");
  CHECK(problem_with(good + "carol") == "line 2: expected user:hexkey");
  CHECK(problem_with(good + "\n" + good) == "line 3: this user is there twice");
  CHECK(problem_with("a/b:00") == "line 1: the user may have letters, digits and . _ : @ -");
  CHECK(problem_with(std::string{":"} + key_16) == "line 1: the user may have letters, digits and . _ : @ -");
  CHECK(problem_with("bob:0g") == "line 1: the key is not hexadecimal");
  CHECK(problem_with("bob:000") == "line 1: the key is not hexadecimal");
  CHECK(problem_with("bob:001122") == "line 1: the key must have 16 to 64 bytes");
  CHECK(problem_with("bob:" + std::string(130, '0')) == "line 1: the key must have 16 to 64 bytes");
  std::string many;
  for (std::size_t i = 0; i <= max_users; ++i)
    many += 'u' + std::to_string(i) + ':' + key_16 + '\n';
  CHECK(problem_with(many) == "line 4097: more than 4096 users");
}

TEST_CASE("files that are missing, unreadable or not what they should be are refused with their name") {
  const scratch s;
  const auto text = s.file("text", "no certificate");
  CHECK(problem_of({}) == "neither a certificate nor pre-shared keys");
  CHECK(problem_of(with_certificate("/nowhere", text)) == "/nowhere: cannot be read: No such file or directory");
  CHECK(problem_of(with_certificate(text, "/nowhere")) == "/nowhere: cannot be read: No such file or directory");
  CHECK(problem_of(with_keys("/nowhere")) == "/nowhere: cannot be read: No such file or directory");
  CHECK(problem_of(with_certificate("/tmp", text)) == "/tmp: is no file");
  CHECK(problem_of(with_certificate(text, text)).starts_with(text + " and " + text + ": "));
  const auto psk = s.file("psk", "bob");
  CHECK(problem_of(with_keys(psk)) == psk + ": line 1: expected user:hexkey");
  const auto large = s.file("large", std::string((1u << 20) + 1, 'x'));
  CHECK(problem_of(with_keys(large)) == large + ": is larger than 1048576 bytes");
}

TEST_CASE("a secret that others may read is refused; a group may") {
  const scratch s;
  const auto content = std::string{"bob:"} + key_16;
  const auto open = s.file("open", content, fs::perms{0604});
  CHECK(problem_of(with_keys(open))
        == open + ": is a secret that every user of this machine may read; chmod o= makes it one");
  CHECK(problem_of(with_keys(s.file("group", content, fs::perms{0640}))) == "");
}

TEST_CASE("what cannot be loaded leaves what is in use") {
  const scratch s;
  current_credentials current;
  CHECK(current.get() == nullptr);
  CHECK(current.reload(with_keys(s.file("psk", std::string{"bob:"} + key_16))) == "");
  const auto first = current.get();
  CHECK(first != nullptr);
  CHECK(current.reload(with_keys("/nowhere")) != "");
  CHECK(current.get() == first);
  CHECK(current.reload(with_keys(s.file("psk", std::string{"carol:"} + key_16))) == "");
  CHECK(current.get() != first);
}

TEST_SUITE_END();
