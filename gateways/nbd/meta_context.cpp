// Reads the queries, each with its length before it.
#include "gateways/nbd/meta_context.hpp"

namespace sluice::nbd {

namespace {

/// Takes a string with its length before it off the front of `from`. False if it is not all there, or too long.
bool take_string(std::span<const std::byte>& from, std::string_view& to) noexcept {
  if (from.size() < 4)
    return false;
  const std::size_t size = load<std::uint32_t>(from.data());
  if (size > max_string_bytes || size > from.size() - 4)
    return false;
  to = text_of(from.subspan(4, size));
  from = from.subspan(4 + size);
  return true;
}

} // namespace

bool read_meta_query(std::span<const std::byte> body, meta_query& to) noexcept {
  to = {};
  if (!take_string(body, to.export_name) || body.size() < 4)
    return false;
  to.queries = load<std::uint32_t>(body.data());
  body = body.subspan(4);
  // As many as were announced, and each needs four bytes: the option's own bound ends the loop.
  for (std::uint32_t i = 0; i < to.queries; ++i) {
    std::string_view query;
    if (!take_string(body, query))
      return false;
    to.names_allocation = to.names_allocation || query == allocation_context;
    to.names_base = to.names_base || query == "base:";
  }
  return body.empty();
}

} // namespace sluice::nbd
