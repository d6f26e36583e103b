// Reads JSON by events, so that the bounds hold before anything is built.
#include "actors/application_server/http/document_builder.hpp"
#include "actors/application_server/http/text_reader.hpp"

namespace sluice::http {

namespace {

/// nlohmann's event interface on top of the bounded builder.
class json_events final : public nlohmann::json_sax<json> {
public:
  bool null() override {
    return builder.value(nullptr);
  }
  bool boolean(bool x) override {
    return builder.value(x);
  }
  bool number_integer(number_integer_t x) override {
    return builder.value(x);
  }
  bool number_unsigned(number_unsigned_t x) override {
    return builder.value(x);
  }
  bool number_float(number_float_t x, const string_t&) override {
    return builder.value(x);
  }
  bool string(string_t& x) override {
    return builder.value(x);
  }
  bool binary(binary_t&) override {
    return false;
  }
  bool start_object(std::size_t) override {
    return builder.begin(json::object());
  }
  bool key(string_t& x) override {
    return builder.key(x);
  }
  bool end_object() override {
    return builder.end();
  }
  bool start_array(std::size_t) override {
    return builder.begin(json::array());
  }
  bool end_array() override {
    return builder.end();
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    if (problem.empty())
      problem = "this is no JSON: there is a mistake at byte " + std::to_string(position);
    return false;
  }

  document_builder builder;
  std::string problem;
};

} // namespace

reading read_json(std::string_view text) {
  if (text.size() > max_document_bytes)
    return unreadable{"the document is larger than 64 KiB"};
  json_events events;
  if (json::sax_parse(text, &events))
    return std::move(events.builder).result();
  const auto& bound = events.builder.problem();
  return unreadable{!bound.empty() ? bound : events.problem};
}

} // namespace sluice::http
