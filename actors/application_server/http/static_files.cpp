// Reads, compresses and answers files.
#include "actors/application_server/http/static_files.hpp"

#include "actors/application_server/http/encoding.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

namespace sluice::http {

namespace {

namespace fs = std::filesystem;

struct media_type {
  std::string_view ending;
  std::string_view name;
};

constexpr std::array<media_type, 8> media_types{{
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".yaml", "application/yaml"}, // the API's document
}};

/// Scripts, styles, images and requests of this origin alone; nothing inline; in nobody's frame.
constexpr std::string_view content_security_policy =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

std::string_view type_of(const std::string& name) {
  for (const auto& x : media_types)
    if (name.size() > x.ending.size() && name.ends_with(x.ending))
      return x.name;
  return {};
}

} // namespace

std::string static_files::load(const std::string& directory) {
  const fs::path root{directory};
  std::error_code failed;
  fs::recursive_directory_iterator at{root, failed};
  if (failed)
    return "cannot read the directory " + directory + ": " + failed.message();
  for (; at != fs::recursive_directory_iterator{}; at.increment(failed)) {
    const auto name = at->path().filename().string();
    const bool hidden = name.starts_with('.');
    if (hidden || at->is_symlink()) {
      at.disable_recursion_pending();
      continue;
    }
    const auto type = type_of(name);
    if (type.empty() || !at->is_regular_file())
      continue;
    std::ifstream in{at->path(), std::ios::binary};
    file x;
    x.body.assign(std::istreambuf_iterator<char>{in}, {});
    if (!in || x.body.size() > max_static_file_bytes || files_.size() >= max_static_files)
      return "cannot serve " + at->path().string() + ": it cannot be read, is larger than 1 MiB, or is one of too many";
    if (x.body.size() >= least_to_compress && type != "image/png")
      x.compressed = gzip(x.body, effort::once);
    if (x.compressed.size() >= x.body.size())
      x.compressed.clear();
    x.etag = weak_tag(x.body);
    x.content_type = type;
    files_.emplace('/' + at->path().lexically_relative(root).generic_string(), std::move(x));
  }
  if (failed)
    return "cannot read the directory " + directory + ": " + failed.message();
  return files_.contains("/index.html") ? "" : "there is no index.html in " + directory;
}

std::optional<response> static_files::answer(const request& x) const {
  if (x.method != "GET" && x.method != "HEAD")
    return std::nullopt;
  const auto path = std::string_view{x.target}.substr(0, x.target.find('?'));
  const auto found = files_.find(path == "/" ? std::string_view{"/index.html"} : path);
  if (found == files_.end())
    return std::nullopt;
  const auto& it = found->second;
  response out;
  out.content_type = it.content_type;
  out.headers = {{"Cache-Control", "no-cache"}, // kept, and asked for again by its ETag
                 {"ETag", it.etag},
                 {"Vary", "Accept-Encoding"},
                 {"Content-Security-Policy", std::string{content_security_policy}},
                 {"X-Frame-Options", "DENY"},
                 {"Referrer-Policy", "no-referrer"},
                 {"Cross-Origin-Opener-Policy", "same-origin"},
                 {"Cross-Origin-Resource-Policy", "same-origin"},
                 {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"}};
  if (names_tag(x.if_none_match, it.etag)) {
    out.status = 304;
    return out;
  }
  const bool smaller = !it.compressed.empty() && takes_gzip(x.accept_encoding);
  if (smaller)
    out.headers.emplace_back("Content-Encoding", "gzip");
  out.body = smaller ? it.compressed : it.body;
  return out;
}

} // namespace sluice::http
