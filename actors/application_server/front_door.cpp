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

front_door::front_door(front_door_settings settings, std::string_view file_token)
    : settings_(std::move(settings)),
      entrance_(file_token, settings_.entrance),
      server_(settings_.server, [this](const http::request& x, const http::reply& answer) {
        take(x, answer);
      }) {}

std::string front_door::open(const desk_actor& desk) {
  desk_ = desk;
  return server_.start();
}

void front_door::close() {
  server_.stop();
  desk_ = nullptr;
}

void front_door::take(const http::request& x, const http::reply& answer) {
  if (auto file = settings_.files.answer(x))
    return answer(*std::move(file));
  auto judged = entrance_.judge(x, settings_.time.wall(), settings_.time.monotonic());
  if (auto* said = std::get_if<http::response>(&judged))
    return answer(std::move(*said));
  auto& call = std::get<http::call>(judged);
  const bool wants_carriage = call.what == http::operation::metrics && settings_.carriage;
  caf::anon_send(desk_, std::make_shared<const exchange>(exchange{
                            std::move(call),
                            wants_carriage ? with_carriage(answer, carriage_text(settings_.carriage())) : answer}));
}

} // namespace sluice
