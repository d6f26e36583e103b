// The desk: what waits for a page, what is given up; and the two workers, which translate and decide nothing.
#include "actors/database_manager/export_desk.hpp"

#include "actors/database_manager/query/export_pages.hpp"
#include "actors/runtime/incarnation.hpp"
#include "actors/runtime/log.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr auto component = caf::atom("exports");

evidence_check check_of(const store::outcome<store::check_report>& found) {
  evidence_check x;
  if (!found) {
    x.problem = found.why().text;
    return x;
  }
  x.chains = found->chains;
  x.entries = found->entries;
  x.roots = found->roots;
  x.unproved = found->unproved;
  if (found->broken) {
    x.broken_chain = found->broken->chain;
    x.broken_position = found->broken->position;
    x.broken = found->broken->what;
  }
  return x;
}

check_worker_actor::behavior_type check_worker(check_worker_actor::pointer, std::shared_ptr<store::history> history,
                                               std::shared_ptr<store::check_progress> seen, wall_clock clock,
                                               store::retention kept) {
  return {
      [=](check_atom) {
        export_page answer;
        answer.check = check_of(history->check_evidence(clock(), kept, seen.get()));
        history->close();
        return answer;
      },
  };
}

caf::error error_of(const store::failure& x) {
  if (x.kind == store::failure_kind::refused)
    return caf::error{ec::invalid, x.text};
  if (x.kind == store::failure_kind::busy) // its statement ran out of time, or was cancelled
    return caf::error{ec::query_ended, x.text};
  return to_error(x);
}

caf::error error_of(const query::no_page& x) {
  if (x.what == query::no_page::kind::too_many)
    return caf::error{ec::busy, x.why.text};
  if (x.what == query::no_page::kind::gone)
    return caf::error{ec::export_gone, x.why.text};
  return error_of(x.why);
}

/// What the worker reads with, and the exports that it keeps.
struct page_source {
  std::shared_ptr<store::history> history;
  std::shared_ptr<std::atomic<std::uint64_t>> given_up; ///< number of the question that must not be repeated
  export_settings settings;
  std::unique_ptr<query::open_exports> exports;
  instant used{0}; ///< the connection
  bool connected = false;

  /// Reads in one snapshot. A connection that was lost while nobody used it is no reason to refuse: then once more,
  /// over a new one. RELAXED: whoever gives the question up cuts the socket afterwards, and the cut is what is seen
  /// here.
  store::outcome<export_page> read(std::uint64_t number, bool again,
                                   const std::function<store::outcome<export_page>(store::reading&)>& body) {
    connected = true;
    auto found = history->read_page(body);
    if (!found && again && found.why().kind == store::failure_kind::away
        && given_up->load(std::memory_order_relaxed) != number)
      found = history->read_page(body);
    return found;
  }

  caf::result<export_page> page(std::uint64_t number, const export_question& x, instant now) {
    used = now;
    if (x.what == export_kind::evidence) {
      const bool first = x.cursor.empty(); // later ones cannot be begun twice
      auto found = exports->page(
          [&](const auto& body) {
            return read(number, first, body);
          },
          x, now, settings.clock());
      if (const auto* why = std::get_if<query::no_page>(&found))
        return error_of(*why);
      return std::get<export_page>(std::move(found));
    }
    auto found = read(number, true, [&](store::reading& from) {
      return query::csv_page(from, x, settings.clock());
    });
    if (!found)
      return error_of(found.why());
    return std::move(*found);
  }

  /// Whether anything is still kept.
  bool sweep(instant now) {
    const bool open = exports != nullptr && exports->sweep(now);
    if (connected && now - used >= settings.idle) {
      history->close();
      connected = false;
    }
    return open || connected;
  }
};

export_worker_actor::behavior_type export_worker(export_worker_actor::pointer self, std::shared_ptr<page_source> from) {
  const auto now = [self]() -> instant {
    return self->clock().now().time_since_epoch();
  };
  if (from->settings.key != nullptr)
    from->exports = std::make_unique<query::open_exports>(*from->settings.key, draw_incarnation(), from->settings.idle);
  return {
      [=](std::uint64_t number, const export_question& x) {
        return from->page(number, x, now());
      },
      [=](tick_atom) {
        return from->sweep(now());
      },
  };
}

export_desk_actor::behavior_type run_desk(export_desk_state::pointer self, export_settings settings) {
  return self->state.start(self, std::move(settings));
}

/// The broken place as a sentence; an entry by its position, a chain as a whole without.
std::string sentence_of(const evidence_check& x) {
  const auto at = x.broken_position == 0 ? std::string{" "} : ' ' + std::to_string(x.broken_position) + ' ';
  return "The evidence is broken: " + x.broken_chain + at + x.broken + '.';
}

} // namespace

export_desk_actor spawn_export_desk(caf::actor_system& system, export_settings settings) {
  return system.spawn(run_desk, std::move(settings));
}

export_desk_actor::behavior_type export_desk_state::start(pointer self, export_settings settings) {
  self_ = self;
  settings_ = std::move(settings);
  auto pages = std::make_shared<store::history>(settings_.connection, settings_.patience);
  line_ = pages->line();
  given_up_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  auto source = std::make_shared<page_source>();
  source->history = std::move(pages);
  source->given_up = given_up_;
  source->settings = settings_;
  worker_ = self->spawn<caf::detached + caf::linked>(export_worker, std::move(source));
  auto checked_line = std::make_shared<store::history>(settings_.connection, settings_.patience);
  check_line_ = checked_line->line();
  seen_ = std::make_shared<store::check_progress>(0);
  checker_ = self->spawn<caf::detached + caf::linked>(check_worker, std::move(checked_line), seen_, settings_.clock,
                                                      settings_.kept);
  self->set_exit_handler([this](caf::exit_msg& x) {
    line_->cut();
    check_line_->cut();
    self_->send_exit(worker_, caf::exit_reason::user_shutdown);
    self_->send_exit(checker_, caf::exit_reason::user_shutdown);
    self_->quit(x.reason);
  });
  return {
      [this](const export_question& x) {
        return take(x);
      },
      [this](check_atom) {
        begin_check();
      },
      [this](stop_atom, std::uint64_t number) {
        out_of_time(number);
      },
      [this](tick_atom) {
        sweep();
      },
  };
}

caf::result<export_page> export_desk_state::take(const export_question& x) {
  if (auto wrong = problem_with(x); !wrong.empty())
    return caf::error{ec::invalid, std::move(wrong)};
  if (x.what == export_kind::key)
    return key();
  if (x.what == export_kind::check) {
    if (x.begin)
      begin_check();
    return check();
  }
  if (x.what == export_kind::evidence && settings_.key == nullptr)
    return caf::error{ec::not_found, "nothing is signed here: no signing-key is configured"};
  if (asked_.size() > settings_.waiting)
    return caf::error{ec::busy, std::to_string(asked_.size()) + " pages are asked for already; ask again later"};
  return ask_worker(x);
}

caf::typed_response_promise<export_page> export_desk_state::ask_worker(const export_question& x) {
  auto promise = self_->make_response_promise<export_page>();
  asked_.push_back({++last_number_, promise});
  self_->delayed_send(self_, settings_.patience, stop_atom::value, last_number_);
  self_->request(worker_, caf::infinite, last_number_, x)
      .then(
          [this](const export_page& page) {
            worker_answered(nullptr, &page);
          },
          [this](const caf::error& problem) {
            worker_answered(&problem, nullptr);
          });
  if (!std::exchange(sweeping_, true))
    self_->delayed_send(self_, settings_.idle, tick_atom::value);
  return promise;
}

void export_desk_state::worker_answered(const caf::error* problem, const export_page* page) {
  auto& first = asked_.front();
  if (!first.answered && problem != nullptr)
    first.promise.deliver(*problem);
  else if (!first.answered)
    first.promise.deliver(*page);
  asked_.pop_front();
}

void export_desk_state::out_of_time(std::uint64_t number) {
  const auto found = std::find_if(asked_.begin(), asked_.end(), [&](const asked_page& x) {
    return x.number == number;
  });
  if (found == asked_.end() || found->answered)
    return;
  found->answered = true;
  found->promise.deliver(caf::error{ec::query_ended, "it was given up after "
                                                         + std::to_string(settings_.patience.count())
                                                         + " ms; ask for a shorter period"});
  log(log_events::query_given_up, component, log_field{"question", "export"}, log_field{"reason", "out of time"},
      log_field{"waiting", asked_.size() - 1});
  if (found != asked_.begin())
    return; // read nevertheless, when its turn comes: then it may be asked for again
  given_up_->store(number, std::memory_order_relaxed);
  line_->cut();
}

void export_desk_state::sweep() {
  self_->request(worker_, caf::infinite, tick_atom::value)
      .then(
          [this](bool more) {
            sweeping_ = more;
            if (more)
              self_->delayed_send(self_, settings_.idle / 4, tick_atom::value);
          },
          [this](const caf::error&) { // the worker is gone: so are we
            sweeping_ = false;
          });
}

export_page export_desk_state::key() const {
  export_page x;
  if (settings_.key != nullptr) {
    x.public_key = evidence::to_hex(settings_.key->published());
    x.fingerprint = evidence::fingerprint_of(settings_.key->published());
  }
  return x;
}

export_page export_desk_state::check() const {
  export_page x;
  x.check = check_;
  x.check.seen = check_.running ? seen_->load(std::memory_order_relaxed) : 0;
  return x;
}

void export_desk_state::begin_check() {
  if (check_.running)
    return;
  check_.running = true;
  check_.since = settings_.clock();
  check_began_ = self_->clock().now().time_since_epoch();
  seen_->store(0, std::memory_order_relaxed);
  self_->request(checker_, caf::infinite, check_atom::value)
      .then(
          [this](const export_page& x) {
            checked(x.check);
          },
          [this](const caf::error&) { // the worker is gone: so are we
            check_.running = false;
          });
}

void export_desk_state::checked(const evidence_check& x) {
  const instant now = self_->clock().now().time_since_epoch();
  check_ = x;
  check_.ended = settings_.clock();
  if (!x.problem.empty()) {
    log(log_events::evidence_unchecked, component, log_field{"reason", x.problem});
  } else if (x.broken.empty()) {
    log(log_events::evidence_checked, component, log_field{"chains", x.chains}, log_field{"entries", x.entries},
        log_field{"roots", x.roots},
        log_field{"took_ms", std::chrono::duration_cast<std::chrono::milliseconds>(now - check_began_).count()});
  } else {
    log(log_events::evidence_broken, component, log_field{"chain", x.broken_chain},
        log_field{"position", x.broken_position}, log_field{"what", x.broken});
    if (settings_.tell)
      settings_.tell({check_.ended, event_kind::evidence_broken, x.broken_chain, sentence_of(x)});
  }
}

} // namespace sluice
