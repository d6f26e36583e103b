// Where PostgreSQL is and who we are to it: the URL of the configuration and the secret from its own file. Pure but for
// reading that file; never connects.
#pragma once

#include "actors/database_manager/store/outcome.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace sluice::store {

/// What is wrong with the URL of a configuration, in one sentence; empty = nothing. Accepts `postgresql://…`,
/// `postgres://…` and libpq's `keyword=value …`. A password in it is refused: it would be seen in the file, in the
/// arguments and in error messages.
[[nodiscard]] std::string problem_with_url(std::string_view url);

/// The first line of a secret file. Fails, without quoting its contents, when it cannot be read or is empty.
[[nodiscard]] outcome<std::string> read_secret(const std::filesystem::path& file);

/// True if other users of the machine may read the file.
[[nodiscard]] bool readable_by_others(const std::filesystem::path& file) noexcept;

/// `url` with the password (if not empty), the connection time-out [whole seconds, at least 2] and our settings for
/// dead TCP peers appended. The result holds a secret: never log it. @pre problem_with_url(url).empty()
[[nodiscard]] std::string connection_string(std::string_view url, std::string_view password,
                                            std::chrono::seconds connect_timeout);

/// One sentence for a refused or failed connection, from libpq's own words, which are put on one line, without the
/// password that connection_string put last.
[[nodiscard]] std::string connect_problem(std::string_view libpq_text);

} // namespace sluice::store
