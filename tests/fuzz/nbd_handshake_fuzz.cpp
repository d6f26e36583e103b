// Fuzz target: whatever bytes come, in whatever pieces, the handshake reads none that are not there and ends.
// The first byte says how the rest is cut, and whether there is TLS; after STARTTLS the rest is what came through it.
#include "gateways/nbd/handshake.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace {

using namespace sluice::nbd;

struct two_exports final : export_directory {
  std::vector<std::string> names() const override {
    return {"v", "w"};
  }
  bool find(std::string_view name, export_info& to) const override {
    to.name = name;
    to.size_bytes = 1 << 20;
    to.tells_holes = name == "v";
    return name == "v" || name == "w";
  }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  if (size == 0)
    return 0;
  const std::size_t piece = 1 + input[0];
  const std::span<const std::byte> all{reinterpret_cast<const std::byte*>(input + 1), size - 1};
  const two_exports exports;
  const auto mode = static_cast<tls_mode>(input[0] % 3);
  handshake it{exports, mode};
  bool secured = false;
  std::vector<std::byte> out;
  std::size_t at = 0, known = 0;
  auto step = handshake_step::more;
  while (step == handshake_step::more && known < all.size()) {
    known = std::min(all.size(), known + piece);
    for (std::size_t consumed = 1; consumed > 0 && step == handshake_step::more; at += consumed) {
      // A copy of its own, so that reading one byte too many is noticed.
      const std::vector<std::byte> part(all.begin() + static_cast<std::ptrdiff_t>(at),
                                        all.begin() + static_cast<std::ptrdiff_t>(known));
      step = it.receive(part, consumed, out);
      if (consumed > part.size())
        std::abort();
      if (step == handshake_step::secure) {
        // Once, never uncalled for, and nothing that came in clear is left for the encrypted part.
        if (std::exchange(secured, true) || mode == tls_mode::off || consumed != part.size())
          std::abort();
        if (it.agreed().structured_replies || it.agreed().block_status)
          std::abort();
        step = handshake_step::more;
      }
      if (step == handshake_step::chosen && mode == tls_mode::required && !secured)
        std::abort();
      if (step == handshake_step::chosen && it.chosen_name() != "v" && it.chosen_name() != "w")
        std::abort();
      if (step == handshake_step::chosen) {
        const auto agreed = it.agreed();
        if (agreed.block_status && (!agreed.structured_replies || it.chosen_name() != "v"))
          std::abort();
        it.admit(out);
        return 0;
      }
    }
  }
  if (step == handshake_step::ended && it.why().empty())
    std::abort();
  return 0;
}
