// Compresses, and tells texts apart.
#include "actors/application_server/http/encoding.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

#include <zlib.h>

namespace sluice::http {

namespace {

std::string_view trimmed(std::string_view x) {
  while (!x.empty() && (x.front() == ' ' || x.front() == '\t'))
    x.remove_prefix(1);
  while (!x.empty() && (x.back() == ' ' || x.back() == '\t'))
    x.remove_suffix(1);
  return x;
}

std::string_view without_weakness(std::string_view tag) {
  if (tag.starts_with("W/"))
    tag.remove_prefix(2);
  return tag;
}

/// The part before the comma; the list goes on behind it.
std::string_view next_item(std::string_view& list) {
  const auto end = list.find(',');
  const auto item = trimmed(list.substr(0, end));
  list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
  return item;
}

} // namespace

std::string gzip(const std::string& x, effort how) {
  z_stream stream{};
  constexpr int window_and_gzip_header = 15 + 16;
  constexpr int memory_level = 9;
  const int level = how == effort::once ? Z_BEST_COMPRESSION : Z_BEST_SPEED;
  if (deflateInit2(&stream, level, Z_DEFLATED, window_and_gzip_header, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
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

bool takes_gzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    const auto item = next_item(accept_encoding);
    const auto name = trimmed(item.substr(0, item.find(';')));
    if (name != "gzip")
      continue;
    const auto quality = item.find("q=");
    return quality == std::string_view::npos || item.find_first_of("123456789", quality) != std::string_view::npos;
  }
  return false;
}

std::string weak_tag(std::string_view x) {
  std::uint64_t hash = 14'695'981'039'346'656'037u;
  for (const char c : x)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "W/\"%016llx\"", static_cast<unsigned long long>(hash));
  return text.data();
}

bool names_tag(std::string_view if_none_match, std::string_view tag) {
  if (trimmed(if_none_match) == "*")
    return true;
  while (!if_none_match.empty())
    if (without_weakness(next_item(if_none_match)) == without_weakness(tag))
      return true;
  return false;
}

} // namespace sluice::http
