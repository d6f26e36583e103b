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
std::uint16_t allowed_flags(command x, const export_info& e, bool structured_replies) noexcept {
  const auto fua = (e.flags & send_fua) != 0 ? command_fua : 0;
  const auto no_hole = x == command::write_zeroes ? command_no_hole : 0;
  const auto df = x == command::read && structured_replies ? command_df : 0;
  return static_cast<std::uint16_t>(fua | no_hole | df);
}

/// Which advertised capability a command needs; 0 = none.
std::uint16_t needed_flag(command x) noexcept {
  switch (x) {
  case command::flush:
    return send_flush;
  case command::trim:
    return send_trim;
  case command::write_zeroes:
    return send_write_zeroes;
  default:
    return 0;
  }
}

} // namespace

error judge(const request& x, const export_info& e, bool structured_replies) noexcept {
  const auto what = x.what();
  const auto changes = what == command::write || what == command::trim || what == command::write_zeroes;
  if (what != command::read && what != command::flush && !changes)
    return error::einval;
  if ((x.flags & ~allowed_flags(what, e, structured_replies)) != 0)
    return error::einval;
  if (changes && (e.flags & read_only) != 0)
    return error::eperm;
  if (const auto needed = needed_flag(what); (e.flags & needed) != needed)
    return error::einval;
  if (what == command::flush)
    return error::none; // offset and length mean nothing
  if ((what == command::read || what == command::write) && x.length > e.max_block)
    return error::einval;
  if (x.offset > e.size_bytes || x.length > e.size_bytes - x.offset)
    return what == command::write || what == command::write_zeroes ? error::enospc : error::einval;
  if (x.offset % e.min_block != 0 || x.length % e.min_block != 0)
    return error::einval;
  return error::none;
}

std::size_t write_reply_header(std::byte* to, const request& x, error result, bool structured_replies) noexcept {
  const auto* const begin = to;
  if (!structured_replies || x.what() != command::read) {
    to = store(to, simple_reply_magic);
    to = store(to, static_cast<std::uint32_t>(result));
    to = store(to, x.cookie);
    return static_cast<std::size_t>(to - begin);
  }
  const auto failed = result != error::none;
  const auto type = failed ? chunk::error : x.length == 0 ? chunk::none : chunk::offset_data;
  to = store(to, structured_reply_magic);
  to = store(to, reply_flag_done);
  to = store(to, static_cast<std::uint16_t>(type));
  to = store(to, x.cookie);
  if (type == chunk::error) {
    to = store(to, std::uint32_t{6});
    to = store(to, static_cast<std::uint32_t>(result));
    to = store(to, std::uint16_t{0}); // no text
  } else if (type == chunk::none) {
    to = store(to, std::uint32_t{0});
  } else {
    to = store(to, x.length + 8);
    to = store(to, x.offset);
  }
  return static_cast<std::size_t>(to - begin);
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
