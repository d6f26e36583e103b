// A mapped mailbox file: created whole by its receiver, or opened and checked by a sender. Knows no messages.
#pragma once

#include "shm/mailslot/failure.hpp"
#include "shm/mailslot/lane.hpp"
#include "shm/mailslot/place.hpp"

#include <boost/interprocess/mapped_region.hpp>

namespace sluice::shm {

/// Move-only. The sizes are copied out of the file once and never read from it again.
class segment {
public:
  /// Makes a fresh mailbox file under a temporary name, 0600, all pages reserved (a full tmpfs is an error here, not a
  /// SIGBUS later), and renames it into place: nobody ever opens half of one, and senders that still map the file of
  /// an earlier life keep a file that nobody reads.
  /// @pre the caller holds the role (participant.hpp), so nobody else creates it.
  [[nodiscard]] static outcome<segment> create(const std::filesystem::path& file, const geometry& sizes,
                                               std::uint32_t role, std::uint64_t incarnation);

  /// Maps the mailbox of `role`. Refuses anything whose version, sizes or role are not what they should be.
  [[nodiscard]] static outcome<segment> open(const std::filesystem::path& file, std::uint32_t role);

  [[nodiscard]] segment_header& header() const {
    return *static_cast<segment_header*>(region_.get_address());
  }
  [[nodiscard]] const geometry& sizes() const {
    return sizes_;
  }
  [[nodiscard]] std::uint64_t incarnation() const {
    return incarnation_;
  }
  /// The lane of sender role `index + 1`. @pre index < sizes().lanes
  [[nodiscard]] lane lane_at(std::uint32_t index) const;

private:
  segment(boost::interprocess::mapped_region region, const geometry& sizes, std::uint64_t incarnation);

  boost::interprocess::mapped_region region_;
  geometry sizes_;
  std::uint64_t incarnation_ = 0;
};

} // namespace sluice::shm
