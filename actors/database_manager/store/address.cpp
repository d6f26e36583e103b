// Builds and checks connection strings.
#include "actors/database_manager/store/address.hpp"

#include <algorithm>
#include <fstream>
#include <vector>

namespace sluice::store {

namespace {

struct parameter {
  std::string_view name;
  std::string value;
};

/// Chosen: a silent TCP peer is noticed after 10 + 3 * 5 = 25 s while idle, and after 15 s with data under way. On a
/// Unix socket PostgreSQL ignores them.
std::vector<parameter> settings(std::string_view password, std::chrono::seconds connect_timeout) {
  std::vector<parameter> list{
      {"connect_timeout", std::to_string(std::max<std::int64_t>(2, connect_timeout.count()))},
      {"keepalives_idle", "10"},
      {"keepalives_interval", "5"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", "15000"},
      {"application_name", "sluice-database-manager"},
  };
  if (!password.empty())
    list.push_back({"password", std::string{password}});
  return list;
}

bool is_url(std::string_view x) {
  return x.starts_with("postgresql://") || x.starts_with("postgres://");
}

std::string percent_encoded(std::string_view x) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : x) {
    const auto u = static_cast<unsigned char>(c);
    if ((u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z')) {
      out += c;
    } else {
      out += '%';
      out += hex[u >> 4];
      out += hex[u & 15];
    }
  }
  return out;
}

std::string keyword_value(std::string_view x) {
  std::string out{"'"};
  for (const char c : x) {
    if (c == '\'' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + '\'';
}

} // namespace

std::string problem_with_url(std::string_view url) {
  constexpr auto no_password = "must not hold a password; put it into the file that password-file names";
  if (url.empty())
    return "must be a PostgreSQL URL, for example postgresql:///sluice";
  if (url.find('\0') != std::string_view::npos || url.find('\n') != std::string_view::npos)
    return "must be one line of text";
  if (url.find("password") != std::string_view::npos)
    return no_password;
  if (!is_url(url))
    return url.find('=') == std::string_view::npos ? "must begin with postgresql:// or be keyword=value pairs" : "";
  const auto rest = url.substr(url.find("://") + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos)
    return no_password;
  return {};
}

outcome<std::string> read_secret(const std::filesystem::path& file) {
  std::ifstream stream{file};
  std::string line;
  if (!stream || !std::getline(stream, line))
    return failure{failure_kind::away, "the password file " + file.string() + " cannot be read or is empty"};
  if (!line.empty() && line.back() == '\r')
    line.pop_back();
  if (line.empty())
    return failure{failure_kind::away, "the first line of the password file " + file.string() + " is empty"};
  return line;
}

bool readable_by_others(const std::filesystem::path& file) noexcept {
  std::error_code error;
  const auto permissions = std::filesystem::status(file, error).permissions();
  return !error && (permissions & std::filesystem::perms::others_read) != std::filesystem::perms::none;
}

std::string connection_string(std::string_view url, std::string_view password, std::chrono::seconds connect_timeout) {
  std::string text{url};
  if (is_url(url)) {
    char separator = url.find('?') == std::string_view::npos ? '?' : '&';
    for (const auto& x : settings(password, connect_timeout)) {
      text += separator;
      text.append(x.name).append("=").append(percent_encoded(x.value));
      separator = '&';
    }
  } else {
    for (const auto& x : settings(password, connect_timeout))
      text.append(" ").append(x.name).append("=").append(keyword_value(x.value));
  }
  return text;
}

std::string connect_problem(std::string_view libpq_text) {
  std::string words;
  for (const char c : libpq_text) {
    const bool blank = static_cast<unsigned char>(c) <= ' ';
    if (!blank)
      words += c;
    else if (!words.empty() && words.back() != ' ')
      words += ' ';
  }
  // libpq quotes a URL that it cannot parse; the password is the last thing in it.
  if (const auto secret = words.find("password="); secret != std::string::npos)
    words.replace(secret, std::string::npos, "password=...\"");
  while (!words.empty() && words.back() == ' ')
    words.pop_back();
  const auto says = [&](std::string_view x) {
    return words.find(x) != std::string::npos;
  };
  // libpq gives no code for a failed connection, hence its words. In another language the last sentence is taken.
  if (says("authentication failed") || says("no pg_hba.conf entry") || says("no password supplied")
      || (says("role \"") && says("does not exist")))
    return "PostgreSQL refuses the login: " + words;
  if (says("database \"") && says("does not exist"))
    return "PostgreSQL has no such database: " + words;
  if (says("starting up") || says("shutting down") || says("recovery mode"))
    return "PostgreSQL is not ready: " + words;
  return "PostgreSQL cannot be reached: " + words;
}

} // namespace sluice::store
