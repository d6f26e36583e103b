// The contexts file: servers under names, each with the token and the authority that go with it. Text in, text out.
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::ctl {

struct context {
  std::string server;
  std::optional<std::string> token_file; ///< absolute
  std::optional<std::string> ca_file;    ///< absolute; PEM
  friend auto operator<=>(const context&, const context&) = default;
};

struct context_book {
  std::string current; ///< empty = none; else one of those below
  std::map<std::string, context> contexts;
};

/// Bounds. Chosen: a person wrote it.
inline constexpr std::size_t max_context_bytes = 1u << 20;
inline constexpr std::size_t max_contexts = 1000;

/// Reads the YAML of the file; an empty text is an empty book.
/// @param name the file's name, for messages alone
/// @throws failure (usage): no YAML, a key that there is not, no server, a path that is not absolute, a current context
/// that is not there
[[nodiscard]] context_book read_contexts(const std::string& name, std::string_view text);

/// What read_contexts() reads again. Comments of the file before are lost.
[[nodiscard]] std::string write_contexts(const context_book& x);

/// The one called `name`. @throws failure (usage) with those that there are
[[nodiscard]] const context& context_called(const std::string& name, const context_book& in, const std::string& file);

} // namespace sluice::ctl
