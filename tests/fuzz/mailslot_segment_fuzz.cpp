// Fuzz target: any bytes in a mailbox's file. A file that makes no sense is refused; in one that is mapped already the
// receiver and a sender keep to the slots, come to an end, and take no more memory than a slot has.
//
// Input: a byte of choices (bit 0: everybody asked about is dead; bit 1: start with an empty lane; bits 2 to 7: bytes
// by which the file is shorter or longer), then patches: offset (2 bytes, little endian), length (1), bytes.
#include "tests/unit/mailslot_fixture.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>

using namespace sluice::shm;
using namespace sluice::shm::test;

namespace {

constexpr geometry sizes{2, 4, 256};
constexpr auto reader = participant::of(1, 0x55'00001);
constexpr auto writer = participant::of(2, 0x77'00001);
constexpr int rounds = 16;

void demand(bool condition) {
  if (!condition)
    std::abort();
}

std::filesystem::path file(const char* name) {
  static const scratch_directory directory;
  return directory.path() / name;
}

void patch(std::byte* segment, std::span<const std::uint8_t> input) {
  while (input.size() >= 3) {
    const auto offset = static_cast<std::size_t>(input[0] | input[1] << 8) % sizes.total_bytes();
    const auto length =
        std::min({static_cast<std::size_t>(input[2]), input.size() - 3, std::size_t{sizes.total_bytes()} - offset});
    std::memcpy(segment + offset, input.data() + 3, length);
    input = input.subspan(3 + length);
  }
}

message_header header_of(std::uint32_t sequence) {
  message_header x;
  x.operation = 100;
  x.sender_role = 2;
  x.sequence = sequence;
  return x;
}

/// What those do who have mapped the mailbox before it became nonsense.
void go_on(inbox& in, outlet& out) {
  message_header header;
  std::vector<std::byte> parameters;
  for (int i = 0; i < rounds; ++i) {
    std::uint32_t taken = 0;
    for (std::uint32_t role = 1; role <= sizes.lanes; ++role)
      for (taken = 0; in.take(role, header, parameters) != take_result::nothing; ++taken) {
        demand(parameters.capacity() <= sizes.capacity());
        demand(taken <= sizes.slots_per_lane);
      }
    static_cast<void>(in.ready());
    in.wait(std::chrono::nanoseconds{0}, std::chrono::nanoseconds{0});
    in.beat();
    static_cast<void>(out.put(header_of(static_cast<std::uint32_t>(i)), {}, bytes_of("after the nonsense")));
    out.notify();
    out.wait_for_room(std::chrono::nanoseconds{0});
    static_cast<void>(out.heartbeat());
  }
}

/// What those do who meet the file.
void meet(std::span<const std::byte> bytes) {
  {
    std::ofstream copy{file("met"), std::ios::binary | std::ios::trunc};
    copy.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  for (std::uint32_t role = 1; role <= 2; ++role) {
    auto opened = segment::open(file("met"), role);
    if (!opened) {
      demand(!opened.why().sentence.empty());
      continue;
    }
    demand(opened->sizes().valid() && opened->sizes().total_bytes() == bytes.size() && opened->incarnation() != 0);
    if (opened->sizes().lanes < writer.role())
      continue;
    outlet out{std::move(*opened), writer};
    static_cast<void>(out.put(header_of(1), {}, bytes_of("to a stranger")));
    out.notify();
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  if (size == 0)
    return 0;
  const auto choices = input[0];
  inbox in{must(segment::create(file("mapped"), sizes, 1, 0x55'00001)), reader, [choices](participant) {
             return (choices & 1) == 0;
           }};
  outlet out{must(segment::open(file("mapped"), 1)), writer};
  if ((choices & 2) == 0)
    for (std::uint32_t i = 0; i < 3; ++i)
      demand(out.put(header_of(i), {}, bytes_of("before the nonsense")));
  auto* const bytes = reinterpret_cast<std::byte*>(&in.mailbox().header());
  patch(bytes, {input + 1, size - 1});
  std::vector<std::byte> copy(bytes, bytes + sizes.total_bytes());
  const auto change = static_cast<int>(choices >> 2) - 32;
  copy.resize((choices >> 2) == 0 ? copy.size()
                                  : static_cast<std::size_t>(static_cast<int>(copy.size()) + change * 129));
  meet(copy);
  go_on(in, out);
  return 0;
}
