// Translates between messages and the store.
#include "actors/database_manager/store_worker.hpp"

#include "actors/evidence/line.hpp"
#include "actors/runtime/log.hpp"

#include <algorithm>

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
    auto rows = database_->read_back(derivation_);
    if (const auto theirs = database_->server_time()) {
      server_time_ = *theirs;
      server_asked_ = now();
    }
    halted_ = !rows;
    stale_versions_ = false;
    if (rows && *rows > 0)
      log(log_events::derived_again, component, log_field{"rows", *rows},
          log_field{"closed_until_s", derivation_.closed_until()});
    return rows;
  }

  /// Derives what follows from a group that is committed. Stops after a while: the next group goes on, so that rows
  /// have their turn however much there is to catch up.
  void take(const row_group& stored) {
    if (halted_ && !begin_again())
      return;
    warn_of_clocks(stored);
    database_->derive(stored.batches, derivation_, believed_until_s());
    if (stale_versions_ && !read_versions())
      return; // nothing is judged by terms that may not be in force
    const auto end = now() + longest_turn;
    bool more = write();
    while (more && now() < end) {
      more = derivation_.advance();
      if (!write())
        return;
      if (!more && derivation_.wants_rows_from())
        more = read_on();
    }
  }

  /// An agreement changed, or may have.
  void terms_changed() {
    static_cast<void>(read_versions());
  }

  /// When an agreement changes: whatever the clock says, never in a second that is closed or reaches into an interval
  /// that begins then, so that deriving again gives the same.
  [[nodiscard]] wall_time now_or_closed() const {
    const auto open = derivation_.closed_until() + std::int64_t{interval_account::lead_in_seconds};
    return std::max(clock_(), wall_time{open * 1'000'000});
  }

private:
  using steady = std::chrono::steady_clock;

  /// Chosen: the rows of a second are stored meanwhile by far.
  static constexpr std::chrono::seconds longest_turn{2};

  /// How far a sender's clock may be ahead of PostgreSQL's. Chosen: hosts without NTP.
  static constexpr std::chrono::seconds clocks_apart{300};

  static steady::time_point now() {
    return steady::now();
  }

  /// What is closed can never be opened again: a sender that was started with a wrong clock must not close the years to
  /// come. PostgreSQL's clock as of the last beginning, so that none that jumps meanwhile takes part.
  [[nodiscard]] std::int64_t believed_until_s() const {
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(now() - server_asked_ + clocks_apart);
    return server_time_.unix_us / 1'000'000 + since.count();
  }

  void warn_of_clocks(const row_group& x) {
    const auto believed = believed_until_s();
    const bool ahead = std::any_of(x.batches.begin(), x.batches.end(), [&](const auto& batch) {
      return batch->everything_until > believed;
    });
    if (ahead && !clocks_apart_)
      log(log_events::clock_ahead, component, log_field{"believed_until_s", believed});
    clocks_apart_ = ahead;
  }

  bool read_versions() {
    const auto read = database_->read_versions(derivation_);
    stale_versions_ = !read;
    if (!read)
      say(read.why());
    return !stale_versions_;
  }

  bool read_on() {
    const auto read = database_->read_on(derivation_);
    if (!read)
      halt(read.why());
    return bool{read};
  }

  /// Whether nothing is left to write.
  bool write() {
    if (derivation_.due().empty())
      return true;
    const auto written = database_->write(derivation_.due(), clock_(), kept_);
    if (written) {
      derivation_.written();
      said_.clear();
      failures_ = 0;
      return true;
    }
    // What is busy is tried again with the next rows. What is refused would be refused again: derived anew, after a
    // while, from what is committed.
    if (written.why().kind == store::failure_kind::busy)
      say(written.why());
    else
      halt(written.why());
    return false;
  }

  void halt(const store::failure& why) {
    say(why);
    halted_ = true;
    again_at_ = now() + derive_delay(failures_++);
  }

  bool begin_again() {
    if (now() < again_at_)
      return false;
    const auto begun = begin();
    if (!begun)
      halt(begun.why());
    return bool{begun};
  }

  void say(const store::failure& why) {
    if (said_ != why.text) // once, not with each try
      log(log_events::derivation_put_off, component, log_field{"reason", why.text});
    said_ = why.text;
  }

  std::shared_ptr<store::database> database_;
  wall_clock clock_;
  store::retention kept_;
  history::derivation derivation_;
  wall_time server_time_;           ///< of PostgreSQL, when it was asked
  steady::time_point server_asked_; ///< with the last beginning
  std::string said_;                ///< why it was put off last
  bool clocks_apart_ = false;       ///< a sender is not believed
  bool halted_ = false;             ///< nothing is derived until it begins anew
  bool stale_versions_ = false;     ///< an agreement may have changed
  unsigned failures_ = 0;           ///< in a row
  steady::time_point again_at_;     ///< when it is halted: not before
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

std::chrono::milliseconds derive_delay(unsigned failures) noexcept {
  constexpr std::chrono::milliseconds first{1'000};
  constexpr std::chrono::milliseconds most{60'000};
  return std::min(most, first * (1 << std::min(failures, 6u)));
}

store_worker_actor::behavior_type store_worker(store_worker_actor::pointer self,
                                               std::shared_ptr<store::database> database, wall_clock clock,
                                               store::retention kept) {
  const auto derived = std::make_shared<deriver>(database, clock, kept);
  const auto changed = [derived](store::outcome<agreement> x) {
    derived->terms_changed(); // a failure may have happened after the commit
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
        return changed(database->create(x, derived->now_or_closed()));
      },
      [=](replace_atom, const agreement& x) {
        return changed(database->replace(x, derived->now_or_closed()));
      },
      [=](end_atom, const std::string& name) {
        return changed(database->end(name, derived->now_or_closed()));
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
      [=](create_atom, const access_token& x) {
        return answer(database->create(x));
      },
      [=](retract_atom, const access_token& x) {
        return answer(database->revoke(x.id, clock()));
      },
      [=](history_atom) {
        return answer(database->policy_history());
      },
      [=](terms_atom) -> caf::result<terms> {
        auto found = database->terms(clock());
        if (!found)
          return to_error(found.why());
        return terms{std::move(found->agreements), std::move(found->overrides), std::move(found->policy),
                     std::move(found->tokens)};
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
