// A batch as bytes, for the spool: numbers of seven bits a byte, texts with their length. Pure; opens no file.
#pragma once

#include "actors/database_manager/store/packed_row.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::store {

/// The sample rows of a batch, with its everything_until; empty if there are none. What follows the rows has no part in
/// it: a full spool may drop it.
[[nodiscard]] std::string rows_to_bytes(const packed_batch& x);

/// The other lines, with everything_until if the batch has no rows; empty if there are none.
[[nodiscard]] std::string rest_to_bytes(const packed_batch& x);

/// The batch of which these are the parts; nothing for what the two above never write. Either may be empty.
[[nodiscard]] std::optional<packed_batch> batch_of_bytes(std::string_view rows, std::string_view rest);

} // namespace sluice::store
