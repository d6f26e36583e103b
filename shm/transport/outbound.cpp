// From a CAF message to bytes in a slot, in the sender's thread.
#include "shm/transport/node_identity.hpp"
#include "shm/transport/problem.hpp"
#include "shm/transport/proxy.hpp"
#include "shm/transport/transport.hpp"

#include <caf/binary_serializer.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_execution_unit.hpp>

#include <utility>

namespace sluice::shm {

namespace {

/// A thread's buffer is given back when one large message has made it larger than this.
constexpr std::size_t kept_buffer_bytes = 1u << 20;

importance importance_of(const caf::mailbox_element& what, const codec* known) {
  if (what.mid.is_response())
    return importance::result;
  if (what.mid.is_request())
    return importance::request;
  if (known != nullptr)
    return known->droppable ? importance::droppable : importance::plain;
  const auto& content = what.content();
  return content.size() == 1 && content.match_element<caf::exit_msg>(0) ? importance::control : importance::plain;
}

caf::error why_not(send_result how) {
  switch (how) {
  case send_result::overloaded:
    return caf::make_error(problem::overloaded);
  case send_result::too_large:
    return caf::make_error(problem::too_large);
  default:
    return caf::make_error(caf::exit_reason::remote_link_unreachable);
  }
}

} // namespace

caf::error transport::encode(const caf::mailbox_element& what, message_header& header, importance& class_,
                             std::vector<char>& into) {
  caf::scoped_execution_unit unit{&system_};
  caf::binary_serializer sink{&unit, into};
  header.correlation = what.mid.integer_value();
  header.sender_role = static_cast<std::uint8_t>(own_->self().role());
  header.sender_incarnation = own_->incarnation();
  if (what.sender && what.sender->nid == system_.node()) {
    make_reachable(what.sender);
    header.source = what.sender->aid;
  } else if (what.sender) {
    header.flags |= flag_source_inline;
    auto sender = what.sender;
    if (auto problem = sink(sender))
      return problem;
  }
  const auto& content = what.content();
  const auto* known = what.stages.empty() ? settings_.codecs.for_message(content) : nullptr;
  class_ = importance_of(what, known);
  if (known != nullptr) {
    header.operation = known->operation;
    return known->save(sink, content);
  }
  if (what.stages.empty() && content.empty()) {
    header.operation = operation::void_result;
    return caf::none;
  }
  if (what.stages.empty() && content.size() == 1 && content.match_element<caf::error>(0)) {
    header.operation = operation::error_result;
    auto reason = content.get_as<caf::error>(0);
    return sink(reason);
  }
  header.operation = operation::generic;
  auto stages = what.stages;
  if (auto problem = sink(stages))
    return problem;
  return caf::message::save(sink, content);
}

void transport::ship(peer& home, caf::actor_id destination, caf::mailbox_element& what) {
  static thread_local std::vector<char> buffer;
  buffer.clear();
  message_header header;
  header.destination = destination;
  importance class_ = importance::plain;
  caf::error trouble;
  try {
    trouble = encode(what, header, class_, buffer);
  } catch (const std::exception& reason) {
    trouble = caf::make_error(problem::malformed, std::string{reason.what()});
  }
  if (trouble) {
    malformed_.fetch_add(1, std::memory_order_relaxed);
    refuse(what, trouble);
    return;
  }
  const bool awaited = what.mid.is_request() && header.source != 0;
  if (awaited && !home.in_flight().add(what.sender, what.mid.response_id())) {
    refuse(what, why_not(send_result::overloaded));
    return;
  }
  const auto how = home.send(header, std::as_bytes(std::span{buffer}), class_);
  if (buffer.capacity() > kept_buffer_bytes)
    std::vector<char>{}.swap(buffer);
  after_send(how);
  const bool on_its_way = how == send_result::placed || how == send_result::queued;
  if (on_its_way && !home.down()) {
    if (what.mid.is_request() && !awaited && what.sender)
      say_delegated(home, what);
    return;
  }
  if (awaited) {
    // If it is not there any more, the peer's end has answered it.
    if (home.in_flight().remove(what.sender->aid, what.mid.response_id()))
      refuse(what, why_not(how));
  } else if (what.mid.is_request()) {
    refuse(what, why_not(how));
  } else if (what.mid.is_response() && !on_its_way && !home.down()) {
    // The requester must hear something: a result that cannot go is replaced by the reason, which is small.
    std::vector<char> body;
    caf::scoped_execution_unit unit{&system_};
    caf::binary_serializer sink{&unit, body};
    auto reason = why_not(how);
    if (!sink(reason))
      send_control(home, operation::error_result, destination, header.source, header.correlation,
                   std::as_bytes(std::span{body}));
  }
}

/// Tells the process that asked us who will answer instead of us: it fails the request when that one dies.
void transport::say_delegated(const peer& home, const caf::mailbox_element& what) {
  const auto asked_by = identify(settings_.instance, what.sender->nid);
  if (!asked_by)
    return; // over TCP, where CAF has nobody who would keep it
  const auto requester = peers_->connect(asked_by->role, asked_by->incarnation);
  if (!requester)
    return;
  const delegated_to whom{home.role(), home.incarnation()};
  send_control(*requester, operation::delegated, what.sender->aid, 0, what.mid.response_id().integer_value(),
               std::as_bytes(std::span{&whom, 1}));
}

void transport::send_control(peer& to, std::uint32_t operation, caf::actor_id destination, caf::actor_id source,
                             std::uint64_t correlation, std::span<const std::byte> body) {
  message_header header;
  header.operation = operation;
  header.sender_role = static_cast<std::uint8_t>(own_->self().role());
  header.sender_incarnation = own_->incarnation();
  header.correlation = correlation;
  header.destination = destination;
  header.source = source;
  after_send(to.send(header, body, importance::control));
}

void transport::after_send(send_result how) {
  if (how == send_result::queued)
    courier_->poke();
}

void transport::make_reachable(const caf::strong_actor_ptr& local) {
  // The registry takes an exclusive lock; an actor that sends often is in it already. Ids are never used twice.
  static thread_local std::pair<std::uint64_t, caf::actor_id> last{0, 0};
  const std::pair now{own_->incarnation(), local->aid};
  if (std::exchange(last, now) != now)
    system_.registry().put(local->aid, local);
}

void transport::defer_link(const peer_ptr& home, caf::actor_id remote, caf::strong_actor_ptr local, bool linked) {
  courier_->defer([this, home, remote, local = std::move(local), linked] {
    if (linked)
      make_reachable(local);
    send_control(*home, linked ? operation::link : operation::unlink, remote, local->aid);
  });
}

caf::strong_actor_ptr transport::make_proxy(caf::node_id node, caf::actor_id id) {
  if (!node || id == caf::invalid_actor_id)
    return nullptr;
  const auto who = identify(settings_.instance, node);
  if (!who) { // a TCP peer: BASP's own registry decides; without a route of ours its proxy is dead
    if (!system_.has_middleman())
      return nullptr;
    const auto broker = system_.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
    auto* basp = static_cast<caf::io::basp_broker*>(caf::actor_cast<caf::abstract_actor*>(broker));
    return basp->proxies().get_or_put(node, id);
  }
  const auto home = peers_->connect(who->role, who->incarnation);
  caf::actor_config config;
  auto result = caf::make_actor<proxy, caf::strong_actor_ptr>(id, node, &system_, config, *this, home);
  // A proxy learns of its actor's end because its home tells it.
  if (home)
    send_control(*home, operation::watch, id, 0);
  if (!home || home->down())
    static_cast<caf::actor_proxy*>(caf::actor_cast<caf::abstract_actor*>(result))
        ->kill_proxy(nullptr, caf::make_error(caf::exit_reason::remote_link_unreachable));
  return result;
}

void transport::set_last_hop(caf::node_id*) {
  // for indirect routes, which there are none of
}

} // namespace sluice::shm
