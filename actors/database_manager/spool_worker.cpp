// Translates between batches and the spool's bytes.
#include "actors/database_manager/spool_worker.hpp"

#include "actors/database_manager/store/batch_bytes.hpp"
#include "actors/runtime/log.hpp"

#include <system_error>

namespace sluice {

namespace {

spool_state state_of(const spool::disk_spool& x, std::string problem = {}) {
  return {std::move(problem), x.bytes(), x.rows_dropped(), x.empty()};
}

spool::batch_parts parts_of(const store::packed_batch& x) {
  return {store::rows_to_bytes(x), static_cast<std::uint32_t>(x.rows.size()), store::rest_to_bytes(x),
          static_cast<std::uint32_t>(x.size() - x.rows.size())};
}

spool_state put(spool::disk_spool& to, const spool_group& group) {
  std::vector<spool::batch_parts> all;
  all.reserve(group.batches.size());
  for (const auto& x : group.batches)
    all.push_back(parts_of(*x));
  try {
    if (to.put(std::move(all)) == spool::put_result::full)
      return state_of(to, "the spool is full of what must not be dropped");
    return state_of(to);
  } catch (const std::system_error& problem) {
    return state_of(to, problem.what());
  }
}

spooled_group read(spool::disk_spool& from, std::uint64_t group_bytes, std::uint64_t after) {
  spooled_group group;
  const auto damaged_before = from.damaged();
  try {
    for (const auto& x : from.oldest(group_bytes, after)) {
      group.last_number = x.number;
      if (auto batch = store::batch_of_bytes(x.parts.rows, x.parts.rest))
        group.batches.push_back(std::make_shared<const store::packed_batch>(std::move(*batch)));
      else // its checksum is right: another version wrote it, or a hand
        log(log_events::spool_failed, caf::atom("database"), log_field{"reason", "a batch in the spool has no form"},
            log_field{"number", x.number});
    }
    if (group.last_number == 0 && after == 0
        && !from.empty()) { // what could be read when it was opened cannot be read now
      log(log_events::spool_failed, caf::atom("database"), log_field{"reason", "the spool cannot be read any more"});
      group.last_number = from.last_number();
    }
    if (const auto damaged = from.damaged() - damaged_before; damaged > 0)
      log(log_events::spool_failed, caf::atom("database"), log_field{"reason", "records in the spool were damaged"},
          log_field{"records", damaged});
    group.state = state_of(from);
  } catch (const std::system_error& problem) {
    group.state = state_of(from, problem.what());
  }
  return group;
}

} // namespace

spool_worker_actor::behavior_type spool_worker(spool_worker_actor::pointer, std::shared_ptr<spool::disk_spool> spool,
                                               std::uint64_t group_bytes) {
  return {
      [=](const spool_group& group) {
        return put(*spool, group);
      },
      [=](const spool_read& x) {
        return read(*spool, group_bytes, x.after);
      },
      [=](const spool_release& x) {
        try {
          spool->release(x.number);
          return state_of(*spool);
        } catch (const std::system_error& problem) {
          return state_of(*spool, problem.what());
        }
      },
  };
}

} // namespace sluice
