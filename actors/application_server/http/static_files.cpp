// Reads, compresses and answers files.
#include "actors/application_server/http/static_files.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include <zlib.h>

namespace sluice::http {

namespace {

namespace fs = std::filesystem;

struct media_type {
  std::string_view ending;
  std::string_view name;
};

constexpr std::array<media_type, 7> media_types{{
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
}};

/// Scripts, styles, images and requests of this origin alone; nothing inline; in nobody's frame.
constexpr std::string_view content_security_policy =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// Below this many bytes a compressed answer needs as many packets. Chosen: one TCP segment.
constexpr std::size_t least_to_compress = 1'024;

std::string_view type_of(const std::string& name) {
  for (const auto& x : media_types)
    if (name.size() > x.ending.size() && name.ends_with(x.ending))
      return x.name;
  return {};
}

/// The gzip form at the highest level; empty if zlib has no memory. Without a time stamp: the same file, the same
/// bytes.
std::string gzip(const std::string& x) {
  z_stream stream{};
  constexpr int window_and_gzip_header = 15 + 16;
  constexpr int memory_level = 9;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_and_gzip_header, memory_level, Z_DEFAULT_STRATEGY)
      != Z_OK)
    return {};
  std::string out(deflateBound(&stream, x.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(x.data())); // zlib does not write there
  stream.avail_in = static_cast<uInt>(x.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(whole ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

/// FNV-1a of the content: tells versions of a file apart, and is no secret.
std::string etag_of(const std::string& x) {
  std::uint64_t hash = 14'695'981'039'346'656'037u;
  for (const char c : x)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "W/\"%016llx\"", static_cast<unsigned long long>(hash));
  return text.data();
}

/// Whether `wanted` is in a list such as `deflate, gzip;q=1.0`; `gzip;q=0` refuses it.
bool takes(std::string_view list, std::string_view wanted) {
  const auto at = list.find(wanted);
  if (at == std::string_view::npos)
    return false;
  const auto rest = list.substr(at + wanted.size());
  const auto parameters = rest.substr(0, rest.find(','));
  const auto quality = parameters.find("q=");
  return quality == std::string_view::npos || parameters.find_first_of("123456789", quality) != std::string_view::npos;
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
      x.compressed = gzip(x.body);
    if (x.compressed.size() >= x.body.size())
      x.compressed.clear();
    x.etag = etag_of(x.body);
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
  if (x.if_none_match.find(it.etag) != std::string::npos || x.if_none_match == "*") {
    out.status = 304;
    return out;
  }
  const bool smaller = !it.compressed.empty() && takes(x.accept_encoding, "gzip");
  if (smaller)
    out.headers.emplace_back("Content-Encoding", "gzip");
  out.body = smaller ? it.compressed : it.body;
  return out;
}

} // namespace sluice::http
