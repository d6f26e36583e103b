// The actor log: one line per event, through CAF's own logger (R12). Debian's CAF is built quiet, so its macros are
// empty; the logger itself works.
#pragma once

#include "actors/runtime/log_event.hpp"

#include <caf/atom.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <concepts>
#include <string>
#include <string_view>

namespace sluice {

/// One `name=value` of a log line. Text with spaces, quotes or control characters is quoted and escaped, so that a line
/// stays one line whatever a client calls itself.
class log_field {
public:
  log_field(std::string_view name, std::string_view value);
  log_field(std::string_view name, const char* value) : log_field(name, std::string_view{value}) {}
  log_field(std::string_view name, const std::string& value) : log_field(name, std::string_view{value}) {}
  log_field(std::string_view name, bool value) : log_field(name, value ? std::string_view{"yes"} : "no") {}
  log_field(std::string_view name, double value);
  template<std::integral T>
  requires(!std::same_as<T, bool>) log_field(std::string_view name, T value)
      : text_(std::string{name} + '=' + std::to_string(value)) {}

  [[nodiscard]] const std::string& text() const noexcept {
    return text_;
  }

private:
  std::string text_;
};

/// True if a line of this level from this component would be written anywhere. `component` has at most 10 characters
/// of a-z 0-9 _ (an atom).
[[nodiscard]] bool log_accepts(log_level level, caf::atom_value component) noexcept;

/// Writes one line. Thread safe; the thread must belong to an actor system (its own threads by `log_scope`), else the
/// line is dropped. Blocks when 128 lines wait for the disk: not for a hot path.
void log_line(const log_event& event, caf::atom_value component, std::string text);

/// Writes `event` with its fields, for example `log(log_events::peer_up, caf::atom("core"), {"role", role})`.
template<class... Fields>
void log(const log_event& event, caf::atom_value component, const Fields&... fields) {
  if (!log_accepts(event.level, component))
    return;
  std::string text{event.name};
  ((text += ' ', text += fields.text()), ...);
  log_line(event, component, std::move(text));
}

/// Lets a thread of ours write to the log of an actor system while it lives.
class log_scope {
public:
  explicit log_scope(caf::actor_system& system);
  ~log_scope();
  log_scope(const log_scope&) = delete;
  log_scope& operator=(const log_scope&) = delete;
};

} // namespace sluice
