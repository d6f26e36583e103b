// Compares digests, never texts.
#include "actors/application_server/access/token_book.hpp"

namespace sluice::access {

token_book token_book::with(const std::vector<access_token>& all) const {
  token_book out{file_};
  out.loaded_ = true;
  for (const auto& x : all)
    out.tokens_.emplace(x.id, x);
  return out;
}

token_book token_book::with(const access_token& x) const {
  auto out = *this;
  out.tokens_.insert_or_assign(x.id, x);
  return out;
}

std::optional<caller> token_book::owner_of(std::string_view text, wall_time now) const {
  if (same(digest_of(text), file_))
    return holder(file_token_id, now);
  const auto parts = parse_token(text);
  if (!parts)
    return std::nullopt;
  const auto found = tokens_.find(parts->id);
  if (found == tokens_.end() || !same(digest_of(parts->secret), found->second.digest))
    return std::nullopt;
  return holder(parts->id, now);
}

std::optional<caller> token_book::holder(std::string_view id, wall_time now) const {
  if (id == file_token_id)
    return caller{access_role::admin, {}, std::string{file_token_id}, "token file", {}};
  const auto found = tokens_.find(id);
  if (found == tokens_.end() || !found->second.good_at(now))
    return std::nullopt;
  const auto& x = found->second;
  return caller{x.role, x.tenant, x.id, x.label, {}};
}

} // namespace sluice::access
