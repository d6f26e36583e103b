// Fuzz target: an agreement as a client sends it. The first byte says whether as JSON or as YAML. What is taken keeps
// the domain's rules, and reads again as the same from what is written of it.
#include "actors/application_server/http/document.hpp"
#include "actors/domain/agreement.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

using namespace sluice;
using namespace sluice::http;

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 64 * 1024) // as much as the server reads
    return 0;
  const std::string text{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto format = data[0] % 2 == 0 ? document_format::as_json : document_format::as_yaml;
  auto read = read_agreement(text, format);
  if (const auto* refused = std::get_if<refused_document>(&read)) {
    require(!refused->why.empty());
    return 0;
  }
  const auto& taken = std::get<agreement>(read);
  require(check(taken).empty());
  const auto again = read_agreement(write_agreement(taken).dump(), document_format::as_json);
  require(std::holds_alternative<agreement>(again));
  auto copy = std::get<agreement>(again);
  copy.version = taken.version;
  copy.since = taken.since;
  require(copy == taken);
  return 0;
}
