// Fills the object.
#include "shm/inspect/json_text.hpp"

#include "shm/inspect/figures.hpp"
#include "shm/inspect/names.hpp"

#include <nlohmann/json.hpp>

namespace sluice::shm::inspect {

namespace {

using json = nlohmann::ordered_json;

template<class T>
json or_null(const std::optional<T>& x) {
  return x ? json(*x) : json(nullptr);
}

json holders(const lane_found& x) {
  auto all = json::array();
  for (const auto& h : x.holders)
    all.push_back({{"slot", h.slot},
                   {"content", name_of(h.content)},
                   {"role_number", h.who.role()},
                   {"life", h.who.life()},
                   {"state", name_of(h.state)}});
  return all;
}

json waiting(const lane_found& x) {
  auto all = json::array();
  for (const auto& w : x.waiting)
    all.push_back({{"code", w.operation}, {"name", operation_name(w.operation)}, {"slots", w.slots}});
  return all;
}

json lane_object(const mailbox_found& box, std::size_t index, const compared_look& x) {
  const auto& from = box.lanes[index];
  json o{{"sender", from.sender_name},
         {"sender_number", from.sender},
         {"slots", box.sizes.slots_per_lane},
         {"used", from.used()},
         {"writing", from.writing},
         {"ready", from.ready},
         {"reading", from.reading},
         {"impossible", from.impossible},
         {"changed_while_read", from.changed},
         {"head", from.head},
         {"tail", from.tail},
         {"head_slot", name_of(from.head_slot)},
         {"oldest_ms", from.oldest ? json(from.oldest->count()) : json(nullptr)},
         {"waiting", waiting(from)},
         {"waiting_others", from.waiting_others},
         {"holders", holders(from)},
         {"holders_not_named", from.holders_not_named},
         {"messages", from.messages},
         {"bytes", from.bytes},
         {"recovered", from.recovered},
         {"refused", from.refused},
         {"full", from.full},
         {"writers_wait", from.writers_wait}};
  if (x.rates != nullptr) {
    const auto rate = rate_of(box, index, x.now.when, x.rates);
    o["messages_per_s"] = rate ? json(rate->messages) : json(nullptr);
    o["bytes_per_s"] = rate ? json(rate->bytes) : json(nullptr);
  }
  return o;
}

json mailbox_object(const mailbox_found& box, const compared_look& x) {
  json o{{"receiver", box.name}, {"file", box.file.string()}, {"layout_version", or_null(box.version)}};
  if (!box.problem.empty()) {
    o["problem"] = box.problem;
    return o;
  }
  o["problem"] = nullptr;
  o["receiver_number"] = box.role;
  o["life"] = box.life();
  o["state"] = name_of(box.state);
  o["since"] = box.since ? json(time_text(*box.since)) : json(nullptr);
  o["slots_per_lane"] = box.sizes.slots_per_lane;
  o["slot_bytes"] = box.sizes.slot_bytes;
  o["heartbeat"] = box.heartbeat;
  o["heartbeat_moved"] = or_null(heartbeat_moved(box, x.beats));
  o["sleeping"] = box.sleeping;
  o["closing"] = box.closing;
  o["lanes"] = json::array();
  for (std::size_t i = 0; i < box.lanes.size(); ++i)
    o["lanes"].push_back(lane_object(box, i, x));
  return o;
}

} // namespace

std::string json_text(const compared_look& x) {
  json o{{"instance", x.now.instance},
         {"directory", x.now.directory.string()},
         {"time", time_text(x.now.when.wall)},
         {"monotonic_ns", x.now.when.monotonic.count()},
         {"layout_version_known", layout_version},
         {"roster_problem", x.now.roster_problem.empty() ? json(nullptr) : json(x.now.roster_problem)}};
  o["roles"] = json::array();
  for (const auto& role : x.now.roles)
    o["roles"].push_back(
        {{"role", role.name}, {"number", role.number}, {"life", role.life}, {"state", name_of(role.state)}});
  o["mailboxes"] = json::array();
  for (const auto& box : x.now.mailboxes)
    if (x.shows(box))
      o["mailboxes"].push_back(mailbox_object(box, x));
  return o.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace sluice::shm::inspect
