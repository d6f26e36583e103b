// Names a stream: one client's traffic on one volume of one gateway, the unit of measuring and throttling.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// The longest name of a gateway, volume, client or backend [bytes]. Chosen: fits a DNS name or a certificate's name.
inline constexpr std::size_t max_name_size = 255;

/// True if `name` may name a gateway, volume, client, backend, tenant or agreement: 1 to `max_name_size` characters of
/// A-Z a-z 0-9 . _ : @ -, not beginning with a dot or a hyphen (hence usable in a path segment and in a URL).
[[nodiscard]] bool valid_name(std::string_view name) noexcept;

/// One stream. Written `gateway/volume/client`.
struct stream_id {
  std::string gateway;
  std::string volume;
  std::string client;
  friend auto operator<=>(const stream_id&, const stream_id&) = default;
};

[[nodiscard]] std::string to_string(const stream_id& x);

/// Reads `gateway/volume/client`; nothing if a part is missing or is no valid name.
[[nodiscard]] std::optional<stream_id> parse_stream_id(std::string_view text);

/// Which streams an agreement is about: a pattern for each part, in which `*` stands for any characters and `?` for
/// one.
struct selector {
  std::string gateway = "*";
  std::string volume = "*";
  std::string client = "*";
  friend auto operator<=>(const selector&, const selector&) = default;
};

/// True if `pattern` is a name in which `*` stands for any characters and `?` for one.
[[nodiscard]] bool valid_pattern(std::string_view pattern) noexcept;

/// True if `pattern` matches all of `text`. Linear in practice: backtracks to the last `*` only.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view text) noexcept;

[[nodiscard]] bool matches(const selector& x, const stream_id& stream) noexcept;

} // namespace sluice

template<>
struct std::hash<sluice::stream_id> {
  std::size_t operator()(const sluice::stream_id& x) const noexcept {
    const std::hash<std::string> part;
    return (part(x.gateway) * 31 + part(x.volume)) * 31 + part(x.client);
  }
};
