// The rows' way through the database manager: checked, packed, kept until they are committed or in the spool, answered.
//
//   direct      rows_ ─▶ PostgreSQL ─▶ answered                  while it is there and nothing waits on disk
//   by the disk rows_ ─▶ spool, synced ─▶ answered               while it is away, or busy twice in a row
//               spool ─▶ PostgreSQL ─▶ given free                when it is back; new rows go behind, until it is empty
#include "actors/database_manager/database_manager.hpp"
#include "actors/database_manager/store/storable.hpp"
#include "actors/runtime/log.hpp"

#include <utility>

namespace sluice {

namespace {

constexpr auto component = caf::atom("database");

/// Chosen: long enough not to press a busy database or disk, short against what the queue holds.
constexpr std::chrono::milliseconds rest{1000};

/// After so many failures of the kind *busy* in a row rows go by the disk. Chosen: once is a deadlock or a time-out.
constexpr unsigned busy_enough = 2;

/// The first thing that is wrong in a batch; empty = nothing.
std::string problem_in(const row_batch& x) {
  std::string found;
  const auto all_good = [&](const auto& list) {
    for (const auto& line : list) {
      found = store::problem_with(line);
      if (!found.empty())
        return false;
    }
    return true;
  };
  static_cast<void>(all_good(x.rows) && all_good(x.verdicts) && all_good(x.events) && all_good(x.decisions)
                    && all_good(x.audit));
  return found;
}

std::shared_ptr<const store::packed_batch> pack(const row_batch& x) {
  auto batch = std::make_shared<store::packed_batch>();
  batch->rows.reserve(x.rows.size());
  for (const auto& row : x.rows)
    batch->rows.push_back(store::pack(row));
  batch->verdicts = x.verdicts;
  batch->events = x.events;
  batch->decisions = x.decisions;
  batch->audit = x.audit;
  batch->everything_until = store::storable(x.everything_until) ? x.everything_until.unix_us / 1'000'000 : 0;
  return batch;
}

} // namespace

instant database_manager_state::now() const {
  return self_->clock().now().time_since_epoch();
}

caf::typed_response_promise<std::uint64_t> database_manager_state::take(const row_batch& x) {
  auto promise = self_->make_response_promise<std::uint64_t>();
  if (stopping_) {
    promise.deliver(away_error());
  } else if (const auto wrong = problem_in(x); !wrong.empty()) {
    promise.deliver(caf::error{ec::invalid, wrong});
  } else if (auto batch = pack(x); batch->size() == 0 && (batch->everything_until == 0 || link_ != link::connected)) {
    promise.deliver(std::uint64_t{0});
  } else if (!rows_.push(std::move(batch), {promise, now()})) {
    const auto text = std::to_string(rows_.lines()) + " of " + std::to_string(rows_.bound()) + " lines wait";
    if (!full_) // once per time that it is full
      log(log_events::rows_refused, component, log_field{"rows", x.rows.size()}, log_field{"reason", text});
    full_ = true;
    promise.deliver(caf::error{ec::buffer_full, text});
  } else {
    flush();
  }
  return promise;
}

bool database_manager_state::by_the_disk() const noexcept {
  return spool_ && (spooled_ || syncing_ || link_ != link::connected || busy_ >= busy_enough);
}

void database_manager_state::flush() {
  if (by_the_disk()) {
    spool_some();
    drain_some();
  } else {
    store_some();
  }
}

void database_manager_state::store_some() {
  if (link_ != link::connected || storing_ || resting_ || rows_.empty())
    return;
  storing_ = true;
  row_group group{rows_.oldest(alone_ > 0 ? 1 : settings_.group_lines)};
  const auto batches = group.batches.size();
  store_group(std::move(group), [this, batches](const row_answer* x) {
    storing_ = false;
    if (x == nullptr)
      return; // they stay, and are recognised if they were stored
    if (x->problem)
      not_stored(batches, *x->problem);
    else
      stored(*x);
  });
}

/// Asks the worker to store a group; `then` gets its answer, or null if the connection is lost.
template<class Then>
void database_manager_state::store_group(row_group group, Then then) {
  const auto epoch = asking();
  self_->request(worker_, settings_.patience, std::move(group))
      .then(
          [this, epoch, then](const row_answer& x) {
            const bool away = x.problem && x.problem->kind == store::failure_kind::away;
            if (epoch == epoch_)
              then(away ? nullptr : &x);
            if (away) {
              const auto why = to_error(*x.problem);
              answered(epoch, &why);
            } else {
              answered(epoch);
            }
          },
          [this, epoch, then](const caf::error& problem) {
            if (epoch == epoch_)
              then(nullptr);
            answered(epoch, &problem);
          });
}

void database_manager_state::note(const row_answer& x) {
  rows_late_ += x.late;
  closed_until_ = x.closed_until_s;
  busy_ = 0;
  if (x.late > 0)
    log(log_events::rows_late, component, log_field{"rows", x.late}, log_field{"closed_until_s", x.closed_until_s});
}

void database_manager_state::stored(const row_answer& x) {
  for (const auto count : x.fresh) {
    auto [batch, whom] = rows_.pop();
    rows_stored_ += count;
    rows_repeated_ += batch->size() - count;
    whom.deliver(count);
  }
  note(x);
  full_ = false;
  last_error_.clear();
  alone_ -= std::min(alone_, x.fresh.size());
  flush();
}

void database_manager_state::be_busy(const store::failure& why) {
  if (last_error_ != why.text)
    log(log_events::store_busy, component, log_field{"reason", why.text}, log_field{"rows_waiting", rows_.lines()});
  last_error_ = why.text;
  ++busy_;
  resting_ = true;
  self_->delayed_send(self_, rest, flush_atom::value);
  if (by_the_disk())
    spool_some();
}

void database_manager_state::not_stored(std::size_t batches, const store::failure& why) {
  if (why.kind == store::failure_kind::busy)
    return be_busy(why);
  if (batches > 1) {
    alone_ = batches; // one of them is to blame: each for itself
  } else {
    auto [batch, whom] = rows_.pop();
    alone_ -= std::min<std::size_t>(alone_, 1);
    log(log_events::rows_refused, component, log_field{"rows", batch->size()}, log_field{"reason", why.text});
    whom.deliver(caf::error{ec::database_failed, why.text});
  }
  flush();
}

void database_manager_state::spool_some() {
  if (syncing_ || disk_rests_ || rows_.empty() || storing_)
    return;
  if (!spooled_)
    log(log_events::spooling, component, log_field{"reason", last_error_}, log_field{"rows_waiting", rows_.lines()});
  spooled_ = syncing_ = true;
  spool_group group{rows_.oldest(settings_.group_lines)};
  const auto batches = group.batches.size();
  self_->request(spool_, caf::infinite, std::move(group))
      .then(
          [this, batches](const spool_state& x) {
            syncing_ = false;
            see(x);
            if (!x.problem.empty())
              return disk_failed(x.problem);
            for (std::size_t i = 0; i < batches; ++i) {
              auto [batch, whom] = rows_.pop();
              rows_spooled_ += batch->size();
              whom.deliver(std::uint64_t{batch->size()});
            }
            full_ = false;
            flush();
            end_if_done();
          },
          [this](const caf::error&) { // the worker is gone: so are we
            syncing_ = false;
          });
}

void database_manager_state::disk_failed(const std::string& why) {
  log(log_events::spool_failed, component, log_field{"reason", why});
  disk_rests_ = true;
  self_->delayed_send(self_, rest, flush_atom::value);
}

void database_manager_state::see(const spool_state& x) {
  if (x.rows_dropped > spool_dropped_) {
    log(log_events::spool_full, component, log_field{"rows_dropped", x.rows_dropped - spool_dropped_},
        log_field{"bytes", x.bytes});
    note_dropped(x.rows_dropped - spool_dropped_);
  }
  spool_dropped_ = x.rows_dropped;
  spool_bytes_ = x.bytes;
  if (spooled_ && x.empty)
    log(log_events::spool_drained, component, log_field{"lines", std::exchange(rows_spooled_, 0)});
  spooled_ = !x.empty;
}

void database_manager_state::note_event(event x) {
  auto batch = std::make_shared<store::packed_batch>();
  batch->events.push_back(std::move(x));
  static_cast<void>(rows_.push(std::move(batch), {{}, now()}));
}

void database_manager_state::note_dropped(std::uint64_t rows) {
  note_event({settings_.clock(), event_kind::samples_lost, "spool",
              std::to_string(rows) + " sample rows were dropped from the full spool, the oldest first."});
}

void database_manager_state::read_spool(std::uint64_t after) {
  if (reading_)
    return;
  reading_ = true;
  self_->request(spool_, caf::infinite, spool_read{after})
      .then(
          [this, round = read_round_](spooled_group& x) {
            reading_ = false;
            if (round == read_round_ && x.state.problem.empty() && x.last_number != 0)
              ahead_ = std::move(x);
            else if (!x.state.problem.empty())
              disk_failed(x.state.problem);
            else if (!draining_)
              see(x.state); // nothing is there
            flush();
          },
          [this](const caf::error&) {
            reading_ = false;
          });
}

/// The present group is not stored, or is done: what was read ahead of it counts only in the latter case.
void database_manager_state::end_drain() {
  draining_ = drain_storing_ = false;
  ahead_.reset();
  ++read_round_;
}

void database_manager_state::drain_some() {
  if (!spooled_ || draining_ || storing_ || resting_ || disk_rests_ || link_ != link::connected)
    return;
  if (!ahead_)
    return read_spool(0);
  draining_ = true;
  drain_alone_ = false;
  drained_ = std::move(*ahead_);
  ahead_.reset();
  read_spool(drained_.last_number);
  store_drained();
}

void database_manager_state::store_drained() {
  if (drained_.batches.empty())
    return release_drained();
  if (link_ != link::connected)
    return end_drain(); // read again when it is back
  const auto size = drain_alone_ ? 1 : drained_.batches.size();
  drain_storing_ = true;
  row_group group{{drained_.batches.begin(), drained_.batches.begin() + static_cast<std::ptrdiff_t>(size)}};
  store_group(std::move(group), [this, size](const row_answer* x) {
    drain_storing_ = false;
    if (x == nullptr || (x->problem && x->problem->kind == store::failure_kind::busy)) {
      end_drain();
      if (x != nullptr)
        be_busy(*x->problem);
      return;
    }
    if (x->problem && size > 1) {
      drain_alone_ = true; // one of them is to blame
      return store_drained();
    }
    if (x->problem) {
      log(log_events::rows_refused, component, log_field{"rows", drained_.batches.front()->size()},
          log_field{"reason", x->problem->text});
    } else {
      note(*x);
      for (std::size_t i = 0; i < size; ++i) {
        rows_stored_ += x->fresh[i];
        rows_repeated_ += drained_.batches[i]->size() - x->fresh[i];
      }
    }
    drained_.batches.erase(drained_.batches.begin(), drained_.batches.begin() + static_cast<std::ptrdiff_t>(size));
    store_drained();
  });
}

void database_manager_state::release_drained() {
  self_->request(spool_, caf::infinite, spool_release{drained_.last_number})
      .then(
          [this](const spool_state& x) {
            draining_ = false;
            see(x);
            if (!x.problem.empty()) {
              end_drain();
              return disk_failed(x.problem);
            }
            last_error_.clear();
            flush();
          },
          [this](const caf::error&) {
            draining_ = false;
          });
}

} // namespace sluice
