// Families of metrics, filled one value after the other. What is measured is no business of it.
#pragma once

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace sluice::http {

using labels = std::vector<prometheus::ClientMetric::Label>;

class family {
public:
  family(const char* name, const char* help, prometheus::MetricType type) {
    out_.name = name;
    out_.help = help;
    out_.type = type;
  }

  template<class T>
  family& add(T value, labels with = {}) {
    auto& x = out_.metric.emplace_back();
    x.label = std::move(with);
    (out_.type == prometheus::MetricType::Counter ? x.counter.value : x.gauge.value) = static_cast<double>(value);
    return *this;
  }

  prometheus::ClientMetric& add_summary(labels with) {
    auto& x = out_.metric.emplace_back();
    x.label = std::move(with);
    return x;
  }

  [[nodiscard]] prometheus::MetricFamily take() {
    return std::move(out_);
  }

private:
  prometheus::MetricFamily out_;
};

inline family counter(const char* name, const char* help) {
  return {name, help, prometheus::MetricType::Counter};
}

inline family gauge(const char* name, const char* help) {
  return {name, help, prometheus::MetricType::Gauge};
}

/// In Prometheus' text format; families without a value are left out.
inline std::string text_of(std::vector<prometheus::MetricFamily> families) {
  std::erase_if(families, [](const prometheus::MetricFamily& x) {
    return x.metric.empty();
  });
  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, families);
  return std::move(out).str();
}

} // namespace sluice::http
