// The database manager's connection: kept, lost, tried again with back-off; and what is done whenever it is there.
#include "actors/database_manager/database_manager.hpp"
#include "actors/runtime/log.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

constexpr auto component = caf::atom("database");

/// Chosen: longer than any migration's own time-out (10 min), so that a migration is not cut off.
constexpr std::chrono::minutes connect_patience{11};

/// Chosen: a round drops a day of every table, each of them waits for its lock.
constexpr std::chrono::minutes maintenance_patience{5};

/// The context of our errors is one sentence.
std::string sentence(const caf::error& x) {
  if (x.category() == caf::atom("sluice") && x.context().match_elements<std::string>())
    return x.context().get_as<std::string>(0);
  if (x == caf::sec::request_timeout)
    return "PostgreSQL does not answer";
  return caf::to_string(x);
}

} // namespace

std::chrono::milliseconds reconnect_delay(unsigned failures) noexcept {
  constexpr std::chrono::milliseconds first{250};
  constexpr std::chrono::milliseconds most{5000};
  return std::min(most, first * (1 << std::min(failures, 5u)));
}

std::uint64_t database_manager_state::asking() noexcept {
  ++asked_;
  return epoch_;
}

void database_manager_state::answered(std::uint64_t epoch, const caf::error* problem) {
  --asked_;
  if (epoch == epoch_ && problem != nullptr && (*problem == caf::sec::request_timeout || *problem == ec::database_away))
    lost(*problem);
  end_if_done();
}

caf::error database_manager_state::away_error() const {
  if (stopping_)
    return caf::error{ec::peer_absent, "the database manager stops"};
  return last_error_.empty() ? caf::error{ec::database_away} : caf::error{ec::database_away, last_error_};
}

void database_manager_state::connect() {
  if (link_ != link::away || stopping_)
    return;
  link_ = link::connecting;
  ++epoch_;
  const auto epoch = asking();
  self_->request(worker_, connect_patience, connect_atom::value)
      .then(
          [this, epoch](std::uint32_t schema_version) {
            load_terms(schema_version);
            answered(epoch);
          },
          [this, epoch](const caf::error& problem) {
            if (problem != ec::database_away) // whatever it was: try again
              lost(problem);
            answered(epoch, &problem);
          });
}

void database_manager_state::load_terms(std::uint32_t schema_version) {
  schema_version_ = schema_version;
  const auto epoch = asking();
  self_->request(worker_, settings_.patience, terms_atom::value)
      .then(
          [this, epoch](terms& x) {
            connected(std::move(x));
            answered(epoch);
          },
          [this, epoch](const caf::error& problem) {
            if (problem != ec::database_away)
              lost(problem);
            answered(epoch, &problem);
          });
}

void database_manager_state::connected(terms in_force) {
  link_ = link::connected;
  failures_ = 0;
  away_since_ = {};
  last_error_.clear();
  terms_ = std::move(in_force);
  log(log_events::database_connected, component, log_field{"schema", schema_version_},
      log_field{"rows_waiting", rows_.lines()});
  maintain();
  flush();
}

void database_manager_state::lost(const caf::error& reason) {
  if (link_ == link::away)
    return;
  if (reason == caf::sec::request_timeout)
    line_->cut(); // the worker's call returns now
  link_ = link::away;
  ++epoch_;
  storing_ = false;
  if (std::exchange(drain_storing_, false))
    draining_ = false;
  if (away_since_ == wall_time{})
    away_since_ = settings_.clock();
  const auto text = sentence(reason);
  const auto delay = reconnect_delay(failures_);
  if (failures_ == 0 || text != last_error_) // not once per attempt
    log(log_events::database_away, component, log_field{"reason", text}, log_field{"rows_waiting", rows_.lines()});
  last_error_ = text;
  ++failures_;
  self_->delayed_send(self_, delay, connect_atom::value);
  flush(); // what waits goes to the disk
}

void database_manager_state::maintain() {
  if (link_ != link::connected || stopping_ || keeping_)
    return;
  keeping_ = true;
  self_->request(keeper_, maintenance_patience, maintain_atom::value)
      .then(
          [this](std::uint64_t) {
            keeping_ = false;
          },
          [this](const caf::error& problem) {
            keeping_ = false;
            if (problem == caf::sec::request_timeout)
              keeper_line_->cut();
            log(log_events::maintenance_put_off, component, log_field{"reason", sentence(problem)});
          });
}

} // namespace sluice
