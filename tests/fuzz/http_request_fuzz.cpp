// Fuzz target: a request as the server hands it on: a line with method and target, a line with the role of the asker, a
// line with the media type, then the body. Every request is a call that this role may make, or an answer that says why
// not.
#include "actors/application_server/http/agreement_patch.hpp"
#include "actors/application_server/http/call.hpp"
#include "actors/application_server/http/json.hpp"
#include "actors/application_server/http/rights.hpp"
#include "actors/application_server/http/route.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

using namespace sluice;
using namespace sluice::http;

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

std::string_view part(std::string_view& from, char end) {
  const auto at = from.find(end);
  const auto found = from.substr(0, at);
  from.remove_prefix(at == std::string_view::npos ? from.size() : at + 1);
  return found;
}

caller somebody(std::string_view role) {
  caller x;
  x.token = "fuzz0000";
  for (const auto each : access_roles)
    if (to_string(each) == role)
      x.role = each;
  if (x.role == access_role::customer)
    x.tenant = "acme";
  return x;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 64 * 1024)
    return 0;
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  request x;
  x.method = part(rest, ' ');
  x.target = part(rest, '\n');
  const auto who = somebody(part(rest, '\n'));
  x.content_type = part(rest, '\n');
  x.body = rest;
  const auto from = find_route(x.method, x.target);
  const auto judged = read_call(x, from, who);
  if (const auto* refused = std::get_if<response>(&judged)) {
    require(refused->status >= 400 && refused->status < 600);
    require(!json::parse(refused->body, nullptr, false).is_discarded()); // also where it quotes what was sent
    return 0;
  }
  const auto& call = std::get<sluice::http::call>(judged);
  require(from.result == route::outcome::found && call.what == from.what);
  require(may(who.role, right_of(call.what)));
  if (call.what == operation::patch_agreement) {
    agreement held;
    held.name = held.tenant = "acme";
    held.objective.weight = 2;
    const auto made = patched(held, call.patch);
    if (const auto* changed = std::get_if<agreement>(&made))
      require(changed->name == held.name && check(*changed).empty());
  }
  return 0;
}
