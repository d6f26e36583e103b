// Adds up what the gateways' buckets hold.
#include "actors/domain/joint_burst.hpp"

#include <algorithm>

namespace sluice {

void pass_credit(entity& x, stream_table& streams, double passed_seconds) noexcept {
  if (!x.terms || !x.terms->limit.above || x.ledger.streams.size() < 2)
    return;
  const auto& terms = x.terms->limit;
  const auto whole = static_cast<double>(std::max<std::uint64_t>(terms.iops.per_second, 1));
  double held = 0;
  double used = 0;
  for (const auto slot : x.ledger.streams) {
    auto& s = streams[slot];
    const auto counted = counted_of(s.signal);
    const auto given = static_cast<double>(s.standing.now.iops.per_second) * counted;
    const auto its = s.signal.completions * counted;
    if (s.credit < 0) // its bucket begins full
      s.credit = full_credit(terms) * std::min(given / whole, 1.0);
    s.credit = held_credit(terms, s.credit, given / whole, given, its, passed_seconds);
    held += s.credit;
    used += its;
  }
  x.credit.pass(terms, used, held, passed_seconds);
}

double counted_of(const stream_signal& x) noexcept {
  const auto requests = x.done.requests();
  return requests > 0 ? std::max(promised_ios(x.done) / requests, 1.0) : 1;
}

} // namespace sluice
