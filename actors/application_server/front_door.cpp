// From HTTP to messages.
#include "actors/application_server/front_door.hpp"

#include "actors/application_server/http/call.hpp"

#include <utility>

namespace sluice {

front_door::front_door(http::server_options options, std::string token)
    : token_(std::move(token)), server_(std::move(options), [this](http::request x, http::reply answer) {
        take(std::move(x), std::move(answer));
      }) {}

std::string front_door::open(const desk_actor& desk) {
  desk_ = desk;
  return server_.start();
}

void front_door::close() {
  server_.stop();
  desk_ = nullptr;
}

void front_door::take(http::request x, const http::reply& answer) {
  auto judged = http::read_call(x, token_);
  if (auto* refused = std::get_if<http::response>(&judged))
    return answer(std::move(*refused));
  caf::anon_send(desk_, std::make_shared<const exchange>(exchange{std::get<http::call>(std::move(judged)), answer}));
}

} // namespace sluice
