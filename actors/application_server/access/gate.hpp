// The gate: who a request comes from, by its bearer token or its cookie. Any thread for books; one thread for the rest.
#pragma once

#include "actors/application_server/access/session.hpp"
#include "actors/application_server/access/token_book.hpp"
#include "actors/application_server/http/shared_cell.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace sluice::access {

/// What a request shows.
struct credentials {
  std::string_view authorization; ///< header
  std::string_view cookie;        ///< header
  std::string_view csrf;          ///< X-CSRF-Token
  std::string_view origin;        ///< header; empty = none was sent
  std::string_view host;          ///< header
  std::string_view address;       ///< of the connection
  bool changes = false;           ///< it asks for a change
};

/// Why somebody does not come in.
struct turned_away {
  unsigned status = 401; ///< 401 nobody known, 403 the browser's page is not ours, 429 too often, 503 not yet
  std::string why;
  unsigned retry_after_s = 0;
};

/// How often somebody may ask. Defaults are chosen.
struct visit_bounds {
  double per_second = 100;
  double at_once = 200;
  double logins_per_minute = 10;
};

class gate {
public:
  /// @param file_token the text of the token file; sessions are signed with a key that is derived from it
  gate(std::string_view file_token, visit_bounds bounds);

  /// Replaces the book. Any thread.
  void replace(std::shared_ptr<const token_book> book) noexcept {
    book_.store(std::move(book));
  }
  [[nodiscard]] std::shared_ptr<const token_book> book() const noexcept {
    return book_.load();
  }

  /// Who asks. What is shown and is no good is never tried as something else.
  [[nodiscard]] std::variant<caller, turned_away> admit(const credentials& x, wall_time now, instant tick);

  struct begun {
    caller who;
    std::string cookie; ///< its value
  };
  /// Begins a session of the token's owner.
  [[nodiscard]] std::variant<begun, turned_away> begin(std::string_view token, std::string_view address, wall_time now,
                                                       instant tick);

  struct shown_session {
    wall_time until; ///< zero: there is none, a token was shown
    std::string csrf;
  };
  [[nodiscard]] shown_session session_of(std::string_view cookie_header, wall_time now) const;

private:
  struct bucket {
    double tokens = 0;
    instant filled{0};
  };
  using buckets = std::map<std::string, bucket, std::less<>>;
  /// Takes one from the bucket of `name`; how many seconds to wait if it is empty.
  static unsigned take(buckets& from, std::string_view name, double per_second, double at_once, instant tick);

  session_key key_;
  visit_bounds bounds_;
  shared_cell<token_book> book_;
  buckets visits_; ///< by token
  buckets logins_; ///< by address
};

} // namespace sluice::access
