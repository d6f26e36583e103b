// What a client is told about an export, what was agreed on, and whom the handshake asks. Values only.
#pragma once

#include "gateways/nbd/wire.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::nbd {

struct export_info {
  std::string name; ///< the canonical one
  std::uint64_t size_bytes = 0;
  std::uint16_t flags = has_flags; ///< transmission flags, without send_df
  std::uint32_t min_block = 1;
  std::uint32_t preferred_block = 4096;
  std::uint32_t max_block = 32u << 20;
  bool tells_holes = true; ///< base:allocation is offered

  friend bool operator==(const export_info&, const export_info&) = default;
};

/// Whether a client may or must encrypt. Source: doc/proto.md, "TLS support": NOTLS, SELECTIVETLS for all exports
/// alike, FORCEDTLS.
enum class tls_mode : std::uint8_t { off, allowed, required };

/// What the handshake agreed on beside the export.
struct negotiated {
  bool structured_replies = false;
  bool block_status = false; ///< base:allocation is selected for the export; only with structured replies
};

/// Answers the handshake's questions. Its answers may not change during a handshake.
class export_directory {
public:
  virtual ~export_directory() = default;

  /// In the order in which they are listed.
  [[nodiscard]] virtual std::vector<std::string> names() const = 0;

  /// False if there is no such export. The empty name asks for the default export.
  [[nodiscard]] virtual bool find(std::string_view name, export_info& to) const = 0;
};

} // namespace sluice::nbd
