// The loop that gives turns.
#include "gateways/engine/group.hpp"

#include "gateways/engine/stream.hpp"

namespace sluice::gateway {

instant stream_group::pump(instant now) {
  auto& tree = root_->limit;
  while (auto* const x = tree.next(now))
    now = static_cast<stream_turn*>(x)->of.take_turn(*static_cast<stream_turn*>(x), now);
  if (tree.due() == instant::max())
    wakes_.remove(*root_);
  else
    wakes_.set(*root_, tree.due());
  return now;
}

void stream_group::obey(const io_limits& x, std::uint32_t weight, instant now) {
  limit.set_weight(weight);
  limit.set(x, now);
  pump(now);
}

} // namespace sluice::gateway
