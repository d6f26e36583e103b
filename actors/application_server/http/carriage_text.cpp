// Fills the families of mailboxes, lanes and outboxes.
#include "actors/application_server/http/carriage_text.hpp"

#include "actors/application_server/http/metric_family.hpp"

namespace sluice::http {

namespace {

void about_lanes(const carriage& x, std::vector<prometheus::MetricFamily>& out) {
  auto messages = counter("sluice_shm_messages_total", "Slots that the receiver took with a valid message, per lane.");
  auto bytes = counter("sluice_shm_bytes_total", "Parameter bytes received, per lane.");
  auto recovered = counter("sluice_shm_recovered_slots_total", "Slots freed because their writer had died, per lane.");
  auto refused = counter("sluice_shm_refused_slots_total", "Slots without a valid message, per lane.");
  auto full = counter("sluice_shm_lane_full_total", "Times that a sender found no free slot, per lane.");
  auto used = gauge("sluice_shm_slots_used", "Slots that are not free now, per lane.");
  auto slots = gauge("sluice_shm_slots", "Slots that there are, per lane.");
  auto oldest = gauge("sluice_shm_oldest_message_age_seconds",
                      "Age of the oldest message that waits, per lane; 0 if none waits. Grain: some milliseconds.");
  for (const auto& box : x.mailboxes)
    for (const auto& lane : box.lanes) {
      const labels with{{"receiver", box.receiver}, {"sender", lane.sender}};
      messages.add(lane.messages, with);
      bytes.add(lane.bytes, with);
      recovered.add(lane.recovered, with);
      refused.add(lane.refused, with);
      full.add(lane.full, with);
      used.add(lane.used, with);
      slots.add(lane.slots, with);
      oldest.add(lane.oldest_seconds.value_or(0), with);
    }
  for (auto* one : {&messages, &bytes, &recovered, &refused, &full, &used, &slots, &oldest})
    out.push_back(one->take());
}

void about_outboxes(const carriage& x, std::vector<prometheus::MetricFamily>& out) {
  auto bytes = gauge("sluice_shm_outbox_bytes", "Bytes that wait here for room in the receiver's mailbox.");
  auto dropped =
      counter("sluice_shm_outbox_samples_dropped_total",
              "Samples of the application server dropped at the bound of its outbox, in the receiver's present life.");
  auto refused = counter("sluice_shm_outbox_refused_total",
                         "Requests failed and messages dropped at the bound of the application server's outbox, in the "
                         "receiver's present life.");
  for (const auto& each : x.outboxes) {
    const labels with{{"receiver", each.receiver}};
    bytes.add(each.bytes, with);
    dropped.add(each.samples_dropped, with);
    refused.add(each.refused, with);
  }
  for (auto* one : {&bytes, &dropped, &refused})
    out.push_back(one->take());
}

} // namespace

std::string carriage_text(const carriage& x) {
  std::vector<prometheus::MetricFamily> families;
  auto up = gauge("sluice_shm_mailbox_up", "1 if the receiver of the mailbox is alive.");
  auto beats = counter("sluice_shm_heartbeats_total", "Rounds of the receiver's thread; stands still when it hangs.");
  for (const auto& box : x.mailboxes) {
    up.add(box.up, {{"receiver", box.receiver}});
    if (box.up)
      beats.add(box.heartbeats, {{"receiver", box.receiver}});
  }
  families.push_back(up.take());
  families.push_back(beats.take());
  about_lanes(x, families);
  about_outboxes(x, families);
  families.push_back(counter("sluice_shm_malformed_messages_total",
                             "Messages to the application server that were whole and made no sense.")
                         .add(x.malformed)
                         .take());
  families.push_back(counter("sluice_shm_peer_deaths_total", "Peers of the application server that died or left.")
                         .add(x.deaths)
                         .take());
  families.push_back(counter("sluice_shm_peer_hung_total",
                             "Times that the application server saw a living peer's heartbeat stand still.")
                         .add(x.hung)
                         .take());
  return text_of(std::move(families));
}

} // namespace sluice::http
