// Axes, bars and lines.
#include "actors/report/plot.hpp"

#include "actors/report/figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace sluice::report {

namespace {

// The size of a picture, in units of which 720 are as wide as the text.
constexpr double width = 720;
constexpr double height = 196;
constexpr double left = 62;
constexpr double right = 708;
constexpr double top = 12;
constexpr double bottom = 160;

constexpr auto good = "#2f7d5b";
constexpr auto bad = "#c0392b";
constexpr auto ink = "#1f2d3d";
constexpr auto soft = "#8a97a6";
constexpr auto grid = "#e3e8ee";
constexpr std::array line_colours{"#1f5fa8", "#b5651d", "#6b4fa0", "#2f7d5b",
                                  "#8a3b52", "#4d6a1f", "#666666", "#0f7c8a"};

std::string n(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", x);
  return text;
}

/// One picture; y grows upwards from 0 to 1.
class picture {
public:
  explicit picture(const std::string& what)
      : out_("<svg viewBox=\"0 0 " + n(width) + ' ' + n(height) + "\" role=\"img\" aria-label=\"" + escaped(what)
             + "\">") {}

  [[nodiscard]] static double y(double part) {
    return bottom - std::clamp(part, 0.0, 1.0) * (bottom - top);
  }
  void text(double x, double at, const std::string& words, const char* anchor, const char* colour = soft) {
    out_ += "<text x=\"" + n(x) + "\" y=\"" + n(at) + "\" text-anchor=\"" + anchor + "\" fill=\"" + colour + "\">"
            + escaped(words) + "</text>";
  }
  void line(double x1, double y1, double x2, double y2, const char* colour, const char* more = "") {
    out_ += "<line x1=\"" + n(x1) + "\" y1=\"" + n(y1) + "\" x2=\"" + n(x2) + "\" y2=\"" + n(y2) + "\" stroke=\""
            + colour + "\" " + more + "/>";
  }
  void bar(double x, double wide, double from, double to, const char* colour, const std::string& what) {
    out_ += "<rect x=\"" + n(x) + "\" y=\"" + n(y(to)) + "\" width=\"" + n(wide) + "\" height=\""
            + n(std::max(y(from) - y(to), 0.8)) + "\" fill=\"" + colour + "\"><title>" + escaped(what)
            + "</title></rect>";
  }
  void path(const std::string& d, const char* colour) {
    out_ += "<path d=\"" + d + "\" fill=\"none\" stroke=\"" + colour
            + "\" stroke-width=\"1.3\" stroke-linejoin=\"round\"/>";
  }
  void mark(double part, const std::string& words) {
    line(left, y(part), right, y(part), grid);
    text(left - 6, y(part) + 3.5, words, "end");
  }
  [[nodiscard]] std::string finish() && {
    return out_ + "</svg>";
  }

private:
  std::string out_;
};

/// Where a moment stands on the axis of the period.
double x_of(const document& x, wall_time at) {
  const auto span = static_cast<double>(x.to.unix_us - x.from.unix_us);
  const auto part = static_cast<double>(at.unix_us - x.from.unix_us) / std::max(span, 1.0);
  return left + std::clamp(part, 0.0, 1.0) * (right - left);
}

void time_axis(picture& to, const document& x) {
  const clocks on{x.time_zone};
  to.line(left, bottom, right, bottom, soft);
  constexpr int marks = 6;
  for (int i = 0; i <= marks; ++i) {
    const wall_time at{x.from.unix_us + (x.to.unix_us - x.from.unix_us) / marks * i};
    const auto where = x_of(x, at);
    to.line(where, bottom, where, bottom + 4, soft);
    const bool is_short = x.to.unix_us - x.from.unix_us < 3 * std::int64_t{86'400'000'000};
    to.text(where, bottom + 16, is_short ? on.moment(at).substr(5, 11) : on.short_day(at),
            i == 0       ? "start"
            : i == marks ? "end"
                         : "middle");
  }
}

/// The lowest share that the axis of compliance shows [ppm]: below all that is drawn, and round.
double floor_of(const document& x) {
  double least = x.target_ppm();
  for (const auto& day : x.days)
    if (const auto ppm = compliance_ppm(day.counts))
      least = std::min(least, static_cast<double>(*ppm));
  for (const double step : {999'000.0, 995'000.0, 990'000.0, 980'000.0, 950'000.0, 900'000.0, 800'000.0, 500'000.0})
    if (least > step)
      return step;
  return 0;
}

/// The promised statistics with their targets.
std::vector<std::pair<latency_statistic, duration>> promised(const document& x) {
  std::vector<std::pair<latency_statistic, duration>> out;
  for (const auto& point : x.terms.objective.latency)
    out.emplace_back(point.statistic, point.target);
  if (out.empty())
    out = {{latency_statistic::p50, duration{0}}, {latency_statistic::p99, duration{0}}};
  return out;
}

duration statistic(const series_point& x, latency_statistic which) {
  switch (which) {
  case latency_statistic::mean:
    return x.mean;
  case latency_statistic::p50:
    return x.p50;
  case latency_statistic::p90:
    return x.p90;
  case latency_statistic::p95:
    return x.p95;
  case latency_statistic::p99:
    return x.p99;
  case latency_statistic::p999:
    return x.p999;
  }
  return x.mean;
}

/// Powers of ten around all that is drawn [log10 ns].
std::pair<double, double> decades(const document& x) {
  auto least = duration::max();
  duration most{0};
  const auto take = [&](duration y) {
    if (y <= duration{0})
      return;
    least = std::min(least, y);
    most = std::max(most, y);
  };
  for (const auto& [which, target] : promised(x)) {
    take(target);
    for (const auto& p : x.series)
      take(statistic(p, which));
  }
  if (most == duration{0})
    return {5, 7};
  const auto low = std::floor(std::log10(static_cast<double>(least.count())) + 1e-9);
  const auto high = std::ceil(std::log10(static_cast<double>(most.count())) - 1e-9);
  return {low, std::max(high, low + 1)};
}

/// A line that breaks where parts are missing.
std::string path_of(const document& x, latency_statistic which, double low, double high) {
  std::string d;
  wall_time expected{-1};
  for (const auto& p : x.series) {
    const auto value = statistic(p, which);
    if (value <= duration{0})
      continue;
    const auto part = (std::log10(static_cast<double>(value.count())) - low) / (high - low);
    d += (p.at == expected ? 'L' : 'M') + n(x_of(x, p.at)) + ' ' + n(picture::y(part));
    expected = wall_time{p.at.unix_us + std::chrono::duration_cast<std::chrono::microseconds>(x.resolution).count()};
  }
  return d;
}

} // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else if (static_cast<unsigned char>(c) >= ' ' || c == '\n')
      out += c;
  }
  return out;
}

std::string compliance_plot(const document& x) {
  picture out{"compliance per day"};
  const clocks on{x.time_zone};
  const auto low = floor_of(x);
  const auto part = [&](double ppm) {
    return (ppm - low) / (1e6 - low);
  };
  for (const double share : {0.0, 0.5, 1.0})
    out.mark(share, percent(static_cast<std::uint32_t>(low + share * (1e6 - low))));
  constexpr std::int64_t day_us = 86'400'000'000;
  for (std::size_t i = 0; i < x.days.size(); ++i) {
    const auto& day = x.days[i];
    const auto begin = x_of(x, day.from);
    // A day may begin with the first hour of which there is something.
    const auto next = i + 1 < x.days.size() ? x.days[i + 1].from : wall_time{day.from.unix_us + day_us};
    const auto end = x_of(x, std::min(next, wall_time{day.from.unix_us + day_us}));
    const auto wide = std::max(end - begin - 2, 1.0);
    const auto ppm = compliance_ppm(day.counts);
    if (!ppm)
      out.bar(begin + 1, wide, 0, 1, "#f0f2f5", on.day(day.from) + ": nothing was judged");
    else
      out.bar(begin + 1, wide, 0, part(*ppm), is_below(day.counts, x.target_ppm()) ? bad : good,
              on.day(day.from) + ": " + percent(ppm));
  }
  const auto target = picture::y(part(x.target_ppm()));
  out.line(left, target, right, target, ink, "stroke-dasharray=\"5 3\"");
  time_axis(out, x);
  return std::move(out).finish();
}

std::string latency_plot(const document& x) {
  picture out{"latency over the period"};
  const auto [low, high] = decades(x);
  for (double power = low; power <= high; ++power)
    out.mark((power - low) / (high - low), exact(duration{std::llround(std::pow(10, power))}));
  std::size_t colour = 0;
  double legend = left + 8;
  for (const auto& [which, target] : promised(x)) {
    const auto* const of = line_colours[colour++ % line_colours.size()];
    if (target > duration{0}) {
      const auto at = picture::y((std::log10(static_cast<double>(target.count())) - low) / (high - low));
      out.line(left, at, right, at, of, "stroke-dasharray=\"5 3\"");
    }
    out.path(path_of(x, which, low, high), of);
    const auto words = std::string{to_string(which)} + (target > duration{0} ? " (target " + exact(target) + ')' : "");
    out.line(legend, bottom + 25, legend + 16, bottom + 25, of, "stroke-width=\"2\"");
    out.text(legend + 21, bottom + 28.5, words, "start", ink);
    legend += 40 + 6.0 * static_cast<double>(words.size());
  }
  time_axis(out, x);
  return std::move(out).finish();
}

std::string budget_plot(const document& x) {
  picture out{"error budget"};
  const auto allowed = static_cast<double>(std::max<std::uint64_t>(x.budget.allowed, 1));
  const auto overdrawn = static_cast<double>(x.budget.consumed) / allowed - 1;
  // The axis goes down to what is overdrawn, at most as far again as the budget goes up.
  const auto low = overdrawn > 0 ? -std::min(std::ceil(overdrawn * 4) / 4, 1.0) : 0.0;
  const auto part = [&](double left_over) {
    return (left_over - low) / (1 - low);
  };
  for (const double share : {1.0, 0.5, 0.0})
    out.mark(part(share), percent(static_cast<std::uint32_t>(share * 1e6)));
  if (low < 0)
    out.mark(0, "-" + percent(static_cast<std::uint32_t>(-low * 1e6)));
  double used = 0;
  auto d = 'M' + n(left) + ' ' + n(picture::y(part(1)));
  for (const auto& hour : x.hours) {
    const auto at = x_of(x, wall_time{hour.from.unix_us + 3'600'000'000});
    d += 'L' + n(x_of(x, hour.from)) + ' ' + n(picture::y(part(1 - used / allowed)));
    used += static_cast<double>(hour.whole.violated);
    d += 'L' + n(at) + ' ' + n(picture::y(part(1 - used / allowed)));
  }
  out.line(left, picture::y(part(1)), right, picture::y(part(0)), soft, "stroke-dasharray=\"2 4\"");
  out.line(left, picture::y(part(0)), right, picture::y(part(0)), soft);
  out.path(d, used > allowed ? bad : line_colours[0]);
  time_axis(out, x);
  return std::move(out).finish();
}

} // namespace sluice::report
