// The dashboard's files from memory: what is read, what is answered, and what no request can reach.
#include "actors/application_server/http/static_files.hpp"

#include "tests/unit/http_parts.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace sluice::http;
using namespace sluice::test;

namespace {

namespace fs = std::filesystem;

/// A directory that is gone afterwards, with a page in it.
struct example_site {
  fs::path root;
  static_files files;

  example_site() {
    std::string pattern = (fs::temp_directory_path() / "sluice-site-XXXXXX").string();
    root = ::mkdtemp(pattern.data());
    fs::create_directories(root / "web" / "pages");
    put("web/index.html", "<!doctype html><title>Sluice</title>");
    put("web/pages/long.js", std::string(5'000, 'x'));
    put("web/README.md", "for people");
    put("web/.hidden.js", "no");
    put("secret.txt", "outside");
  }
  ~example_site() {
    fs::remove_all(root);
  }
  example_site(const example_site&) = delete;
  example_site& operator=(const example_site&) = delete;

  void put(const std::string& name, const std::string& text) const {
    std::ofstream{root / name, std::ios::binary} << text;
  }
  [[nodiscard]] std::string load() {
    return files.load((root / "web").string());
  }
  [[nodiscard]] std::optional<response> get(const std::string& target, const std::string& encoding = {},
                                            const std::string& known = {}) const {
    request x{"GET", target, "", "", ""};
    x.accept_encoding = encoding;
    x.if_none_match = known;
    return files.answer(x);
  }
};

} // namespace

TEST_CASE("the page and its scripts are answered with their types and a strict policy") {
  example_site site;
  REQUIRE(site.load() == "");
  CHECK(site.files.size() == 2);
  const auto page = site.get("/");
  REQUIRE(page.has_value());
  CHECK(page->status == 200);
  CHECK(page->body == "<!doctype html><title>Sluice</title>");
  CHECK(page->content_type == "text/html; charset=utf-8");
  const auto policy = header(*page, "Content-Security-Policy");
  CHECK(policy.starts_with("default-src 'self'"));
  CHECK(policy.find("unsafe") == std::string::npos);
  CHECK(header(*page, "X-Frame-Options") == "DENY");
  CHECK(site.get("/index.html?x=1")->body == page->body);
  CHECK(site.get("/pages/long.js")->content_type == "text/javascript; charset=utf-8");
}

TEST_CASE("who takes gzip gets it, who does not gets the file itself") {
  example_site site;
  REQUIRE(site.load() == "");
  for (const auto* takes : {"gzip", "br, gzip", "deflate, gzip;q=0.5", "gzip;q=1.0, identity"}) {
    const auto packed = site.get("/pages/long.js", takes);
    CHECK(header(*packed, "Content-Encoding") == "gzip");
    CHECK(packed->body.size() < 100);
    CHECK(unpacked(packed->body) == std::string(5'000, 'x'));
  }
  for (const auto* refuses : {"", "br", "gzip;q=0", "gzip;q=0.000, br"}) {
    CHECK(header(*site.get("/pages/long.js", refuses), "Content-Encoding") == "");
    CHECK(site.get("/pages/long.js", refuses)->body == std::string(5'000, 'x'));
  }
  CHECK(header(*site.get("/", "gzip"), "Content-Encoding") == ""); // one packet either way
}

TEST_CASE("who has this very file is told so") {
  example_site site;
  REQUIRE(site.load() == "");
  const auto etag = header(*site.get("/pages/long.js"), "ETag");
  CHECK(etag.starts_with("W/\""));
  CHECK(etag != header(*site.get("/"), "ETag"));
  const auto same = site.get("/pages/long.js", "gzip", "W/\"other\", " + etag);
  CHECK(same->status == 304);
  CHECK(same->body.empty());
  CHECK(site.get("/pages/long.js", "gzip", "W/\"other\"")->status == 200);
}

TEST_CASE("nothing outside the directory, hidden, linked or without a media type is answered") {
  example_site site;
  fs::create_symlink(site.root / "secret.txt", site.root / "web" / "link.txt");
  fs::create_directory_symlink(site.root, site.root / "web" / "up");
  REQUIRE(site.load() == "");
  CHECK(site.files.size() == 2);
  for (const auto* target :
       {"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "//secret.txt", "/pages/../index.html",
        "/./index.html", "/link.txt", "/up/secret.txt", "/README.md", "/.hidden.js", "/pages", "/pages/", "",
        "index.html", "*", "/index.html/", "/INDEX.HTML", "/api/v1/streams", "/metrics"})
    CHECK_MESSAGE(!site.get(target).has_value(), target);
  for (const auto* method : {"POST", "PUT", "DELETE", "get"})
    CHECK(!site.files.answer({method, "/", "", "", ""}).has_value());
  CHECK(site.files.answer({"HEAD", "/", "", "", ""}).has_value());
}

TEST_CASE("a directory that cannot be served is refused with a sentence") {
  example_site site;
  CHECK(static_files{}.load((site.root / "nowhere").string()).find("nowhere") != std::string::npos);
  CHECK(static_files{}.load((site.root / "web" / "pages").string()).find("no index.html") != std::string::npos);
  site.put("web/huge.js", std::string(max_static_file_bytes + 1, 'x'));
  CHECK(site.load().find("huge.js") != std::string::npos);
}
