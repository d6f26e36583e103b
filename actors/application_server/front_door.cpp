// From HTTP to messages.
#include "actors/application_server/front_door.hpp"

#include "actors/application_server/http/call.hpp"
#include "actors/application_server/http/carriage_text.hpp"

#include <utility>

namespace sluice {

namespace {

/// The answer with what is known of the carriage behind it: whole families, so their order does not matter.
http::reply with_carriage(http::reply answer, std::string text) {
  return [answer = std::move(answer), text = std::move(text)](http::response x) {
    if (x.status == 200)
      x.body += text;
    answer(std::move(x));
  };
}

} // namespace

front_door::front_door(http::server_options options, std::string token, std::function<http::carriage()> carriage,
                       http::static_files files)
    : token_(std::move(token)),
      carriage_(std::move(carriage)),
      files_(std::move(files)),
      server_(std::move(options), [this](http::request x, http::reply answer) {
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
  if (auto file = files_.answer(x))
    return answer(*std::move(file));
  auto judged = http::read_call(x, token_);
  if (auto* refused = std::get_if<http::response>(&judged))
    return answer(std::move(*refused));
  auto& call = std::get<http::call>(judged);
  const bool wants_carriage = call.what == http::operation::metrics && carriage_;
  caf::anon_send(desk_,
                 std::make_shared<const exchange>(exchange{
                     std::move(call), wants_carriage ? with_carriage(answer, carriage_text(carriage_())) : answer}));
}

} // namespace sluice
