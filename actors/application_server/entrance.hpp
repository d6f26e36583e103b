// What happens to a request before any actor is asked: who comes, with which rights, what is wanted; sessions begin and
// end here. One thread, but for the tokens. Reads no clock, knows no socket and no actor.
#pragma once

#include "actors/application_server/access/gate.hpp"
#include "actors/application_server/http/call.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace sluice {

struct entrance_settings {
  access::visit_bounds visits;
  bool tls = false;                     ///< cookies go back by TLS alone
  bool customers_may_establish = false; ///< agreements of their own tenant
  bool open_metrics = true;             ///< GET /metrics needs no token; else one of a viewer
};

class entrance {
public:
  /// @param file_token the text of the token file
  entrance(std::string_view file_token, entrance_settings settings)
      : gate_(file_token, settings.visits), settings_(settings) {}

  /// A call that somebody has to answer, or the answer.
  [[nodiscard]] std::variant<http::call, http::response> judge(const http::request& x, wall_time now, instant tick);

  /// The tokens that the database holds, or one of them as it is now. Any thread.
  void know(const std::vector<access_token>& all);
  void know(const access_token& x);

  /// Whether one who listens to events may go on.
  [[nodiscard]] bool is_welcome(const http::watching& x, wall_time now) const;

private:
  [[nodiscard]] http::response begin_session(const http::request& x, const http::call& asked, wall_time now,
                                             instant tick);
  [[nodiscard]] http::response show_session(const http::request& x, const caller& who, wall_time now) const;

  access::gate gate_;
  entrance_settings settings_;
};

} // namespace sluice
