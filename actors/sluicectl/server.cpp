// HTTP by libcurl, and answers as JSON.
#include "actors/sluicectl/server.hpp"

#include "actors/domain/stream.hpp"
#include "actors/sluicectl/refusal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <curl/curl.h>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

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

bool begins_with(std::string_view line, std::string_view name) {
  return line.size() > name.size() && std::equal(name.begin(), name.end(), line.begin(), [](char wanted, char c) {
           return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
         });
}

/// libcurl hands each header line to this. Only the forms that Sluice writes are understood.
std::size_t keep_header(char* bytes, std::size_t size, std::size_t count, void* into) {
  auto& answer = *static_cast<http_answer*>(into);
  const std::string_view line{bytes, size * count};
  constexpr std::string_view link = "link: <";
  constexpr std::string_view relation = ">; rel=\"next\"";
  constexpr std::string_view later = "retry-after: ";
  if (const auto end = line.find(relation); begins_with(line, link) && end != std::string_view::npos)
    answer.next = line.substr(link.size(), end - link.size());
  else if (begins_with(line, later))
    std::from_chars(bytes + later.size(), bytes + line.size(), answer.retry_after_s);
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

/// What every exchange begins with. @param reason at least CURL_ERROR_SIZE
void begin(CURL* curl, const settings& where, const std::string& url, char* reason, const patience& how_long) {
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROXY, ""); // the token goes to the named server
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  if (!where.ca_file.empty())
    curl_easy_setopt(curl, CURLOPT_CAINFO, where.ca_file.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(how_long.connect.count()));
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "sluicectl/" SLUICE_VERSION);
}

void add_token(header_list& headers, const settings& where) {
  if (!where.token.empty())
    headers.add("Authorization: Bearer " + where.token);
}

/// What listen() knows while libcurl calls it back.
struct open_stream {
  CURL* curl;
  const server_link::piece_taker& take;
  listening_end end;
  std::exception_ptr problem; ///< must not pass through libcurl
};

std::size_t take_piece(char* bytes, std::size_t size, std::size_t count, void* into) {
  auto& stream = *static_cast<open_stream*>(into);
  curl_easy_getinfo(stream.curl, CURLINFO_RESPONSE_CODE, &stream.end.refusal.status);
  if (stream.end.refusal.status != 200)
    return keep_piece(bytes, size, count, &stream.end.refusal.body);
  try {
    const char* type = nullptr;
    curl_easy_getinfo(stream.curl, CURLINFO_CONTENT_TYPE, &type);
    if (type == nullptr || !std::string_view{type}.starts_with("text/event-stream"))
      throw failure{exit_code::unreachable, "what answers there is not Sluice: it sends no events"};
    stream.end.enough = !stream.take({bytes, size * count});
  } catch (...) {
    stream.problem = std::current_exception();
  }
  return stream.end.enough || stream.problem ? 0 : size * count;
}

} // namespace

failure no_answer(const settings& where, const std::string& why) {
  return {exit_code::unreachable, "no answer from " + where.server + ": " + why
                                      + "; is sluice-application-server running there? (--server says where it is)"};
}

http_server_link::http_server_link(settings x, patience how_long) : server_link(std::move(x)), patience_(how_long) {
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
  for (int i = 0;; ++i) {
    auto answer = exchange_once(request);
    if (answer.status != 429 || i >= patience_.postponements)
      return answer;
    std::this_thread::sleep_for(
        std::clamp(std::chrono::seconds{answer.retry_after_s}, std::chrono::seconds{1}, longest_postponement));
  }
}

http_answer http_server_link::exchange_once(const http_request& request) {
  const auto url = where().server + request.path;
  std::array<char, CURL_ERROR_SIZE> reason{};
  http_answer answer;
  header_list headers;
  add_token(headers, where());
  headers.add("Accept: application/json");
  headers.add("Expect:"); // no pause before a body that is larger than 1 MiB
  if (!request.content_type.empty())
    headers.add("Content-Type: " + request.content_type);
  begin(curl_, where(), url, reason.data(), patience_);
  curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, static_cast<long>(patience_.whole.count()));
  curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers.head);
  curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, keep_piece);
  curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, keep_header);
  curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &answer);
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

listening_end http_server_link::listen(const std::string& path, const std::string& last_event,
                                       const piece_taker& take) {
  const auto url = where().server + path;
  std::array<char, CURL_ERROR_SIZE> reason{};
  // A connection of its own: whoever takes a piece may ask for something else meanwhile.
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl{curl_easy_init(), &curl_easy_cleanup};
  if (!curl)
    throw std::runtime_error{"libcurl could not be started"};
  header_list headers;
  add_token(headers, where());
  headers.add("Accept: text/event-stream");
  if (!last_event.empty())
    headers.add("Last-Event-ID: " + last_event);
  open_stream stream{curl.get(), take, {}, {}};
  begin(curl.get(), where(), url, reason.data(), patience_);
  curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_TIME, static_cast<long>(silence_time.count()));
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.head);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, take_piece);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &stream);
  const auto code = curl_easy_perform(curl.get());
  if (stream.problem)
    std::rethrow_exception(stream.problem);
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &stream.end.refusal.status);
  if (stream.end.refusal.status == 0)
    stream.end.refusal.body = reason[0] != '\0' ? reason.data() : curl_easy_strerror(code);
  return stream.end;
}

namespace {

nlohmann::json read_answer(const server_link& server, const http_request& request, const http_answer& answer) {
  if (answer.status < 200 || answer.status > 299)
    throw failure{exit_code::refused, refusal_sentences(answer, server.where()), answer.status};
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

namespace {

failure endless(const server_link& server, const std::string& path) {
  return {exit_code::unreachable, "the pages of " + path + " at " + server.where().server + " do not end"};
}

nlohmann::json items_of(const server_link& server, const std::string& path, nlohmann::json& answer) {
  const auto items = answer.find("items");
  if (items == answer.end() || !items->is_array())
    throw failure{exit_code::unreachable,
                  "what answers at " + server.where().server + " is not Sluice: " + path + " gave no items"};
  return std::move(*items);
}

/// Names, streams and numbers, which need no encoding. @throws failure for anything else
std::string next_of(const server_link& server, const std::string& path, const nlohmann::json& answer) {
  const auto next = answer.find("next");
  if (next == answer.end() || !next->is_string())
    return {};
  auto text = next->get<std::string>();
  constexpr auto plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:@/";
  if (text.empty() || text.find_first_not_of(plain) != std::string::npos)
    throw endless(server, path);
  return text;
}

} // namespace

list_page fetch_page(server_link& server, const std::string& path) {
  auto answer = fetch(server, path);
  list_page out{items_of(server, path, answer), {}};
  if (!out.items.empty())
    out.next = next_of(server, path, answer);
  return out;
}

std::string page_after(const std::string& path, const std::string& last) {
  return path + (path.find('?') == std::string::npos ? "?after=" : "&after=") + last;
}

nlohmann::json fetch_list(server_link& server, const std::string& path) {
  auto whole = fetch(server, path);
  auto next = next_of(server, path, whole);
  whole.erase("next");
  for (std::size_t read = 1; !next.empty(); ++read) {
    if (read == max_pages)
      throw endless(server, path);
    auto page = fetch_page(server, page_after(path, next));
    for (auto& item : page.items)
      whole["items"].push_back(std::move(item));
    next = page.next;
  }
  return whole;
}

nlohmann::json fetch_items(server_link& server, const std::string& path) {
  auto whole = fetch_list(server, path);
  return items_of(server, path, whole);
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
