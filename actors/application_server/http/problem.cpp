// Writes problem documents.
#include "actors/application_server/http/problem.hpp"

namespace sluice::http {

namespace {

std::string text_of(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

std::string_view title_of(unsigned status) noexcept {
  switch (status) {
  case 200:
    return "OK";
  case 201:
    return "Created";
  case 202:
    return "Accepted";
  case 204:
    return "No Content";
  case 304:
    return "Not Modified";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 409:
    return "Conflict";
  case 410:
    return "Gone";
  case 412:
    return "Precondition Failed";
  case 413:
    return "Content Too Large";
  case 415:
    return "Unsupported Media Type";
  case 422:
    return "Unprocessable Content";
  case 429:
    return "Too Many Requests";
  case 431:
    return "Request Header Fields Too Large";
  case 500:
    return "Internal Server Error";
  case 503:
    return "Service Unavailable";
  default:
    return "Error";
  }
}

response problem(unsigned status, std::string detail, const std::vector<mistake>& errors) {
  json body = {{"type", "about:blank"}, {"title", title_of(status)}, {"status", status}, {"detail", std::move(detail)}};
  if (!errors.empty()) {
    auto& list = body["errors"] = json::array();
    for (const auto& x : errors)
      list.push_back({{"path", x.path}, {"what", x.what}});
  }
  return {status, text_of(body), "application/problem+json", status == 503 ? 5u : 0u, {}, {}};
}

response answer(unsigned status, const json& body) {
  return {status, text_of(body), "application/json", 0, {}, {}};
}

} // namespace sluice::http
