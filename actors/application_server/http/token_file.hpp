// The bearer token: made once from the operating system's randomness, kept in a file only its owner can read.
#pragma once

#include <string>
#include <variant>

namespace sluice::http {

struct token {
  std::string text; ///< 64 hexadecimal digits, or what an operator wrote
  bool made = false;
};

/// Reads the token; if there is no file, makes one of 256 bits with mode 0600. The sentence says why there is none: not
/// readable, readable by others, empty or with odd characters, or the folder is not writable. Never logs or returns the
/// token in a sentence.
[[nodiscard]] std::variant<token, std::string> obtain_token(const std::string& path);

} // namespace sluice::http
