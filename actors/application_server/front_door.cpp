// From HTTP to messages.
#include "actors/application_server/front_door.hpp"

#include "actors/application_server/http/answers.hpp"
#include "actors/application_server/http/call.hpp"
#include "actors/application_server/http/carriage_text.hpp"
#include "actors/application_server/http/json.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/rights.hpp"
#include "actors/application_server/http/watch_topics.hpp"

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

/// What is remembered of an answer: a token's text is told once.
http::response without_secret(http::operation what, http::response x) {
  if (what != http::operation::create_token || x.status != 201)
    return x;
  auto body = http::json::parse(x.body);
  body["token"] = nullptr;
  x.body = body.dump();
  return x;
}

} // namespace

front_door::front_door(front_door_settings settings, std::string_view file_token)
    : settings_(std::move(settings)),
      entrance_(file_token, settings_.entrance),
      memory_(std::make_shared<http::answer_memory>(settings_.server.answer_timeout)),
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
  if (auto* said = std::get_if<http::response>(&judged)) {
    note_refusal(x, *said);
    if (said->events)
      said->events->welcome = [this, of = *said->events] {
        return entrance_.is_welcome(of, settings_.time.wall());
      };
    return answer(std::move(*said));
  }
  auto& call = std::get<http::call>(judged);
  if (http::is_about_the_present(call.what))
    return ask_shared(std::move(call), x.target, answer);
  auto reply = answer;
  if (auto known = recall(x, call, reply))
    return answer(*std::move(known));
  if (http::changes_something(call.what))
    return pass_on(std::move(call), [cache = cache_, reply](http::response y) {
      cache->forget(); // whoever made the change sees it
      reply(std::move(y));
    });
  const bool wants_carriage = call.what == http::operation::metrics && settings_.carriage;
  pass_on(std::move(call), wants_carriage ? with_carriage(answer, carriage_text(settings_.carriage())) : answer);
}

/// Of tokens that open nothing: one line a minute, with how many there were. Who guesses is to be seen.
void front_door::note_refusal(const http::request& x, const http::response& said) {
  if (said.status != 401 || (x.authorization.empty() && x.method != "POST"))
    return;
  if (const auto count = refusals_.pass(settings_.time.monotonic()); count && settings_.token_refused)
    settings_.token_refused(x.address, *count);
}

std::optional<http::response> front_door::recall(const http::request& x, const http::call& asked, http::reply& answer) {
  const auto& key = x.idempotency_key;
  if (x.method != "POST" || key.empty())
    return std::nullopt;
  if (!http::valid_idempotency_key(key))
    return http::problem(422, "the key cannot be one",
                         {{"Idempotency-Key", "must be 1 to 255 printable characters of ASCII without spaces"}});
  const auto& token = asked.asker.token;
  auto begun = memory_->begin(token, key, x, settings_.time.monotonic());
  if (auto* known = std::get_if<http::response>(&begun))
    return std::move(*known);
  const auto attempt = std::get<http::answer_memory::do_it>(begun);
  answer = [answer, memory = memory_, token, key, attempt, what = asked.what](http::response y) {
    memory->finish(token, key, attempt, without_secret(what, y));
    answer(std::move(y));
  };
  return std::nullopt;
}

void front_door::ask_shared(http::call call, const std::string& target, const http::reply& answer) {
  const auto key = http::scoped_topic(call.asker, target);
  const auto asked = cache_->look(key, settings_.time.monotonic(), answer);
  if (!asked)
    return;
  pass_on(std::move(call), [cache = cache_, key, ticket = *asked, answer, time = settings_.time](http::response y) {
    cache->keep(key, ticket, y, time.monotonic());
    answer(std::move(y));
  });
}

void front_door::pass_on(http::call call, http::reply answer) {
  caf::anon_send(desk_, std::make_shared<const exchange>(exchange{std::move(call), std::move(answer)}));
}

} // namespace sluice
