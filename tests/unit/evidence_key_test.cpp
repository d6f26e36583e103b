// Trees against published vectors and a second way to compute them; the key and its file.
#include "actors/evidence/merkle.hpp"
#include "actors/evidence/signing_key.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>

#include <doctest/doctest.h>

using namespace sluice::evidence;

namespace {

/// The definition of RFC 6962, section 2.1, word by word.
digest by_definition(std::span<const digest> x) {
  if (x.empty())
    return sha256_of({});
  if (x.size() == 1)
    return x[0];
  std::size_t k = 1;
  while (k * 2 < x.size())
    k *= 2;
  return join(by_definition(x.first(k)), by_definition(x.subspan(k)));
}

std::vector<digest> leaves(std::size_t count) {
  std::vector<digest> list;
  for (std::size_t i = 0; i < count; ++i)
    list.push_back(hash_of({"verdicts/a" + std::to_string(i), i, sha256_of(std::to_string(i))}));
  return list;
}

template<std::size_t N>
std::array<std::byte, N> bytes(std::string_view hex) {
  std::array<std::byte, N> x{};
  REQUIRE(parse_hex(hex, x));
  return x;
}

struct temporary_directory {
  temporary_directory() {
    char pattern[] = "/tmp/sluice-key-XXXXXX";
    REQUIRE(::mkdtemp(pattern) != nullptr);
    path = pattern;
  }
  ~temporary_directory() {
    std::filesystem::remove_all(path);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  std::filesystem::path path;
};

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string refusal(const std::filesystem::path& file) {
  auto got = obtain_signing_key(file.string());
  return got.index() == 1 ? std::get<1>(got) : std::string{};
}

} // namespace

TEST_CASE("roots are those of Certificate Transparency's reference trees") {
  using namespace std::string_literals;
  // The test data of the reference implementation of RFC 6962.
  const std::vector<std::string> data{"",
                                      "\x00"s,
                                      "\x10",
                                      "\x20\x21",
                                      "\x30\x31",
                                      "\x40\x41\x42\x43",
                                      "\x50\x51\x52\x53\x54\x55\x56\x57",
                                      "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
  const std::vector<std::string> roots{"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                       "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                       "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                       "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                       "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                       "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                       "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                       "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  merkle_root tree;
  for (std::size_t i = 0; i < data.size(); ++i) {
    tree.add(sha256_of(std::string(1, '\0') + data[i]));
    CHECK(to_hex(tree.root()) == roots[i]);
  }
}

TEST_CASE("any root is that of the definition, and each leaf's path leads to it and nowhere else") {
  for (std::size_t count = 0; count < 70; ++count) {
    CAPTURE(count);
    const auto list = leaves(count);
    merkle_root running;
    for (const auto& x : list)
      running.add(x);
    const merkle_tree tree{list};
    const auto root = by_definition(list);
    CHECK(running.root() == root);
    CHECK(tree.root() == root);
    for (std::size_t i = 0; i < count; ++i) {
      auto path = tree.path(i);
      CHECK(root_by_path(list[i], i, count, path) == root);
      CHECK(root_by_path(list[(i + 1) % count], i, count, path).value_or(digest{}) != (count == 1 ? digest{} : root));
      if (count > 1)
        CHECK(root_by_path(list[i], (i + 1) % count, count, path).value_or(digest{}) != root);
      CHECK(!root_by_path(list[i], i + count, count, path));
      path.push_back(root);
      CHECK(!root_by_path(list[i], i, count, path));
      path.resize(path.size() - 1);
      if (!path.empty()) {
        path.pop_back();
        CHECK(!root_by_path(list[i], i, count, path));
      }
    }
  }
}

TEST_CASE("a leaf is its chain, its position and its hash, and never an inner node") {
  const leaf x{"verdicts/a", 1, sha256_of("x")};
  CHECK(hash_of(x) == sha256_of(std::string(1, '\0') + "verdicts/a\t1\t" + to_hex(x.hash) + "\n"));
  CHECK(hash_of(x) != hash_of({"verdicts/b", 1, x.hash}));
  CHECK(hash_of(x) != hash_of({"verdicts/a", 2, x.hash}));
  CHECK(hash_of({"a\t1", 2, x.hash}) != hash_of({"a", 1, x.hash}));
}

TEST_CASE("signatures are those of RFC 8032, section 7.1") {
  const auto key = signing_key::of_seed(bytes<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  CHECK(to_hex(key.published()) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const auto made = key.sign("");
  CHECK(to_hex(made)
        == "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595"
           "bbe"
           "24655141438e7a100b");
  CHECK(verifies(key.published(), "", made));
  CHECK(!verifies(key.published(), "x", made));
  const auto other =
      signing_key::of_seed(bytes<32>("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  CHECK(!verifies(other.published(), "", made));
  CHECK(fingerprint_of(key.published()) != fingerprint_of(other.published()));
  CHECK(fingerprint_of(key.published()).size() == 32);
}

TEST_CASE("the key is made at the first start, readable by its owner alone, and found again") {
  temporary_directory in;
  CHECK(obtain_signing_key((in.path / "made" / "key").string()).index() == 0);
  CHECK((std::filesystem::status(in.path / "made").permissions() == std::filesystem::perms{0700}));
  const auto file = in.path / "key";
  std::ofstream{in.path / "key.new"} << "of a program that was killed here";
  auto first = obtain_signing_key(file.string());
  REQUIRE(first.index() == 0);
  CHECK(std::get<0>(first).made);
  struct stat found {};
  REQUIRE(::stat(file.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
  CHECK(!std::filesystem::exists(in.path / "key.new"));
  auto second = obtain_signing_key(file.string());
  REQUIRE(second.index() == 0);
  CHECK(!std::get<0>(second).made);
  CHECK(std::get<0>(second).key.published() == std::get<0>(first).key.published());
  const auto moved = std::move(std::get<0>(second).key);
  CHECK(verifies(moved.published(), "x", moved.sign("x")));
}

TEST_CASE("a lost key is followed by another one, not by the same") {
  temporary_directory in;
  const auto file = (in.path / "key").string();
  const auto before = std::get<0>(obtain_signing_key(file)).key.published();
  std::filesystem::remove(file);
  CHECK(std::get<0>(obtain_signing_key(file)).key.published() != before);
}

TEST_CASE("a key file that others can read, that is damaged or cannot be made is refused and left as it is") {
  temporary_directory in;
  const auto file = in.path / "key";
  REQUIRE(obtain_signing_key(file.string()).index() == 0);
  const auto good = content_of(file);
  std::filesystem::permissions(file, std::filesystem::perms{0640});
  CHECK(refusal(file).find("read by others") != std::string::npos);
  std::filesystem::permissions(file, std::filesystem::perms{0600});
  for (const auto& wrong : {std::string{}, good.substr(0, good.size() - 1), good + "x", "x" + good.substr(1),
                            good.substr(0, good.size() - 2) + "g\n"}) {
    std::ofstream{file, std::ios::binary | std::ios::trunc} << wrong;
    const auto said = refusal(file);
    CHECK(said.find("holds no key") != std::string::npos);
    CHECK(said.find(good.substr(21, 64)) == std::string::npos);
    CHECK(content_of(file) == wrong);
  }
  CHECK(refusal(in.path).find("no regular file") != std::string::npos);
  CHECK(refusal(in.path / "none" / "none" / "key").find("cannot be made") != std::string::npos);
}
