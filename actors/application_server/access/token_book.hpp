// The tokens that open the interface: those of the database, and the one of the token file. Never changed: a new book
// takes the place of an old one, so that any thread may read the one it holds. Keeps no secret.
#pragma once

#include "actors/application_server/access/secret.hpp"
#include "actors/domain/access.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::access {

/// How the token of the token file is called.
inline constexpr std::string_view file_token_id = "file";

class token_book {
public:
  /// @param file_digest of the whole text in the token file, which is an admin's
  explicit token_book(const digest& file_digest) : file_(file_digest) {}

  [[nodiscard]] const std::map<std::string, access_token, std::less<>>& tokens() const noexcept {
    return tokens_;
  }

  /// Whether it was ever told all tokens of the database: before, one that is not known may be one of them.
  [[nodiscard]] bool loaded() const noexcept {
    return loaded_;
  }

  /// The same with these tokens and no others; loaded from then on.
  [[nodiscard]] token_book with(const std::vector<access_token>& all) const;
  /// The same with this token as it is now.
  [[nodiscard]] token_book with(const access_token& x) const;

  /// Whose text this is; nothing if nobody's, or if it is not good any more.
  [[nodiscard]] std::optional<caller> owner_of(std::string_view text, wall_time now) const;

  /// Who has the token of that id, if it is still good.
  [[nodiscard]] std::optional<caller> holder(std::string_view id, wall_time now) const;

private:
  digest file_;
  std::map<std::string, access_token, std::less<>> tokens_;
  bool loaded_ = false;
};

} // namespace sluice::access
