// Tags, 304, gzip.
#include "actors/application_server/http/dress.hpp"

#include "actors/application_server/http/encoding.hpp"

#include <algorithm>
#include <string_view>

namespace sluice::http {

namespace {

bool has_header(const response& x, std::string_view name) {
  return std::any_of(x.headers.begin(), x.headers.end(), [&](const auto& header) {
    return header.first == name;
  });
}

bool is_text(std::string_view type) {
  return type.starts_with("text/") || type.starts_with("application/json") || type.starts_with("application/yaml")
         || type.starts_with("application/problem+json");
}

void compress(response& x) {
  auto small = gzip(x.body, effort::always);
  if (small.empty() || small.size() >= x.body.size())
    return;
  x.body = std::move(small);
  x.headers.emplace_back("Content-Encoding", "gzip");
}

} // namespace

wishes wishes_of(const request& x) {
  return {x.method == "GET" || x.method == "HEAD", x.if_none_match, x.accept_encoding};
}

void dress(const wishes& wanted, response& x) {
  if (x.events || has_header(x, "ETag") || has_header(x, "Content-Encoding"))
    return;
  const bool found = wanted.reads && x.status == 200;
  if (found && x.etag.empty() && x.content_type.starts_with("application/json"))
    x.etag = weak_tag(x.body);
  if (found && !x.etag.empty() && names_tag(wanted.if_none_match, x.etag)) {
    x.status = 304;
    x.body.clear();
    return;
  }
  const bool strong = x.etag.starts_with('"');
  if (strong || !is_text(x.content_type) || x.body.size() < least_to_compress || x.body.size() > most_to_compress)
    return;
  x.headers.emplace_back("Vary", "Accept-Encoding");
  if (takes_gzip(wanted.accept_encoding))
    compress(x);
}

} // namespace sluice::http
