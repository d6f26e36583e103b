// Reads problem+json.
#include "actors/sluicectl/refusal.hpp"

#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/server.hpp"

#include <nlohmann/json.hpp>

namespace sluice::ctl {

namespace {

std::string text_at(const nlohmann::json& x, const char* key) {
  const auto found = x.is_object() ? x.find(key) : x.end();
  return x.is_object() && found != x.end() && found->is_string() ? printable(found->get<std::string>()) : std::string{};
}

} // namespace

std::string refusal_sentences(const http_answer& answer, const settings& where) {
  if (answer.status == 401)
    return where.token.empty()
               ? "the server wants a token: " + where.token_source + " (--token-file names another)"
               : "the server does not know the token in " + where.token_source + " (--token-file names another)";
  const auto body = nlohmann::json::parse(answer.body, nullptr, false);
  auto sentence = text_at(body, "detail");
  if (sentence.empty())
    sentence = text_at(body, "title");
  if (sentence.empty())
    sentence = where.server + " answered with status " + std::to_string(answer.status) + " and no reason";
  const auto errors = body.is_object() ? body.find("errors") : body.end();
  if (body.is_object() && errors != body.end() && errors->is_array()) {
    for (const auto& error : *errors) {
      const auto path = text_at(error, "path");
      sentence += "\n  " + (path.empty() ? std::string{} : path + ": ") + text_at(error, "what");
    }
  }
  return sentence;
}

} // namespace sluice::ctl
