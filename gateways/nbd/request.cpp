// The rules of the transmission phase.
#include "gateways/nbd/request.hpp"

#include <cerrno>

namespace sluice::nbd {

bool read_request(const std::byte* from, request& to) noexcept {
  to.flags = load<std::uint16_t>(from + 4);
  to.type = load<std::uint16_t>(from + 6);
  to.cookie = load<std::uint64_t>(from + 8);
  to.offset = load<std::uint64_t>(from + 16);
  to.length = load<std::uint32_t>(from + 24);
  return load<std::uint32_t>(from) == request_magic;
}

namespace {

/// The flags that a command may carry. A server that advertises FUA takes it on every command.
std::uint16_t allowed_flags(command x, const export_info& e, const negotiated& with) noexcept {
  unsigned flags = (e.flags & send_fua) != 0 ? command_fua : 0u;
  if (x == command::read && with.structured_replies)
    flags |= command_df;
  if (x == command::write_zeroes)
    flags |= command_no_hole | ((e.flags & send_fast_zero) != 0 ? command_fast_zero : 0u);
  if (x == command::block_status)
    flags |= command_req_one;
  return static_cast<std::uint16_t>(flags);
}

/// Whether the client may use a command at all: it is known, and was advertised or agreed on.
bool offered(command x, const export_info& e, const negotiated& with) noexcept {
  switch (x) {
  case command::read:
  case command::write:
    return true;
  case command::flush:
    return (e.flags & send_flush) != 0;
  case command::trim:
    return (e.flags & send_trim) != 0;
  case command::cache:
    return (e.flags & send_cache) != 0;
  case command::write_zeroes:
    return (e.flags & send_write_zeroes) != 0;
  case command::block_status:
    return with.block_status;
  case command::disc:
    break;
  }
  return false;
}

bool changes(command x) noexcept {
  return x == command::write || x == command::trim || x == command::write_zeroes;
}

/// Begins a chunk that is the whole reply.
std::byte* store_chunk(std::byte* to, const request& x, chunk type, std::uint32_t payload_bytes) noexcept {
  to = store(to, structured_reply_magic);
  to = store(to, reply_flag_done);
  to = store(to, static_cast<std::uint16_t>(type));
  to = store(to, x.cookie);
  return store(to, payload_bytes);
}

std::byte* store_error_chunk(std::byte* to, const request& x, const outcome& how) noexcept {
  const auto placed = how.failed_at < x.length; // a place must lie within the request
  to = store_chunk(to, x, placed ? chunk::error_offset : chunk::error, placed ? 14 : 6);
  to = store(to, static_cast<std::uint32_t>(how.result));
  to = store(to, std::uint16_t{0}); // no text
  return placed ? store(to, x.offset + how.failed_at) : to;
}

} // namespace

error judge(const request& x, const export_info& e, const negotiated& with) noexcept {
  const auto what = x.what();
  if (changes(what) && (e.flags & read_only) != 0 && (x.flags & ~allowed_flags(what, e, with)) == 0)
    return error::eperm;
  if (!offered(what, e, with) || (x.flags & ~allowed_flags(what, e, with)) != 0)
    return error::einval;
  if (what == command::flush)
    return error::none; // offset and length mean nothing
  if ((what == command::read || what == command::write) && x.length > e.max_block)
    return error::einval;
  if (what == command::block_status && x.length == 0)
    return error::einval; // its answer has at least one extent, and no extent is empty
  if (x.offset > e.size_bytes || x.length > e.size_bytes - x.offset)
    return what == command::write || what == command::write_zeroes ? error::enospc : error::einval;
  if (x.offset % e.min_block != 0 || x.length % e.min_block != 0)
    return error::einval;
  return error::none;
}

error answer_to(const request& x, int errno_value) noexcept {
  const auto result = to_error(errno_value);
  const auto fast = x.what() == command::write_zeroes && (x.flags & command_fast_zero) != 0;
  return (result == error::enotsup && !fast) || result == error::eoverflow ? error::einval : result;
}

std::size_t write_reply_header(std::byte* to, const request& x, const outcome& how, const negotiated& with) noexcept {
  const auto* const begin = to;
  if (with.structured_replies && how.result != error::none) {
    to = store_error_chunk(to, x, how);
  } else if (with.structured_replies && x.what() == command::read) {
    to = store_chunk(to, x, x.length == 0 ? chunk::none : chunk::offset_data, x.length == 0 ? 0 : x.length + 8);
    to = x.length == 0 ? to : store(to, x.offset);
  } else if (with.structured_replies && x.what() == command::block_status) {
    to = store_chunk(to, x, chunk::block_status, static_cast<std::uint32_t>(4 + descriptor_bytes * how.extents));
    to = store(to, allocation_context_id);
  } else {
    to = store(to, simple_reply_magic);
    to = store(to, static_cast<std::uint32_t>(how.result));
    to = store(to, x.cookie);
  }
  return static_cast<std::size_t>(to - begin);
}

std::byte* store_descriptor(std::byte* to, std::uint32_t length_bytes, bool hole, bool zero) noexcept {
  to = store(to, length_bytes);
  return store(to, (hole ? state_hole : 0u) | (zero ? state_zero : 0u));
}

error to_error(int errno_value) noexcept {
  switch (errno_value) {
  case 0:
    return error::none;
  case EPERM:
  case EROFS:
  case EACCES:
    return error::eperm;
  case ENOMEM:
    return error::enomem;
  case EINVAL:
    return error::einval;
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    return error::enospc;
  case EOVERFLOW:
    return error::eoverflow;
  case EOPNOTSUPP:
    return error::enotsup;
  case ESHUTDOWN:
    return error::eshutdown;
  default:
    return error::eio;
  }
}

} // namespace sluice::nbd
