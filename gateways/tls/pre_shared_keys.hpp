// The lines `user:hexkey` of a file of pre-shared keys, checked. Knows no session.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tls {

/// Key by user; a user names a client, see valid_name() of the domain.
using pre_shared_keys = std::map<std::string, std::vector<unsigned char>, std::less<>>;

/// Chosen: as many as an engine has streams.
inline constexpr std::size_t max_users = 4096;

/// 128 bits, what a key must have to resist being tried out by somebody who recorded a handshake [bytes]. psktool makes
/// 32.
inline constexpr std::size_t least_key_bytes = 16;
inline constexpr std::size_t most_key_bytes = 64; ///< GnuTLS's bound [bytes]

/// Reads the content of such a file. Empty lines and lines that begin with `# ` are skipped. Empty, or the sentence
/// that says what is wrong, with the line's number and without the key.
[[nodiscard]] std::string read_keys(std::string_view content, pre_shared_keys& to);

} // namespace sluice::tls
