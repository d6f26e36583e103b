// Translates between messages and the store.
#include "actors/database_manager/store_worker.hpp"

#include "actors/runtime/log.hpp"

namespace sluice {

namespace {

constexpr auto component = caf::atom("database");

/// The outcome of a store call as the answer to a request.
template<class T>
caf::result<T> answer(store::outcome<T> x) {
  if (!x)
    return to_error(x.why());
  return std::move(*x);
}

void log_change(const store::partition_change& x) {
  log(x.made ? log_events::partition_made : log_events::partition_dropped, component, log_field{"table", x.table},
      log_field{"day", x.span});
}

} // namespace

caf::error to_error(const store::failure& x) {
  switch (x.kind) {
  case store::failure_kind::away:
  case store::failure_kind::wrong_schema:
    return caf::error{ec::database_away, x.text};
  case store::failure_kind::not_found:
    return caf::error{ec::not_found, x.text};
  case store::failure_kind::already_exists:
    return caf::error{ec::already_exists, x.text};
  case store::failure_kind::busy:
  case store::failure_kind::refused:
    break;
  }
  return caf::error{ec::database_failed, x.text};
}

store_worker_actor::behavior_type store_worker(store_worker_actor::pointer, std::shared_ptr<store::database> database,
                                               wall_clock clock, store::retention kept) {
  return {
      [=](connect_atom) -> caf::result<std::uint32_t> {
        const auto found = database->open();
        if (!found)
          return to_error(found.why());
        for (const auto& file : found->applied)
          log(log_events::migration_applied, component, log_field{"version", store::migration_version(file)},
              log_field{"file", file});
        return found->schema_version;
      },
      [=](maintain_atom) -> caf::result<std::uint64_t> {
        const auto report = database->maintain(clock(), kept);
        for (const auto& change : report.changes)
          log_change(change);
        if (report.problem)
          return to_error(*report.problem);
        return static_cast<std::uint64_t>(report.changes.size());
      },
      [=](const row_group& group) {
        auto stored = database->append(group.batches, clock(), kept);
        return stored ? row_answer{std::move(*stored), std::nullopt} : row_answer{{}, stored.why()};
      },
      [=](create_atom, const agreement& x) {
        return answer(database->create(x, clock()));
      },
      [=](replace_atom, const agreement& x) {
        return answer(database->replace(x, clock()));
      },
      [=](end_atom, const std::string& name) {
        return answer(database->end(name, clock()));
      },
      [=](history_atom, const std::string& name) {
        return answer(database->history(name));
      },
      [=](order_atom, const override_order& x) {
        return answer(database->order(x, clock()));
      },
      [=](retract_atom, const stream_id& x) {
        return answer(database->retract(x, clock()));
      },
      [=](replace_atom, const policy_document& x) {
        return answer(database->replace(x, clock()));
      },
      [=](history_atom) {
        return answer(database->policy_history());
      },
      [=](terms_atom) -> caf::result<terms> {
        auto found = database->terms(clock());
        if (!found)
          return to_error(found.why());
        return terms{std::move(found->agreements), std::move(found->overrides), std::move(found->policy)};
      },
  };
}

} // namespace sluice
