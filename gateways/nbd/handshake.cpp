// Answers a client's options.
#include "gateways/nbd/handshake.hpp"

#include "gateways/nbd/meta_context.hpp"

#include <utility>

namespace sluice::nbd {

namespace {

/// Appends the header of an option reply that carries `size` bytes.
void reply(std::vector<std::byte>& out, std::uint32_t code, option_reply type, std::size_t size) {
  append(out, option_reply_magic);
  append(out, code);
  append(out, static_cast<std::uint32_t>(type));
  append(out, static_cast<std::uint32_t>(size));
}

void reply_text(std::vector<std::byte>& out, std::uint32_t code, option_reply type, std::string_view text) {
  reply(out, code, type, text.size());
  append_text(out, text);
}

void reply_text(std::vector<std::byte>& out, option code, option_reply type, std::string_view text) {
  reply_text(out, static_cast<std::uint32_t>(code), type, text);
}

} // namespace

void handshake::greet(std::vector<std::byte>& out) {
  append(out, greeting_magic);
  append(out, option_magic);
  append(out, static_cast<std::uint16_t>(flag_fixed_newstyle | flag_no_zeroes));
}

handshake_step handshake::end(std::string why) {
  why_ = std::move(why);
  return handshake_step::ended;
}

handshake_step handshake::go_on_after(std::vector<std::byte>& out, option code, option_reply type,
                                      std::string_view why) {
  reply_text(out, code, type, why);
  return handshake_step::more;
}

handshake_step handshake::receive(bytes in, std::size_t& consumed, std::vector<std::byte>& out) {
  consumed = 0;
  if (!flags_received_)
    return client_flags(in, consumed);
  if (in.size() < 8)
    return handshake_step::more;
  if (load<std::uint64_t>(in.data()) != option_magic)
    return end("an option without its magic number");
  if (in.size() < option_header_bytes)
    return handshake_step::more;
  const auto code = load<std::uint32_t>(in.data() + 8);
  const auto size = load<std::uint32_t>(in.data() + 12);
  if (size > max_option_bytes) {
    consumed = in.size();
    if (code != static_cast<std::uint32_t>(option::export_name))
      reply_text(out, code, option_reply::err_too_big, "option too long");
    return end("an option of " + std::to_string(size) + " bytes");
  }
  if (in.size() < option_header_bytes + size)
    return handshake_step::more;
  consumed = option_header_bytes + size;
  if (++options_ > max_options)
    return end("more than " + std::to_string(max_options) + " options");
  const auto body = in.subspan(option_header_bytes, size);
  if (code == static_cast<std::uint32_t>(option::starttls))
    return start_tls(body, in.size() > consumed, out);
  if (tls_ == tls_mode::required && !secured_ && code != static_cast<std::uint32_t>(option::abort))
    return without_tls(code, out);
  return one_option(code, body, out);
}

handshake_step handshake::client_flags(bytes in, std::size_t& consumed) {
  if (in.size() < client_flags_bytes)
    return handshake_step::more;
  consumed = client_flags_bytes;
  const auto flags = load<std::uint32_t>(in.data());
  if ((flags & flag_fixed_newstyle) == 0)
    return end("the client does not speak fixed newstyle");
  if ((flags & ~std::uint32_t{flag_fixed_newstyle | flag_no_zeroes}) != 0)
    return end("unknown client flags");
  no_zeroes_ = (flags & flag_no_zeroes) != 0;
  flags_received_ = true;
  return handshake_step::more;
}

handshake_step handshake::one_option(std::uint32_t code, bytes body, std::vector<std::byte>& out) {
  switch (static_cast<option>(code)) {
  case option::export_name:
    return export_name(body);
  case option::abort:
    reply(out, code, option_reply::ack, 0);
    return end("the client gave up");
  case option::list:
    return list(body, out);
  case option::info:
  case option::go:
    return info_or_go(static_cast<option>(code), body, out);
  case option::structured_reply:
    return structured_reply(body, out);
  case option::list_meta_context:
  case option::set_meta_context:
    return meta_context(static_cast<option>(code), body, out);
  case option::starttls: // receive() has seen to it
    break;
  }
  reply_text(out, code, option_reply::err_unsup, "option not supported");
  return handshake_step::more;
}

handshake_step handshake::without_tls(std::uint32_t code, std::vector<std::byte>& out) {
  tls_missed_ = true;
  if (code == static_cast<std::uint32_t>(option::export_name))
    return end("TLS is required"); // this option cannot be refused in another way
  reply_text(out, code, option_reply::err_tls_reqd, "TLS is required");
  return handshake_step::more;
}

/// @param more_follows the client sent something behind the option without waiting for the answer
handshake_step handshake::start_tls(bytes body, bool more_follows, std::vector<std::byte>& out) {
  if (tls_ == tls_mode::off)
    return go_on_after(out, option::starttls, option_reply::err_policy, "TLS is switched off");
  if (secured_)
    return go_on_after(out, option::starttls, option_reply::err_invalid, "TLS has begun already");
  if (!body.empty())
    return go_on_after(out, option::starttls, option_reply::err_invalid, "STARTTLS carries nothing");
  // Whoever can write into the clear part of the connection could otherwise put options into the encrypted part.
  if (more_follows)
    return end("bytes in clear behind STARTTLS");
  secured_ = true;
  structured_replies_ = allocation_selected_ = false;
  selected_for_.clear();
  chosen_name_.clear();
  chosen_ = {};
  reply(out, static_cast<std::uint32_t>(option::starttls), option_reply::ack, 0);
  return handshake_step::secure;
}

handshake_step handshake::export_name(bytes body) {
  chosen_name_ = text_of(body);
  chosen_by_name_ = true;
  if (body.size() > max_string_bytes || !exports_.find(chosen_name_, chosen_))
    return end("no such export");
  return handshake_step::chosen;
}

handshake_step handshake::list(bytes body, std::vector<std::byte>& out) {
  if (!body.empty())
    return go_on_after(out, option::list, option_reply::err_invalid, "LIST carries nothing");
  for (const auto& name : exports_.names()) {
    reply(out, static_cast<std::uint32_t>(option::list), option_reply::server, 4 + name.size());
    append(out, static_cast<std::uint32_t>(name.size()));
    append_text(out, name);
  }
  reply(out, static_cast<std::uint32_t>(option::list), option_reply::ack, 0);
  return handshake_step::more;
}

handshake_step handshake::info_or_go(option code, bytes body, std::vector<std::byte>& out) {
  const auto invalid = [&](std::string_view what) {
    return go_on_after(out, code, option_reply::err_invalid, what);
  };
  if (body.size() < 6)
    return invalid("too short");
  const std::size_t name_size = load<std::uint32_t>(body.data());
  if (name_size > max_string_bytes || name_size > body.size() - 6)
    return invalid("the name is longer than the option");
  const auto requests = body.subspan(4 + name_size);
  const std::size_t count = load<std::uint16_t>(requests.data());
  if (requests.size() != 2 + 2 * count)
    return invalid("the number of information requests does not fit the option");
  chosen_name_ = text_of(body.subspan(4, name_size));
  if (!exports_.find(chosen_name_, chosen_))
    return go_on_after(out, code, option_reply::err_unknown, "no such export");
  describe_chosen(code, requests.subspan(2), out);
  if (code == option::go) {
    chosen_by_name_ = false;
    return handshake_step::chosen;
  }
  reply(out, static_cast<std::uint32_t>(code), option_reply::ack, 0);
  return handshake_step::more;
}

void handshake::describe_chosen(option code, bytes wanted, std::vector<std::byte>& out) const {
  const auto number = static_cast<std::uint32_t>(code);
  reply(out, number, option_reply::info, 12);
  append(out, static_cast<std::uint16_t>(info_type::export_));
  append(out, chosen_.size_bytes);
  append(out, flags_to_send());
  bool sizes_told = false, name_told = false; // each once, however often it is asked for
  for (; !wanted.empty(); wanted = wanted.subspan(2)) {
    const auto what = static_cast<info_type>(load<std::uint16_t>(wanted.data()));
    if (what == info_type::block_size && !std::exchange(sizes_told, true)) {
      reply(out, number, option_reply::info, 14);
      append(out, static_cast<std::uint16_t>(what));
      append(out, chosen_.min_block);
      append(out, chosen_.preferred_block);
      append(out, chosen_.max_block);
    } else if (what == info_type::name && !std::exchange(name_told, true)) {
      reply(out, number, option_reply::info, 2 + chosen_.name.size());
      append(out, static_cast<std::uint16_t>(what));
      append_text(out, chosen_.name);
    }
  }
}

handshake_step handshake::structured_reply(bytes body, std::vector<std::byte>& out) {
  if (!body.empty())
    return go_on_after(out, option::structured_reply, option_reply::err_invalid, "STRUCTURED_REPLY carries nothing");
  structured_replies_ = true;
  reply(out, static_cast<std::uint32_t>(option::structured_reply), option_reply::ack, 0);
  return handshake_step::more;
}

handshake_step handshake::meta_context(option code, bytes body, std::vector<std::byte>& out) {
  const auto setting = code == option::set_meta_context;
  if (setting)
    allocation_selected_ = false; // replaced in any case, also when this fails
  if (!structured_replies_)
    return go_on_after(out, code, option_reply::err_invalid, "structured replies come first");
  meta_query query;
  if (!read_meta_query(body, query))
    return go_on_after(out, code, option_reply::err_invalid, "the lengths of the queries do not fit the option");
  export_info found;
  if (!exports_.find(query.export_name, found))
    return go_on_after(out, code, option_reply::err_unknown, "no such export");
  if (found.tells_holes && (setting ? selects_allocation(query) : lists_allocation(query))) {
    reply(out, static_cast<std::uint32_t>(code), option_reply::meta_context, 4 + allocation_context.size());
    append(out, setting ? allocation_context_id : std::uint32_t{0}); // LIST has no numbers
    append_text(out, allocation_context);
    if (setting) {
      allocation_selected_ = true;
      selected_for_ = query.export_name;
    }
  }
  reply(out, static_cast<std::uint32_t>(code), option_reply::ack, 0);
  return handshake_step::more;
}

std::uint16_t handshake::flags_to_send() const {
  return static_cast<std::uint16_t>(chosen_.flags | (structured_replies_ ? send_df : 0));
}

void handshake::admit(std::vector<std::byte>& out) {
  if (!chosen_by_name_)
    return reply(out, static_cast<std::uint32_t>(option::go), option_reply::ack, 0);
  append(out, chosen_.size_bytes);
  append(out, flags_to_send());
  if (!no_zeroes_)
    out.insert(out.end(), export_name_padding_bytes, std::byte{0});
}

handshake_step handshake::refuse(std::string_view why, std::vector<std::byte>& out) {
  if (chosen_by_name_)
    return end(std::string{why});
  reply_text(out, option::go, option_reply::err_policy, why);
  return handshake_step::more;
}

} // namespace sluice::nbd
