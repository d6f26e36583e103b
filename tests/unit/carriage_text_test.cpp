// What /metrics says of the messages between the processes.
#include "actors/application_server/http/carriage_text.hpp"

#include <string>
#include <utility>

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::http;

TEST_CASE("metrics of the carriage name each lane, its waiting messages and what was lost") {
  carriage x;
  x.mailboxes = {{"sla-core", true, 12, {{"application-server", 5, 600, 1, 2, 3, 4, 256, 0.25}}},
                 {"database-manager", false, 0, {}}};
  x.outboxes = {{"sla-core", 70, 8, 9}};
  x.malformed = 10;
  x.deaths = 11;
  x.hung = 13;
  const auto text = carriage_text(x);
  const std::string lane = "{receiver=\"sla-core\",sender=\"application-server\"} ";
  for (const auto& line :
       {"sluice_shm_mailbox_up{receiver=\"sla-core\"} 1\n", "sluice_shm_mailbox_up{receiver=\"database-manager\"} 0\n",
        "sluice_shm_heartbeats_total{receiver=\"sla-core\"} 12\n",
        "sluice_shm_outbox_bytes{receiver=\"sla-core\"} 70\n",
        "sluice_shm_outbox_samples_dropped_total{receiver=\"sla-core\"} 8\n",
        "sluice_shm_outbox_refused_total{receiver=\"sla-core\"} 9\n", "sluice_shm_malformed_messages_total 10\n",
        "sluice_shm_peer_deaths_total 11\n", "sluice_shm_peer_hung_total 13\n", "# TYPE sluice_shm_slots_used gauge\n",
        "# TYPE sluice_shm_messages_total counter\n"})
    CHECK_MESSAGE(text.find(line) != std::string::npos, line);
  for (const auto& [name, value] : {std::pair{"messages_total", "5\n"},
                                    {"bytes_total", "600\n"},
                                    {"recovered_slots_total", "1\n"},
                                    {"refused_slots_total", "2\n"},
                                    {"lane_full_total", "3\n"},
                                    {"slots_used", "4\n"},
                                    {"slots", "256\n"},
                                    {"oldest_message_age_seconds", "0.25\n"}})
    CHECK_MESSAGE(text.find("sluice_shm_" + std::string{name} + lane + value) != std::string::npos, name);
  CHECK(text.find("heartbeats_total{receiver=\"database-manager\"}") == std::string::npos);
}
