// One page of a list, as JSON. Pure; what is in the list, and where the page begins, the caller knows.
#pragma once

#include "actors/application_server/http/json.hpp"

#include <string>
#include <utility>

namespace sluice::http {

/// At most `limit` entries from `begin` on; `next`, to be sent as ?after=, names the last of them where more follow.
/// @param name_of an entry → text, by which the list is sorted
/// @param write an entry → JSON
template<class Iterator, class NameOf, class Write>
[[nodiscard]] json page_of(Iterator begin, Iterator end, unsigned limit, NameOf name_of, Write write) {
  auto list = json::array();
  std::string last;
  for (; begin != end && list.size() < limit; ++begin) {
    list.push_back(write(*begin));
    last = name_of(*begin);
  }
  json out = {{"items", std::move(list)}};
  if (begin != end)
    out["next"] = last;
  return out;
}

} // namespace sluice::http
