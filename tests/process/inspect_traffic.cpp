// One side of traffic through a mailbox, as a process, for the inspector's tests: a receiver that checks every
// message's place in the sequence and its contents, or a sender. No actors. Told what to do line by line on standard
// input.
#include "shm/mailslot/inbox.hpp"
#include "shm/mailslot/outlet.hpp"
#include "shm/mailslot/participant.hpp"

#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include <sys/prctl.h>

namespace sluice::shm::test {
namespace {

constexpr auto pause = std::chrono::milliseconds{1};

/// Parameters of message number `n`: length and bytes follow from it.
std::vector<std::byte> contents_of(std::uint64_t n) {
  return {16 + n % 100, static_cast<std::byte>(n * 7)};
}

/// Takes, unless told to pause, until told to stop; then says how many there were and how many were not as sent.
int receive(const membership& own, const place& where, const std::string& name, std::uint32_t slots) {
  auto mailbox = segment::create(where.segment(name), {4, slots, 256}, own.self().role(), own.incarnation());
  if (!mailbox)
    throw std::runtime_error{mailbox.why().sentence};
  inbox in{std::move(*mailbox), own.self(), [&](participant x) {
             return own.alive(x);
           }};
  std::uint64_t taken = 0;
  std::uint64_t wrong = 0;
  std::atomic<bool> paused{false};
  std::atomic<bool> stop{false};
  std::thread taker{[&] {
    message_header header;
    std::vector<std::byte> parameters;
    std::map<std::uint64_t, std::uint32_t> next; // by sender's incarnation
    while (!stop) {
      in.beat();
      bool any = false;
      for (std::uint32_t role = 1; !paused && role <= 4; ++role)
        if (const auto result = in.take(role, header, parameters); result == take_result::message) {
          any = true;
          ++taken;
          if (header.sequence != next[header.sender_incarnation]++ || parameters != contents_of(header.sequence))
            ++wrong;
        }
      if (!any)
        in.wait(std::chrono::milliseconds{20}, {});
    }
  }};
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line) && line != "stop";) {
    paused = line == "pause"; // or "go"
    std::cout << "done" << std::endl;
  }
  stop = true;
  in.wake();
  taker.join();
  std::cout << taken << " " << wrong << std::endl;
  return 0;
}

/// "send N": N messages; "claim": takes a slot and keeps it; "spoil": a message that is not what its checksum says.
int send(const membership& own, const place& where, const std::string& to, std::uint32_t to_role) {
  auto mailbox = segment::open(where.segment(to), to_role);
  if (!mailbox)
    throw std::runtime_error{mailbox.why().sentence};
  outlet out{std::move(*mailbox), own.self()};
  const auto lane = out.mailbox().lane_at(own.self().role() - 1);
  message_header header;
  header.operation = 130;
  header.sender_role = static_cast<std::uint8_t>(own.self().role());
  header.sender_incarnation = own.incarnation();
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line) && line != "stop";) {
    std::uint64_t many = 0;
    if (line.starts_with("send "))
      std::from_chars(line.data() + 5, line.data() + line.size(), many);
    for (; many > 0; --many, ++header.sequence) {
      const auto contents = contents_of(header.sequence);
      header.placed_ms = static_cast<std::uint32_t>(
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
              .count());
      while (!out.put(header, {}, contents)) {
        out.notify();
        std::this_thread::sleep_for(pause);
      }
      out.notify();
    }
    if (line == "claim")
      static_cast<void>(claim(lane, own.self()));
    if (line == "spoil")
      if (const auto t = claim(lane, own.self())) {
        lane.at(*t).header = header; // no checksum
        publish(lane, *t, own.self());
        out.notify();
      }
    std::cout << "done" << std::endl;
  }
  return 0;
}

int run(const std::vector<std::string>& words) {
  if (words.size() != 6)
    throw std::runtime_error{"usage: DIRECTORY INSTANCE receive|send ROLE NUMBER SLOTS|RECEIVER"};
  const place where{words[0], words[1]};
  const auto number = static_cast<std::uint32_t>(std::stoul(words[4]));
  auto own = membership::join(where, number, words[3]);
  if (!own)
    throw std::runtime_error{own.why().sentence};
  if (words[2] == "receive")
    return receive(*own, where, words[3], static_cast<std::uint32_t>(std::stoul(words[5])));
  const auto colon = words[5].find(':'); // ROLE:NUMBER
  return send(*own, where, words[5].substr(0, colon),
              static_cast<std::uint32_t>(std::stoul(words[5].substr(colon + 1))));
}

} // namespace
} // namespace sluice::shm::test

int main(int argc, char** argv) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL); // no test leaves a process behind
  try {
    return sluice::shm::test::run({argv + 1, argv + argc});
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << "\n";
    return 3;
  }
}
