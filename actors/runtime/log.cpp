// Writes log lines through CAF's logger.
#include "actors/runtime/log.hpp"

#include <caf/logger.hpp>
#include <caf/timestamp.hpp>

#include <algorithm>
#include <cstdio>
#include <thread>

namespace sluice {

namespace {

constexpr unsigned caf_level(log_level x) noexcept {
  switch (x) {
  case log_level::error:
    return CAF_LOG_LEVEL_ERROR;
  case log_level::warning:
    return CAF_LOG_LEVEL_WARNING;
  case log_level::info:
    return CAF_LOG_LEVEL_INFO;
  case log_level::debug:
    return CAF_LOG_LEVEL_DEBUG;
  }
  return CAF_LOG_LEVEL_ERROR;
}

bool needs_quotes(std::string_view x) {
  return x.empty() || std::any_of(x.begin(), x.end(), [](char c) {
           const auto u = static_cast<unsigned char>(c);
           return u <= ' ' || u == '"' || u == '\\' || u == 0x7f;
         });
}

void append_quoted(std::string& out, std::string_view x) {
  out += '"';
  for (const char c : x) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (u < ' ' || u == 0x7f) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", u);
      out += escaped;
    } else {
      out += c;
    }
  }
  out += '"';
}

} // namespace

log_field::log_field(std::string_view name, std::string_view value) : text_(name) {
  text_ += '=';
  if (needs_quotes(value))
    append_quoted(text_, value);
  else
    text_ += value;
}

log_field::log_field(std::string_view name, double value) : text_(name) {
  char number[40];
  std::snprintf(number, sizeof number, "=%.3f", value);
  text_ += number;
}

bool log_accepts(log_level level, caf::atom_value component) noexcept {
  auto* logger = caf::logger::current_logger();
  return logger != nullptr && logger->accepts(caf_level(level), component);
}

void log_line(const log_event& event, caf::atom_value component, std::string text) {
  auto* logger = caf::logger::current_logger();
  if (logger == nullptr || text.empty()) // an empty text would hang CAF's logger for ever
    return;
  logger->log(caf::logger::event{caf_level(event.level),
                                 0,
                                 component,
                                 {},
                                 {},
                                 {},
                                 std::move(text),
                                 std::this_thread::get_id(),
                                 logger->thread_local_aid(),
                                 caf::make_timestamp()});
}

log_scope::log_scope(caf::actor_system& system) {
  caf::logger::set_current_actor_system(&system);
}

log_scope::~log_scope() {
  caf::logger::set_current_actor_system(nullptr);
}

} // namespace sluice
