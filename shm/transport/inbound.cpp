// From bytes in our mailbox to a message for an actor: the receiver's thread.
#include "actors/runtime/log.hpp"
#include "shm/mailslot/futex.hpp"
#include "shm/transport/arrival.hpp"
#include "shm/transport/careful_deserializer.hpp"
#include "shm/transport/node_identity.hpp"
#include "shm/transport/problem.hpp"

#include <caf/binary_serializer.hpp>
#include <caf/scoped_execution_unit.hpp>

#include <cstring>

namespace sluice::shm {

namespace {

constexpr auto component = caf::atom("transport");

/// Messages taken from one lane before the next lane has its turn.
constexpr int lane_turn = 32;

/// One line per second says that something was refused; the counters say how much.
void log_refused(const message_header& header, std::string_view why) {
  static thread_local std::chrono::steady_clock::time_point next;
  const auto now = std::chrono::steady_clock::now();
  if (now < next)
    return;
  next = now + std::chrono::seconds{1};
  log(log_events::message_refused, component, log_field{"sender_role", header.sender_role},
      log_field{"operation", header.operation}, log_field{"reason", why});
}

} // namespace

void transport::receive() {
  while (!stop_.load(std::memory_order_acquire)) {
    bool any = false;
    for (std::uint32_t role = 1; role <= settings_.roles.size(); ++role)
      any = receive_lane(role) || any;
    end_dead();
    inbox_->beat();
    if (any)
      continue;
    burst_.clear();
    inbox_->wait(no_limit, settings_.spin); // the courier ends it at each heartbeat
  }
  burst_.clear();
}

/// What a process released before it died comes before the news of its death: a result before the error.
void transport::end_dead() {
  std::vector<peer_ptr> dead;
  {
    const std::lock_guard lock{dying_mutex_};
    dead.swap(dying_);
  }
  for (const auto& x : dead) {
    // Once around its lane; a next life may already be filling it again.
    for (std::uint32_t taken = 0; taken < settings_.slots && receive_lane(x->role()); taken += lane_turn) {
    }
    end(x);
  }
}

void transport::end(const peer_ptr& dead) {
  dead->mark_down();
  deaths_.fetch_add(1, std::memory_order_relaxed);
  log(log_events::process_died, component, log_field{"role", dead->name()}, log_field{"life", dead->identity().life()});
  burst_.clear();
  proxies_.erase(dead->node()); // tells monitors and links
  dead->in_flight().fail_all(caf::make_error(caf::exit_reason::remote_link_unreachable));
  for (auto& question : names_.take_all(dead->role(), dead->incarnation()))
    question.answer(caf::make_error(problem::not_running));
  courier_->poke(); // which ends the watch
}

bool transport::receive_lane(std::uint32_t role) {
  bool any = false;
  for (int turn = 0; turn < lane_turn; ++turn) {
    switch (inbox_->take(role, header_, parameters_)) {
    case take_result::nothing:
      return any;
    case take_result::recovered:
      log(log_events::slot_recovered, component, log_field{"sender", settings_.roles[role - 1]});
      break;
    case take_result::refused:
      header_.sender_role = static_cast<std::uint8_t>(role); // the lane says it; what the slot says may be anything
      log_refused(header_, "not a whole message");
      break;
    case take_result::message:
      receive_message(role);
      unit_.drain();
      break;
    }
    any = true;
  }
  return any;
}

void transport::receive_message(std::uint32_t role) {
  try {
    const arrival x{header_, parameters_, sender_of(header_)};
    if ((header_.flags & flag_fragment) == 0)
      dispatch(x);
    else
      receive_fragment(role, x);
  } catch (const std::exception& reason) { // memory, or CAF on a message that it cannot make
    malformed_.fetch_add(1, std::memory_order_relaxed);
    log_refused(header_, reason.what());
  }
}

void transport::receive_fragment(std::uint32_t role, const arrival& x) {
  std::vector<std::byte> whole;
  switch (assemblers_[role].add(x.header, x.body, whole)) {
  case assembly::incomplete:
    return;
  case assembly::complete:
    dispatch({x.header, whole, x.from});
    assemblers_[role].reuse(std::move(whole));
    return;
  case assembly::refused:
    malformed_.fetch_add(1, std::memory_order_relaxed);
    log_refused(x.header, "fragments do not fit together or are too many");
    if (is_last_fragment(x.body)) // once per message
      refuse_arrival(x, source_of(x), caf::make_error(problem::overloaded, "too many unfinished messages"));
  }
}

peer_ptr transport::sender_of(const message_header& header) {
  const auto role = header.sender_role; // take() has made sure that it is that of the lane
  auto& known = senders_[role];
  if (known && !known->down() && known->incarnation() == header.sender_incarnation)
    return known;
  if (gone_[role] == header.sender_incarnation)
    return nullptr;
  failure why;
  auto found = peers_->connect(role, header.sender_incarnation, &why);
  if (found)
    known = found;
  else if (why.kind == failure_kind::dead || why.kind == failure_kind::absent)
    gone_[role] = header.sender_incarnation; // a life that has ended does not come back
  return found;
}

void transport::dispatch(const arrival& x) {
  const auto& header = x.header;
  if (header.operation >= operation::first_free || header.operation == operation::generic
      || header.operation == operation::error_result || header.operation == operation::void_result) {
    on_message(x);
    return;
  }
  if (!x.from)
    return; // the rest is between living processes
  switch (header.operation) {
  case operation::watch:
    return on_watch(x);
  case operation::down:
    return on_down(x);
  case operation::link:
  case operation::unlink:
    return on_link(x);
  case operation::delegated:
    return on_delegated(x);
  case operation::resolve:
    return on_resolve(x);
  case operation::resolved:
    return on_resolved(x);
  default:
    malformed_.fetch_add(1, std::memory_order_relaxed);
    log_refused(header, "unknown operation code");
  }
}

void transport::on_watch(const arrival& x) {
  const auto id = x.header.destination;
  const auto say_down = [this, id](peer& home, const caf::error& reason) {
    std::vector<char> body;
    caf::scoped_execution_unit unit{&system_};
    caf::binary_serializer sink{&unit, body};
    auto copy = reason;
    if (sink(copy))
      body.clear();
    home.remove_watched(id);
    send_control(home, operation::down, 0, id, 0, std::as_bytes(std::span{body}));
  };
  const auto local = system_.registry().get(id);
  if (!local)
    say_down(*x.from, caf::make_error(caf::exit_reason::unknown));
  else if (x.from->add_watched(id))
    local->get()->attach_functor([say_down, home = std::weak_ptr<peer>{x.from}](const caf::error& reason) {
      if (const auto there = home.lock())
        say_down(*there, reason);
    });
}

void transport::on_down(const arrival& x) {
  caf::error reason;
  careful_deserializer source{&unit_, x.body};
  if (source(reason))
    reason = caf::make_error(caf::exit_reason::remote_link_unreachable);
  burst_.clear();
  proxies_.erase(x.from->node(), x.header.source, std::move(reason));
}

void transport::on_link(const arrival& x) {
  const auto remote = proxies_.get_or_put(x.from->node(), x.header.source);
  if (!remote)
    return;
  const auto local = system_.registry().get(x.header.destination);
  if (!local)
    remote->enqueue(nullptr, caf::make_message_id(),
                    caf::make_message(caf::exit_msg{caf::actor_addr{}, caf::make_error(caf::exit_reason::unknown)}),
                    nullptr);
  else if (x.header.operation == operation::link)
    remote->get()->add_link(local->get());
  else
    remote->get()->remove_link(local->get());
}

/// From now on another process owes us the result, or an actor of our own does.
void transport::on_delegated(const arrival& x) {
  delegated_to whom;
  const auto id = caf::make_message_id(x.header.correlation);
  if (x.body.size() != sizeof whom) {
    malformed_.fetch_add(1, std::memory_order_relaxed);
    log_refused(x.header, "no identity of a process");
    return;
  }
  std::memcpy(&whom, x.body.data(), sizeof whom);
  std::optional<caf::weak_actor_ptr> request;
  for (const auto& owed_by : peers_->all())
    if ((request = owed_by->in_flight().take(x.header.destination, id)))
      break;
  if (!request || (whom.role == own_->self().role() && whom.incarnation == own_->incarnation()))
    return; // the result was faster, or will not cross the transport
  const auto home =
      whom.role <= max_roles ? peers_->connect(static_cast<std::uint32_t>(whom.role), whom.incarnation) : nullptr;
  const bool owed = home && home->in_flight().add(x.header.destination, id, *request);
  if (owed && !(home->down() && home->in_flight().remove(x.header.destination, id)))
    return;
  if (const auto requester = caf::actor_cast<caf::strong_actor_ptr>(*request))
    requester->enqueue(
        caf::make_mailbox_element(nullptr, id, {}, caf::make_error(caf::exit_reason::remote_link_unreachable)), &unit_);
}

void transport::on_message(const arrival& x) {
  caf::strong_actor_ptr sender;
  caf::error trouble;
  caf::mailbox_element_ptr element;
  try {
    element = decode(x, sender, trouble);
  } catch (const std::exception& reason) { // CAF's containers throw on lengths that no memory could hold
    trouble = caf::make_error(problem::malformed, std::string{reason.what()});
  }
  const auto id = caf::make_message_id(x.header.correlation);
  if (id.is_response()) {
    // Usually the sender owes it; after a delegation another peer does.
    if (!x.from || !x.from->in_flight().remove(x.header.destination, id))
      for (const auto& other : peers_->all())
        other->in_flight().remove(x.header.destination, id);
  }
  const auto& local = burst_.local(x.header.destination, [&] {
    return system_.registry().get(x.header.destination);
  });
  if (!trouble && local) {
    local->enqueue(std::move(element), &unit_);
    return;
  }
  if (trouble) {
    malformed_.fetch_add(1, std::memory_order_relaxed);
    log_refused(x.header, system_.render(trouble));
  } else {
    trouble = caf::make_error(caf::exit_reason::remote_link_unreachable); // the actor has ended
  }
  refuse_arrival(x, sender, trouble);
}

/// A request that cannot be handed over is answered; a result that cannot be read still ends its request.
void transport::refuse_arrival(const arrival& x, const caf::strong_actor_ptr& sender, const caf::error& why) {
  const auto id = caf::make_message_id(x.header.correlation);
  if (id.is_request() && sender)
    sender->enqueue(caf::make_mailbox_element(nullptr, id.response_id(), {}, why), &unit_);
  else if (const auto local = system_.registry().get(x.header.destination); id.is_response() && local)
    local->enqueue(caf::make_mailbox_element(nullptr, id, {}, why), &unit_);
}

/// The handle of the sender, if it is an actor of the sending process.
caf::strong_actor_ptr transport::source_of(const arrival& x) {
  if (x.header.source == 0)
    return nullptr;
  return burst_.remote(x.header.sender_incarnation, x.header.source, [&] {
    const auto node =
        x.from ? x.from->node() : make_node(settings_.instance, {x.header.sender_role, x.header.sender_incarnation});
    return proxies_.get_or_put(node, x.header.source);
  });
}

caf::mailbox_element_ptr transport::decode(const arrival& x, caf::strong_actor_ptr& sender, caf::error& trouble) {
  careful_deserializer source{&unit_, x.body};
  const auto id = caf::make_message_id(x.header.correlation);
  if ((x.header.flags & flag_source_inline) != 0) {
    if ((trouble = source(sender)))
      return nullptr;
  } else {
    sender = source_of(x);
  }
  caf::mailbox_element_ptr result;
  if (x.header.operation == operation::generic) {
    std::vector<caf::strong_actor_ptr> stages;
    caf::message content;
    if (!(trouble = source(stages, content)))
      result = caf::make_mailbox_element(sender, id, std::move(stages), std::move(content));
  } else if (x.header.operation == operation::void_result) {
    result = caf::make_mailbox_element(sender, id, {}, caf::message{});
  } else if (x.header.operation == operation::error_result) {
    caf::error reason;
    if (!(trouble = source(reason)))
      result = caf::make_mailbox_element(sender, id, {}, std::move(reason));
  } else if (const auto* known = settings_.codecs.for_operation(x.header.operation)) {
    result = known->load(source, caf::strong_actor_ptr{sender}, id, trouble);
  } else {
    trouble = caf::make_error(problem::malformed, "unknown operation code");
  }
  if (!trouble && source.failed())
    trouble = caf::make_error(problem::malformed, "part of it cannot be read");
  if (!trouble && source.remaining() != 0)
    trouble = caf::make_error(problem::malformed, "bytes are left over");
  return result;
}

} // namespace sluice::shm
