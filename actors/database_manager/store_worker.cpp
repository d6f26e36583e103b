// Translates between messages and the store.
#include "actors/database_manager/store_worker.hpp"

#include "actors/evidence/line.hpp"
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

/// What breaks a rule of exclusions is the asker's mistake, not PostgreSQL's.
caf::result<exclusion> answer_exclusion(store::outcome<exclusion> x) {
  if (!x && x.why().kind == store::failure_kind::refused)
    return caf::error{ec::invalid, x.why().text};
  return answer(std::move(x));
}

void log_change(const store::partition_change& x) {
  log(x.made ? log_events::partition_made : log_events::partition_dropped, component, log_field{"table", x.table},
      log_field{"day", x.span});
}

/// Signs the days that ended, before anything is dropped that a root should hold; answers how many.
store::outcome<std::size_t> sign(store::database& database, const evidence::signing_key& key, wall_time now) {
  const auto made = database.sign_days(key, now);
  if (!made)
    return made.why();
  for (const auto& root : *made)
    log(log_events::day_signed, component, log_field{"day", evidence::day_text(root.day)},
        log_field{"root", evidence::to_hex(root.root)}, log_field{"key", evidence::fingerprint_of(root.key)});
  return std::size_t{made->size()};
}

/// What the worker derives from the rows that it committed.
class deriver {
public:
  deriver(std::shared_ptr<store::database> database, wall_clock clock, store::retention kept)
      : database_(std::move(database)), clock_(std::move(clock)), kept_(kept) {}

  [[nodiscard]] std::int64_t closed_until() const noexcept {
    return derivation_.closed_until();
  }

  /// Begins anew with what is committed: after each connecting.
  store::outcome<std::uint64_t> begin() {
    halted_ = false;
    said_.clear();
    auto rows = database_->read_back(derivation_);
    if (rows && *rows > 0)
      log(log_events::derived_again, component, log_field{"rows", *rows},
          log_field{"closed_until_s", derivation_.closed_until()});
    return rows;
  }

  void take(const row_group& stored) {
    if (halted_)
      return;
    database_->derive(stored.batches, derivation_);
    bool more = write();
    while (more) {
      more = derivation_.advance();
      more = write() && more;
    }
  }

  /// An agreement changed. A failure changes nothing but that the next connecting reads it.
  void terms_changed() {
    static_cast<void>(database_->read_versions(derivation_));
  }

private:
  /// Whether nothing is left to write.
  bool write() {
    if (derivation_.due().empty())
      return true;
    const auto written = database_->write(derivation_.due(), clock_(), kept_);
    if (written) {
      derivation_.written();
      said_.clear();
      return true;
    }
    if (said_ != written.why().text)
      log(log_events::derivation_put_off, component, log_field{"reason", written.why().text});
    said_ = written.why().text;
    // What is busy is tried again with the next rows. What is refused would be refused again: derived anew, with the
    // next connecting, from what is committed.
    halted_ = written.why().kind != store::failure_kind::busy;
    return false;
  }

  std::shared_ptr<store::database> database_;
  wall_clock clock_;
  store::retention kept_;
  history::derivation derivation_;
  std::string said_;    ///< why it was put off last, so that it is logged once
  bool halted_ = false; ///< nothing is derived until the next connecting
};

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
  case store::failure_kind::repeated:
    break;
  }
  return caf::error{ec::database_failed, x.text};
}

store_worker_actor::behavior_type store_worker(store_worker_actor::pointer self,
                                               std::shared_ptr<store::database> database, wall_clock clock,
                                               store::retention kept) {
  const auto derived = std::make_shared<deriver>(database, clock, kept);
  const auto changed = [derived](store::outcome<agreement> x) {
    if (x)
      derived->terms_changed();
    return answer(std::move(x));
  };
  return {
      [=](connect_atom) -> caf::result<std::uint32_t> {
        const auto found = database->open();
        if (!found)
          return to_error(found.why());
        for (const auto& file : found->applied)
          log(log_events::migration_applied, component, log_field{"version", store::migration_version(file)},
              log_field{"file", file});
        if (const auto read = derived->begin(); !read)
          return to_error(read.why());
        return found->schema_version;
      },
      [=](const row_group& group) {
        auto promise = self->make_response_promise<row_answer>();
        auto stored = database->append(group.batches, clock(), kept, derived->closed_until());
        if (!stored) {
          promise.deliver(row_answer{{}, stored.why()});
          return promise;
        }
        promise.deliver(row_answer{std::move(stored->fresh), std::nullopt, stored->late, derived->closed_until()});
        derived->take(group);
        return promise;
      },
      [=](create_atom, const agreement& x) {
        return changed(database->create(x, clock()));
      },
      [=](replace_atom, const agreement& x) {
        return changed(database->replace(x, clock()));
      },
      [=](end_atom, const std::string& name) {
        return changed(database->end(name, clock()));
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
      [=](create_atom, const exclusion_change& x) {
        return answer_exclusion(database->enter(x.what, x.closed_until, clock()));
      },
      [=](retract_atom, const exclusion_change& x) {
        return answer_exclusion(database->withdraw(x.what, x.closed_until, clock()));
      },
      [=](const verdict_import& x) {
        auto fresh = database->import_verdicts(x, clock());
        if (fresh)
          log(log_events::verdicts_imported, component, log_field{"verdicts", x.verdicts.size()},
              log_field{"new", *fresh}, log_field{"who", x.author});
        return answer(std::move(fresh));
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

maintenance_worker_actor::behavior_type maintenance_worker(maintenance_worker_actor::pointer,
                                                           std::shared_ptr<store::database> database, wall_clock clock,
                                                           store::retention kept,
                                                           std::shared_ptr<const evidence::signing_key> key,
                                                           std::function<void()> day_signed) {
  return {
      [=](maintain_atom) -> caf::result<std::uint64_t> {
        if (!database->is_open())
          if (const auto opened = database->open(); !opened)
            return to_error(opened.why());
        if (key != nullptr) {
          const auto days = sign(*database, *key, clock());
          if (!days)
            return to_error(days.why());
          if (*days > 0)
            day_signed();
        }
        const auto report = database->maintain(clock(), kept);
        for (const auto& change : report.changes)
          log_change(change);
        if (report.problem)
          return to_error(*report.problem);
        return static_cast<std::uint64_t>(report.changes.size());
      },
  };
}

} // namespace sluice
