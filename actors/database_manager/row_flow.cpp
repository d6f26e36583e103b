// The rows' way through the database manager: checked, packed, kept until they are committed, then answered.
#include "actors/database_manager/database_manager.hpp"
#include "actors/runtime/log.hpp"

namespace sluice {

namespace {

constexpr auto component = caf::atom("database");

/// Chosen: long enough not to press a busy database, short against the hour that the buffer holds.
constexpr std::chrono::milliseconds rest{1000};

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
  static_cast<void>(all_good(x.rows) && all_good(x.verdicts) && all_good(x.events));
  return found;
}

std::shared_ptr<const store::packed_batch> pack(const row_batch& x) {
  auto batch = std::make_shared<store::packed_batch>();
  batch->rows.reserve(x.rows.size());
  for (const auto& row : x.rows)
    batch->rows.push_back(store::pack(row));
  batch->verdicts = x.verdicts;
  batch->events = x.events;
  return batch;
}

} // namespace

caf::typed_response_promise<std::uint64_t> database_manager_state::take(const row_batch& x) {
  auto promise = self_->make_response_promise<std::uint64_t>();
  if (stopping_) {
    promise.deliver(away_error());
  } else if (const auto wrong = problem_in(x); !wrong.empty()) {
    promise.deliver(caf::error{ec::invalid, wrong});
  } else if (auto batch = pack(x); batch->size() == 0) {
    promise.deliver(std::uint64_t{0});
  } else if (!rows_.push(std::move(batch), promise)) {
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

void database_manager_state::flush() {
  if (link_ != link::connected || storing_ || resting_ || rows_.empty())
    return;
  storing_ = true;
  row_group group{rows_.oldest(alone_ > 0 ? 1 : settings_.group_lines)};
  const auto batches = group.batches.size();
  const auto epoch = asking();
  self_->request(worker_, settings_.patience, std::move(group))
      .then(
          [this, epoch, batches](const row_answer& x) {
            if (epoch != epoch_) { // the connection was given up meanwhile; what was stored is recognised when repeated
              answered(epoch);
              return;
            }
            storing_ = false;
            if (!x.problem) {
              stored(x.fresh);
              answered(epoch);
            } else if (x.problem->kind == store::failure_kind::away) {
              const auto away = to_error(*x.problem);
              answered(epoch, &away);
            } else {
              not_stored(batches, *x.problem);
              answered(epoch);
            }
          },
          [this, epoch](const caf::error& problem) {
            answered(epoch, &problem);
          });
}

void database_manager_state::stored(const std::vector<std::uint64_t>& fresh) {
  for (const auto count : fresh) {
    auto [batch, promise] = rows_.pop();
    rows_stored_ += count;
    rows_repeated_ += batch->size() - count;
    promise.deliver(count);
  }
  full_ = false;
  last_error_.clear();
  alone_ -= std::min(alone_, fresh.size());
  flush();
}

void database_manager_state::not_stored(std::size_t batches, const store::failure& why) {
  if (why.kind == store::failure_kind::busy) {
    if (last_error_ != why.text)
      log(log_events::store_busy, component, log_field{"reason", why.text}, log_field{"rows_waiting", rows_.lines()});
    last_error_ = why.text;
    resting_ = true;
    self_->delayed_send(self_, rest, flush_atom::value);
    return;
  }
  if (batches > 1) {
    alone_ = batches; // one of them is to blame: each for itself
  } else {
    auto [batch, promise] = rows_.pop();
    alone_ -= std::min<std::size_t>(alone_, 1);
    log(log_events::rows_refused, component, log_field{"rows", batch->size()}, log_field{"reason", why.text});
    promise.deliver(caf::error{ec::database_failed, why.text});
  }
  flush();
}

} // namespace sluice
