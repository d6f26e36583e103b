// Publishing, asking and answering names. The tables are in name_table.hpp.
#include "shm/transport/arrival.hpp"
#include "shm/transport/careful_deserializer.hpp"
#include "shm/transport/problem.hpp"
#include "shm/transport/transport.hpp"

#include <caf/binary_serializer.hpp>
#include <caf/scoped_execution_unit.hpp>

namespace sluice::shm {

namespace {

/// Longer names are not looked up.
constexpr std::size_t max_name_bytes = 128;

caf::error unreachable(const failure& why) {
  const bool absent = why.kind == failure_kind::absent || why.kind == failure_kind::dead;
  return caf::make_error(absent ? problem::not_running : problem::unusable, why.sentence);
}

} // namespace

void transport::publish(const std::string& name, const caf::strong_actor_ptr& who) {
  names_.publish(name, who);
}

void transport::resolve(const std::string& role, const std::string& name, interface wanted, resolve_callback answer) {
  failure why;
  const auto home = peers_->connect(peers_->role_number(role), 0, &why);
  if (!home) {
    answer(unreachable(why));
    return;
  }
  const auto number = names_.ask({home->role(), home->incarnation(), std::move(wanted), std::move(answer)});
  message_header header;
  header.operation = operation::resolve;
  header.sender_role = static_cast<std::uint8_t>(own_->self().role());
  header.sender_incarnation = own_->incarnation();
  header.correlation = number;
  const auto how = home->send(header, std::as_bytes(std::span{name}), importance::request);
  after_send(how);
  const bool on_its_way = (how == send_result::placed || how == send_result::queued) && !home->down();
  if (on_its_way)
    return;
  // Its watch may have answered already: whoever takes the question out answers it.
  if (auto question = names_.take(number))
    question->answer(caf::make_error(how == send_result::overloaded ? problem::overloaded : problem::not_running));
}

void transport::on_resolve(const arrival& x) {
  caf::strong_actor_ptr found;
  if (x.body.size() <= max_name_bytes)
    found = names_.find(std::string{reinterpret_cast<const char*>(x.body.data()), x.body.size()});
  std::vector<char> body;
  if (found) {
    make_reachable(found);
    caf::scoped_execution_unit unit{&system_};
    caf::binary_serializer sink{&unit, body};
    auto signatures = found->get()->message_types();
    if (sink(signatures))
      found = nullptr;
  }
  send_control(*x.from, operation::resolved, 0, found ? found->id() : 0, x.header.correlation,
               std::as_bytes(std::span{body}));
}

void transport::on_resolved(const arrival& x) {
  auto question = names_.take(x.header.correlation);
  if (!question)
    return;
  if (x.header.source == 0) {
    question->answer(caf::make_error(problem::not_published));
    return;
  }
  interface offered;
  careful_deserializer source{&unit_, x.body};
  if (source(offered)) {
    question->answer(caf::make_error(problem::malformed));
    return;
  }
  if (!question->wanted.empty() && !system_.assignable(offered, question->wanted)) {
    question->answer(caf::make_error(problem::other_interface));
    return;
  }
  auto found = proxies_.get_or_put(x.from->node(), x.header.source);
  if (found)
    question->answer(std::move(found));
  else
    question->answer(caf::make_error(problem::not_running));
}

} // namespace sluice::shm
