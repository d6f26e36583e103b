// Takes the stream apart, character by character.
#include "actors/sluicectl/event_stream.hpp"

#include <charconv>

namespace sluice::ctl {

bool event_reader::read(std::string_view piece, const event_taker& take) {
  for (const char c : piece) {
    if (c == '\n' && after_return_) {
      after_return_ = false;
      continue;
    }
    after_return_ = c == '\r';
    if (c == '\n' || c == '\r') {
      end_line(take);
      continue;
    }
    if (line_.size() + event_.data.size() >= max_event_bytes)
      return false;
    line_ += c;
  }
  return true;
}

void event_reader::end_line(const event_taker& take) {
  const std::string line = std::move(line_);
  line_.clear();
  if (line.empty()) {
    if (has_data_)
      take(event_);
    event_.name.clear(); // the id stays: it is that of the last event that had one
    event_.data.clear();
    has_data_ = false;
    return;
  }
  const std::string_view text = line;
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (value.starts_with(' '))
    value.remove_prefix(1);
  if (name == "event") {
    event_.name = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos)
      event_.id = value;
  } else if (name == "data") {
    if (has_data_)
      event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  } else if (name == "retry") {
    unsigned wanted = 0;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), wanted);
    if (problem == std::errc{} && end == value.data() + value.size())
      pause_ = std::chrono::milliseconds{wanted};
  } // a line that begins with a colon is a comment; what is not known is passed over
}

} // namespace sluice::ctl
