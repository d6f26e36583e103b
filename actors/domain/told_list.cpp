// The words.
#include "actors/domain/told_list.hpp"

#include "actors/domain/command.hpp"
#include "actors/domain/explanation.hpp"

namespace sluice {

void word(throttle& to, const stream_table& streams, const told_throttle& x) {
  const auto& s = streams[x.slot];
  describe(to, s.id, s.standing, x.lease);
}

void word(renewal& to, const stream_table& streams, const told_renewal& x) {
  streams[x.slot].id.write_to(to.stream);
  to.generation = x.generation;
}

event event_list::operator[](std::size_t i) const {
  const auto& x = notes_[i];
  if (x.which == no_throttle)
    return words_[x.words];
  throttle its;
  word(its, *streams_, x.what);
  return {x.at, x.kind, to_string(its.stream), to_sentence(its)};
}

} // namespace sluice
