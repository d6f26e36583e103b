// The sentences.
#include "actors/domain/explanation.hpp"

#include "actors/domain/quantity.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace sluice {

namespace {

std::string iops(std::uint64_t x) {
  return std::to_string(x) + " IOPS";
}

/// "24 requests in flight, 500 IOPS and 10MB/s".
std::string allowed(const allowance& x) {
  std::string text;
  const auto add = [&](const std::string& one) {
    text += (text.empty() ? "" : ", ") + one;
  };
  if (x.depth != 0)
    add(std::to_string(x.depth) + (x.depth == 1 ? " request" : " requests") + " in flight");
  if (!x.iops.unlimited())
    add(iops(x.iops.per_second));
  if (!x.bandwidth.unlimited())
    add(bandwidth_text(x.bandwidth));
  return text;
}

/// RFC 3339 without the fraction of a second, up to the year 9999.
std::string time_text(wall_time x) {
  constexpr std::int64_t last_us = 253'402'300'799'000'000;
  const std::chrono::seconds whole{std::clamp<std::int64_t>(x.unix_us, 0, last_us) / 1'000'000};
  const auto days = std::chrono::floor<std::chrono::days>(whole);
  const std::chrono::year_month_day date{std::chrono::sys_days{days}};
  const std::chrono::hh_mm_ss time{whole - days};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

} // namespace

std::string end_condition(const reason& x) {
  const auto rest = duration_text(x.rest < duration::zero() ? duration::zero() : x.rest);
  switch (x.rule) {
  case throttle_rule::none:
    return {};
  case throttle_rule::limit:
    return "It ends " + rest + " after the stream last reached this limit.";
  case throttle_rule::protection:
  case throttle_rule::share:
    return "It ends " + rest + " after the stream last had as many requests as it may.";
  case throttle_rule::capacity:
    return "It ends when the backend gives what is promised and asked for, or " + rest
           + " after the stream last had as many requests as it may.";
  case throttle_rule::override_:
    return x.until.unix_us == 0 ? "It ends when the order is taken back."
                                : "It ends at " + time_text(x.until) + ", or when the order is taken back.";
  }
  return {};
}

std::string to_sentence(const throttle& x) {
  const auto held = allowed(x.now);
  if (x.why.rule == throttle_rule::none)
    return x.why.observed ? "Nothing would hold this stream back." : to_sentence(x.why);
  auto text = (x.why.observed ? "Would be held to " : "Held to ") + (held.empty() ? "nothing yet" : held) + ". ";
  text += to_sentence(x.why);
  if (x.why.part != 0)
    text += " Of the capacity " + iops(x.why.part) + " are for it.";
  return text + ' ' + end_condition(x.why);
}

std::string_view to_string(freedom x) noexcept {
  switch (x) {
  case freedom::no_agreement_there:
    return "no-agreement-there";
  case freedom::within_promise:
    return "within-promise";
  case freedom::backend_not_full:
    return "backend-not-full";
  case freedom::unknown:
    return "unknown";
  }
  return "invalid";
}

freedom why_free(const free_stream& x) noexcept {
  if (!x.backend_has_agreements)
    return freedom::no_agreement_there;
  if (!x.decided)
    return freedom::unknown;
  return x.demand <= x.promised ? freedom::within_promise : freedom::backend_not_full;
}

std::string to_sentence(const free_stream& x) {
  const auto asks = "it asks for " + iops(x.demand) + " and "
                    + (x.agreement.empty() ? "has the best-effort floor of " + iops(x.promised)
                                           : "agreement " + x.agreement + " promises " + iops(x.promised));
  std::string text = "Nothing holds this stream back: ";
  switch (why_free(x)) {
  case freedom::no_agreement_there:
    return text + "no agreement applies to any stream of backend " + x.backend + ", which is left alone.";
  case freedom::unknown:
    return text + "the SLA core has decided nothing about it yet.";
  case freedom::within_promise:
    text += asks + ", which is within it.";
    break;
  case freedom::backend_not_full:
    text += asks + ", but backend " + x.backend + " has room: it delivers " + std::to_string(x.delivered) + " of "
            + (x.full_seen ? "" : "at least ") + iops(x.capacity) + ".";
    break;
  }
  return x.observed ? text + " The backend is only observed: nobody would be held back in any case." : text;
}

} // namespace sluice
