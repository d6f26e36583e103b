// The sender of webhooks as a program: events from standard input, one `KIND SUBJECT TEXT` per line, to the receivers
// that are named on the command line. `figures` prints the metrics; the end of the input ends it as the server ends.
#include "actors/application_server/webhook_sender.hpp"

#include <chrono>
#include <iostream>
#include <mutex>
#include <sstream>

using namespace sluice;

namespace {

constexpr const char* names[] = {"delivered", "failing", "working", "given_up", "dropped", "stopped", "unsent"};

std::mutex output; // the sender's thread writes, too

void say(const std::string& line) {
  const std::lock_guard hold{output};
  std::cout << line << std::endl;
}

/// NAME=URL; all with the same secret, time-out and every kind of event.
webhook read_webhook(const std::string& text, const std::string& secret, duration time_out) {
  const auto equals = text.find('=');
  webhook x;
  x.what.name = text.substr(0, equals);
  x.what.url = text.substr(equals + 1);
  x.what.time_out = time_out;
  for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(event_kind::evidence_broken); ++i)
    x.what.kinds.insert(static_cast<event_kind>(i));
  x.secret = std::make_shared<const webhooks::signing_secret>(secret);
  return x;
}

} // namespace

/// usage: sluice-test-webhooks SECRET TIME_OUT_MS NAME=URL...
int main(int argc, char** argv) {
  if (argc < 4)
    return 2;
  const duration time_out = std::chrono::milliseconds{std::stoi(argv[2])};
  std::vector<webhook> all;
  for (int i = 3; i < argc; ++i)
    all.push_back(read_webhook(argv[i], argv[1], time_out));
  webhook_settings settings;
  settings.run = "run";
  settings.tell = [](const webhook_news& x) {
    say(std::string{"news "} + names[static_cast<std::size_t>(x.what)] + ' ' + x.webhook + ' '
        + std::to_string(x.deliveries) + ' ' + x.text);
  };
  webhook_sender sender{std::move(all), std::move(settings)};
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "figures") {
      say(webhooks::text_of(sender.figures()) + "end");
      continue;
    }
    std::istringstream in{line};
    std::string kind;
    event x;
    in >> kind >> x.subject >> std::ws;
    std::getline(in, x.text);
    const auto known = webhooks::parse_event_kind(kind);
    if (!known)
      return 2;
    x.kind = *known;
    x.at = wall_time{1'795'361'830'250'000};
    sender.take(x);
  }
  sender.stop(std::chrono::seconds{2});
  return 0;
}
