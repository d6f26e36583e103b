// Agreement documents: reading one from a client's text and writing one back. Pure; knows no sockets and no actors.
#pragma once

#include "actors/application_server/http/json.hpp"
#include "actors/domain/agreement.hpp"

#include <string_view>
#include <variant>
#include <vector>

namespace sluice::http {

enum class document_format { as_json, as_yaml };

/// Why a document was refused: it could not be read (`mistakes` is empty), or what it says is wrong.
struct refused_document {
  std::string why; ///< one sentence
  std::vector<mistake> mistakes;
};

/// Reads, checks against the schema and then by the domain's rules. What is returned may be established.
[[nodiscard]] std::variant<agreement, refused_document> read_agreement(std::string_view text, document_format format);

/// The document of an agreement, quantities as text with units, with `status` (version, since). Terms that are at their
/// default because they were not given are left out: reading the document again gives an equal agreement.
[[nodiscard]] json write_agreement(const agreement& x);

} // namespace sluice::http
