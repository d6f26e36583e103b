// Asks an actor from a test's own thread and waits for the answer.
#pragma once

#include <caf/all.hpp>

#include <utility>

namespace sluice::test {

/// The answer, or the error that came instead of it, also when none came within `patience`.
template<class T, class Self, class Actor, class Patience, class... Request>
caf::expected<T> answer_of(Self& self, const Actor& whom, Patience patience, const Request&... request) {
  caf::expected<T> result{caf::sec::none};
  self->request(whom, patience, request...)
      .receive(
          [&](T& x) {
            result = std::move(x);
          },
          [&](caf::error& why) {
            result = std::move(why);
          });
  return result;
}

} // namespace sluice::test
