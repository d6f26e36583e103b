// The server's side of the fixed newstyle handshake as a state machine: bytes in, bytes out. Owns no socket.
#pragma once

#include "gateways/nbd/export_info.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::nbd {

/// What the owner of the socket does next.
enum class handshake_step : std::uint8_t {
  more,   ///< send what is in `out`, then feed more bytes
  secure, ///< send what is in `out`, then begin TLS: what is fed from now on came through it
  chosen, ///< the client chose chosen_name(): call admit() or refuse()
  ended,  ///< send what is in `out`, then close; why() says why
};

///   greeting ─▶ client flags ─▶ options ──GO, EXPORT_NAME──▶ chosen ──admit──▶ (transmission)
///                                 │  ▲                          │
///                                 └──┘ LIST, INFO, refusals     └─refuse─▶ options, or ended after EXPORT_NAME
///                                    STARTTLS: secure, once; what was agreed on before is forgotten
///
/// Every byte is input from a stranger: lengths are checked before they are believed, an option longer than
/// `max_option_bytes` ends the handshake. Thread safety: none.
class handshake {
public:
  /// Room for a name and two of the longest queries, or some hundred usual ones; what qemu and libnbd send is far
  /// below. Chosen.
  static constexpr std::size_t max_option_bytes = 3 * max_string_bytes;

  /// A client that sends more options than this is not on its way to a volume. Chosen.
  static constexpr unsigned max_options = 256;

  explicit handshake(const export_directory& exports, tls_mode tls = tls_mode::off) : exports_(exports), tls_(tls) {}

  /// What the server says first.
  static void greet(std::vector<std::byte>& out);

  /// Takes the next complete message from `in`, appends the answer to `out`. `consumed` says how many bytes were used;
  /// zero with `more` means that the message is not complete. Call again until then.
  [[nodiscard]] handshake_step receive(std::span<const std::byte> in, std::size_t& consumed,
                                       std::vector<std::byte>& out);

  /// After `chosen`: the last bytes before transmission.
  void admit(std::vector<std::byte>& out);

  /// After `chosen`: the client may not have it now (a bound is reached).
  [[nodiscard]] handshake_step refuse(std::string_view why, std::vector<std::byte>& out);

  [[nodiscard]] const std::string& chosen_name() const {
    return chosen_name_;
  }
  [[nodiscard]] const export_info& chosen_export() const {
    return chosen_;
  }
  /// After `chosen`.
  [[nodiscard]] negotiated agreed() const {
    return {structured_replies_, structured_replies_ && allocation_selected_ && selected_for_ == chosen_name_};
  }
  /// Something was refused because it came without TLS.
  [[nodiscard]] bool tls_missed() const {
    return tls_missed_;
  }
  /// One sentence for the log; empty while the handshake goes on.
  [[nodiscard]] const std::string& why() const {
    return why_;
  }

private:
  using bytes = std::span<const std::byte>;

  handshake_step client_flags(bytes in, std::size_t& consumed);
  handshake_step one_option(std::uint32_t code, bytes body, std::vector<std::byte>& out);
  handshake_step without_tls(std::uint32_t code, std::vector<std::byte>& out);
  handshake_step start_tls(bytes body, bool more_follows, std::vector<std::byte>& out);
  handshake_step export_name(bytes body);
  handshake_step info_or_go(option code, bytes body, std::vector<std::byte>& out);
  void describe_chosen(option code, bytes wanted, std::vector<std::byte>& out) const;
  handshake_step list(bytes body, std::vector<std::byte>& out);
  handshake_step structured_reply(bytes body, std::vector<std::byte>& out);
  handshake_step meta_context(option code, bytes body, std::vector<std::byte>& out);
  static handshake_step go_on_after(std::vector<std::byte>& out, option code, option_reply type, std::string_view why);
  handshake_step end(std::string why);
  [[nodiscard]] std::uint16_t flags_to_send() const;

  const export_directory& exports_;
  const tls_mode tls_;
  bool secured_ = false; ///< STARTTLS was acknowledged
  bool tls_missed_ = false;
  bool flags_received_ = false;
  bool no_zeroes_ = false;
  bool structured_replies_ = false;
  bool allocation_selected_ = false;
  std::string selected_for_;    ///< the export's name in the last SET_META_CONTEXT
  bool chosen_by_name_ = false; ///< by EXPORT_NAME, which has no way to refuse
  unsigned options_ = 0;
  std::string chosen_name_;
  export_info chosen_;
  std::string why_;
};

} // namespace sluice::nbd
