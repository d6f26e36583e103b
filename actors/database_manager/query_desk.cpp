// The queue of questions, and the worker that answers them.
#include "actors/database_manager/query_desk.hpp"

#include "actors/database_manager/query/answer.hpp"
#include "actors/runtime/log.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr auto component = caf::atom("query");

caf::error error_of(const store::failure& x) {
  if (x.kind == store::failure_kind::refused)
    return caf::error{ec::invalid, x.text};
  if (x.kind == store::failure_kind::busy) // its statement ran out of time, or was cancelled
    return caf::error{ec::query_ended, x.text};
  return to_error(x);
}

query_worker_actor::behavior_type query_worker(query_worker_actor::pointer, std::shared_ptr<store::history> history,
                                               std::shared_ptr<std::atomic<std::uint64_t>> given_up, wall_clock clock,
                                               store::retention kept) {
  return {
      [=](std::uint64_t number, const history_question& x) -> caf::result<history_answer> {
        const auto ask = [&] {
          return history->read([&](store::reading& from) {
            return query::answer(from, x, clock(), kept);
          });
        };
        auto found = ask();
        // A connection that was lost while nobody used it is no reason to refuse. RELAXED: whoever gives the question
        // up cuts the socket afterwards, and the cut is what is seen here.
        if (!found && found.why().kind == store::failure_kind::away
            && given_up->load(std::memory_order_relaxed) != number)
          found = ask();
        if (!found)
          return error_of(found.why());
        return std::move(*found);
      },
  };
}

query_desk_actor::behavior_type run_desk(query_desk_state::pointer self, query_settings settings) {
  return self->state.start(self, std::move(settings));
}

} // namespace

query_desk_actor spawn_query_desk(caf::actor_system& system, query_settings settings) {
  return system.spawn(run_desk, std::move(settings));
}

query_desk_actor::behavior_type query_desk_state::start(pointer self, query_settings settings) {
  self_ = self;
  settings_ = std::move(settings);
  auto history = std::make_shared<store::history>(settings_.connection, settings_.patience);
  line_ = history->line();
  given_up_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  worker_ = self->spawn<caf::detached + caf::linked>(query_worker, std::move(history), given_up_, settings_.clock,
                                                     settings_.kept);
  self->set_exit_handler([this](caf::exit_msg& x) {
    give_up();
    self_->send_exit(worker_, caf::exit_reason::user_shutdown);
    self_->quit(x.reason);
  });
  self->set_down_handler([this](caf::down_msg& x) {
    asker_gone(x.source);
  });
  return {
      [this](const history_question& x) {
        return take(x);
      },
      [this](stop_atom, std::uint64_t number) {
        out_of_time(number);
      },
  };
}

caf::typed_response_promise<history_answer> query_desk_state::take(const history_question& x) {
  auto promise = self_->make_response_promise<history_answer>();
  if (const auto wrong = problem_with(x); !wrong.empty()) {
    promise.deliver(caf::error{ec::invalid, wrong});
    return promise;
  }
  if (waiting_.size() >= settings_.waiting) {
    promise.deliver(caf::error{ec::busy, std::to_string(waiting_.size()) + " questions wait already; ask again later"});
    return promise;
  }
  waiting_question one{++last_number_, x, promise, {}};
  if (const auto& asker = self_->current_sender()) {
    one.asker = caf::actor_cast<caf::actor_addr>(asker);
    self_->monitor(one.asker);
  }
  self_->delayed_send(self_, settings_.patience, stop_atom::value, one.number);
  waiting_.push_back(std::move(one));
  next();
  return promise;
}

void query_desk_state::next() {
  if (running_ || waiting_.empty())
    return;
  running_ = std::move(waiting_.front());
  waiting_.pop_front();
  ended_ = false;
  self_->request(worker_, caf::infinite, running_->number, running_->question)
      .then(
          [this](const history_answer& x) {
            answered(nullptr, &x);
          },
          [this](const caf::error& problem) {
            answered(&problem, nullptr);
          });
}

void query_desk_state::answered(const caf::error* problem, const history_answer* answer) {
  if (!ended_) {
    if (problem != nullptr)
      running_->promise.deliver(*problem);
    else
      running_->promise.deliver(*answer);
    release(*running_);
  }
  running_.reset();
  next();
}

void query_desk_state::out_of_time(std::uint64_t number) {
  const caf::error problem{ec::query_ended, "it was given up after " + std::to_string(settings_.patience.count())
                                                + " ms; ask for a shorter period"};
  if (running_ && running_->number == number && !ended_) {
    log(log_events::query_given_up, component, log_field{"question", to_string(running_->question.what)},
        log_field{"reason", "out of time"}, log_field{"waiting", waiting_.size()});
    running_->promise.deliver(problem);
    release(*running_);
    give_up();
    return;
  }
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const waiting_question& x) {
    return x.number == number;
  });
  if (found == waiting_.end())
    return; // it was answered
  found->promise.deliver(problem);
  release(*found);
  waiting_.erase(found);
}

void query_desk_state::asker_gone(const caf::actor_addr& who) {
  std::erase_if(waiting_, [&](const waiting_question& x) {
    return x.asker == who;
  });
  if (!running_ || ended_ || running_->asker != who)
    return;
  log(log_events::query_given_up, component, log_field{"question", to_string(running_->question.what)},
      log_field{"reason", "the asker is gone"}, log_field{"waiting", waiting_.size()});
  give_up();
}

void query_desk_state::give_up() {
  if (!running_ || ended_)
    return;
  ended_ = true;
  given_up_->store(running_->number, std::memory_order_relaxed);
  line_->cut();
}

void query_desk_state::release(const waiting_question& x) {
  if (x.asker)
    self_->demonitor(x.asker);
}

} // namespace sluice
