// The document, the patch on it, and the reader of documents on what comes out.
#include "actors/application_server/http/agreement_patch.hpp"

#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/text_reader.hpp"

namespace sluice::http {

std::optional<response> refused_patch(const std::string& patch) {
  const auto read = read_json(patch);
  if (const auto* bad = std::get_if<unreadable>(&read))
    return problem(400, bad->why);
  if (!std::get<json>(read).is_object())
    return problem(422, "the agreement was not changed", {{"", "must be an object with the fields that change"}});
  return std::nullopt;
}

std::variant<agreement, response> patched(const agreement& held, const std::string& patch) {
  auto document = write_agreement(held);
  document.erase("status");
  document.merge_patch(std::get<json>(read_json(patch)));
  auto read = read_agreement(document.dump(), document_format::as_json);
  if (auto* refused = std::get_if<refused_document>(&read))
    return problem(refused->mistakes.empty() ? 400 : 422, std::move(refused->why), refused->mistakes);
  auto made = std::get<agreement>(std::move(read));
  if (made.name != held.name)
    return problem(422, "the agreement was refused; nothing was changed",
                   {{"metadata.name", "cannot be changed; it is " + held.name}});
  return made;
}

std::string suspension_patch(bool suspends) {
  return json{{"spec", {{"suspended", suspends}}}}.dump();
}

} // namespace sluice::http
