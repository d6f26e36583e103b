// How a receiver knows that a delivery is ours, and recent. Knows no clock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::webhooks {

/// Shared by this server and one receiver; wiped from memory at the end.
class signing_secret {
public:
  explicit signing_secret(std::string text) : text_(std::move(text)) {}
  ~signing_secret();
  signing_secret(const signing_secret&) = delete;
  signing_secret& operator=(const signing_secret&) = delete;

  /// `v1=` and HMAC-SHA-256 over the time, a point and the body, as hexadecimal digits.
  /// @param at when it is sent [s since 1970]; travels beside the body, so that a receiver can refuse what is old
  [[nodiscard]] std::string sign(std::int64_t at, std::string_view body) const;

private:
  std::string text_;
};

} // namespace sluice::webhooks
