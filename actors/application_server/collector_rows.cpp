// The collector's rows: completed, replayed, sent to the database manager, confirmed; and what it is told to be
// complete.
#include "actors/application_server/collector.hpp"
#include "actors/runtime/log.hpp"

#include <cstdlib>

namespace sluice {

namespace {

constexpr auto component = caf::atom("collector");

} // namespace

std::string refusal_of(const sample_batch& batch, const sample& x) {
  return x.stream.gateway != batch.gateway ? "it names a stream of another gateway" : problem_with(x);
}

void collector_state::store_completed() {
  for (const auto& row : completed_)
    outbox_.put(row);
  completed_.clear();
}

std::uint64_t collector_state::on_replay(const sample_replay& x) {
  std::uint64_t taken = 0;
  if (!stopping_ && valid_name(x.samples.gateway)) {
    for (const auto& one : x.samples.samples) {
      const auto off = std::chrono::microseconds{std::llabs(one.taken.unix_us - settings_.time.wall().unix_us)};
      if (refusal_of(x.samples, one).empty() && off <= max_clock_difference
          && replayed_.take(one, x.samples.incarnation, x.whole_from, completed_))
        ++taken;
    }
  }
  if (x.last)
    replayed_.close(completed_);
  samples_replayed_ += taken;
  rows_replayed_ += completed_.size();
  store_completed();
  if (x.last) {
    completeness_->replayed();
    log(log_events::samples_replayed, component, log_field{"samples", samples_replayed_},
        log_field{"rows", rows_replayed_});
    samples_replayed_ = rows_replayed_ = 0;
  }
  return taken;
}

wall_time collector_state::everything_until() const {
  const auto now = settings_.time.monotonic();
  return completeness_->until(now, known_.streams.oldest_open(now, stream_patience), outbox_.oldest_unconfirmed());
}

/// An empty batch, when nothing else says what is complete.
void collector_state::tell_completeness() {
  const auto until = everything_until();
  if (telling_ || !database_ || until == wall_time{})
    return;
  telling_ = true;
  row_batch nothing;
  nothing.everything_until = until;
  self_->request(database_, caf::infinite, std::move(nothing))
      .then(
          [this](std::uint64_t) {
            telling_ = false;
          },
          [this](const caf::error&) {
            telling_ = false;
          });
}

void collector_state::flush() {
  if (!database_ || settings_.time.monotonic() < hold_until_)
    return;
  const auto until = everything_until();
  bool sent = false;
  while (auto x = outbox_.next()) {
    sent = true;
    const auto number = x->number;
    const auto life = x->life;
    // No time-out: while PostgreSQL is away the answer takes as long as that; if the process ends it is an error.
    self_
        ->request(database_, caf::infinite,
                  row_batch{std::move(x->rows), std::move(x->verdicts), std::move(x->events), until,
                            std::move(x->decisions), std::move(x->audit)})
        .then(
            [this, number, life](std::uint64_t) {
              on_confirmed(number, life);
            },
            [this, number, life](const caf::error& why) {
              on_failed(number, life, why);
            });
  }
  if (!sent)
    tell_completeness();
}

void collector_state::on_confirmed(std::uint64_t number, std::uint64_t life) {
  outbox_.confirmed(number, life);
  if (outbox_.backlog() || stopping_)
    flush();
  if (stopping_ && outbox_.unconfirmed() == 0)
    self_->quit();
}

void collector_state::on_failed(std::uint64_t number, std::uint64_t life, const caf::error& why) {
  const auto now = settings_.time.monotonic();
  if (why == ec::invalid || why == ec::database_failed)
    outbox_.refused(number, life); // it would be refused for ever
  else
    outbox_.failed(number, life);
  hold_until_ = now + settings_.retry_after;
  if (const auto sum = failed_.pass(now))
    log(log_events::request_failed, component, log_field{"request", "store-rows"},
        log_field{"reason", self_->system().render(why)}, log_field{"batches", *sum});
}

} // namespace sluice
