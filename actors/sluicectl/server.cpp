// HTTP by libcurl, and answers as JSON.
#include "actors/sluicectl/server.hpp"

#include "actors/domain/stream.hpp"
#include "actors/sluicectl/refusal.hpp"

#include <algorithm>
#include <array>
#include <curl/curl.h>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace sluice::ctl {

namespace {

/// libcurl hands each piece of the answer's body to this; anything but `count` ends the exchange.
std::size_t keep_piece(char* bytes, std::size_t size, std::size_t count, void* into) {
  auto& body = *static_cast<std::string*>(into);
  if (body.size() + size * count > max_answer_bytes)
    return 0;
  body.append(bytes, size * count);
  return size * count;
}

/// libcurl hands each header line to this. Only the form that Sluice writes is understood.
std::size_t keep_link(char* bytes, std::size_t size, std::size_t count, void* into) {
  const std::string_view line{bytes, size * count};
  constexpr std::string_view name = "link: <";
  constexpr std::string_view relation = ">; rel=\"next\"";
  const bool named =
      line.size() > name.size() && std::equal(name.begin(), name.end(), line.begin(), [](char wanted, char c) {
        return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
      });
  if (const auto end = line.find(relation); named && end != std::string_view::npos)
    *static_cast<std::string*>(into) = line.substr(name.size(), end - name.size());
  return size * count;
}

struct header_list {
  curl_slist* head = nullptr;
  header_list() = default;
  header_list(const header_list&) = delete;
  header_list& operator=(const header_list&) = delete;
  ~header_list() {
    curl_slist_free_all(head);
  }
  void add(const std::string& line) {
    auto* longer = curl_slist_append(head, line.c_str());
    if (longer == nullptr)
      throw std::bad_alloc{};
    head = longer;
  }
};

failure no_answer(const settings& where, const std::string& why) {
  return {exit_code::unreachable, "no answer from " + where.server + ": " + why
                                      + "; is sluice-application-server running there? (--server says where it is)"};
}

} // namespace

http_server_link::http_server_link(settings x) : server_link(std::move(x)) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  curl_ = curl_easy_init();
  if (curl_ == nullptr)
    throw std::runtime_error{"libcurl could not be started"};
}

http_server_link::~http_server_link() {
  curl_easy_cleanup(curl_);
  curl_global_cleanup();
}

http_answer http_server_link::exchange(const http_request& request) {
  const auto url = where().server + request.path;
  std::array<char, CURL_ERROR_SIZE> reason{};
  http_answer answer;
  header_list headers;
  if (!where().token.empty())
    headers.add("Authorization: Bearer " + where().token);
  headers.add("Accept: application/json");
  headers.add("Expect:"); // no pause before a body that is larger than 1 MiB
  if (!request.content_type.empty())
    headers.add("Content-Type: " + request.content_type);
  curl_easy_reset(curl_);
  curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl_, CURLOPT_PROXY, ""); // the token goes to the named server
  curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT, static_cast<long>(connect_time.count()));
  curl_easy_setopt(curl_, CURLOPT_TIMEOUT, static_cast<long>(exchange_time.count()));
  curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, reason.data());
  curl_easy_setopt(curl_, CURLOPT_USERAGENT, "sluicectl/" SLUICE_VERSION);
  curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers.head);
  curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, keep_piece);
  curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, keep_link);
  curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &answer.next);
  curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (!request.content_type.empty()) {
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, request.body.data());
  }
  if (const auto code = curl_easy_perform(curl_); code != CURLE_OK)
    throw no_answer(where(), reason[0] != '\0' ? reason.data() : curl_easy_strerror(code));
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

namespace {

nlohmann::json read_answer(const server_link& server, const http_request& request, const http_answer& answer) {
  if (answer.status < 200 || answer.status > 299)
    throw failure{exit_code::refused, refusal_sentences(answer, server.where())};
  if (answer.body.empty())
    return nlohmann::json::object();
  auto read = nlohmann::json::parse(answer.body, nullptr, false);
  if (!read.is_object())
    throw failure{exit_code::unreachable, "what answers at " + server.where().server + " is not Sluice: "
                                              + request.method + " " + request.path + " gave no JSON object"};
  return read;
}

} // namespace

nlohmann::json ask(server_link& server, const http_request& request) {
  return read_answer(server, request, server.exchange(request));
}

std::optional<nlohmann::json> ask_for(server_link& server, const http_request& request) {
  const auto answer = server.exchange(request);
  if (answer.status == 404)
    return std::nullopt;
  return read_answer(server, request, answer);
}

std::optional<nlohmann::json> find(server_link& server, const std::string& path) {
  return ask_for(server, {"GET", path, {}, {}});
}

nlohmann::json fetch(server_link& server, const std::string& path) {
  return ask(server, {"GET", path, {}, {}});
}

nlohmann::json fetch_items(server_link& server, const std::string& path) {
  auto all = nlohmann::json::array();
  auto page_path = path;
  for (std::size_t page = 0; page < max_pages; ++page) {
    auto answer = fetch(server, page_path);
    const auto items = answer.find("items");
    if (items == answer.end() || !items->is_array())
      throw failure{exit_code::unreachable,
                    "what answers at " + server.where().server + " is not Sluice: " + path + " gave no items"};
    for (auto& item : *items)
      all.push_back(std::move(item));
    const auto next = answer.find("next");
    if (next == answer.end() || !next->is_string() || items->empty())
      return all;
    const auto& name = next->get_ref<const std::string&>();
    if (!parse_stream_id(name))
      break;
    page_path = path + (path.find('?') == std::string::npos ? "?after=" : "&after=") + name;
  }
  throw failure{exit_code::unreachable, "the pages of " + path + " at " + server.where().server + " do not end"};
}

std::string stream_path(const std::string& stream) {
  return "/api/v1/streams/" + stream;
}

std::string query_value(const std::string& text) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const auto c : text) {
    if (plain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return out;
}

std::string agreement_path(const std::string& name) {
  if (!valid_name(name))
    throw failure{exit_code::usage, "no agreement can be called " + name + ": expected letters, digits and . _ : @ -"};
  return "/api/v1/agreements/" + name;
}

} // namespace sluice::ctl
