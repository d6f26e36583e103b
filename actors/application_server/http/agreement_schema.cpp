// The schema of agreement documents, applied by valijson and its findings put into sentences.
#include "actors/application_server/http/agreement_schema.hpp"

#include <algorithm>
#include <string>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace sluice::http {

namespace {

constexpr std::string_view schema_text = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Agreement", "description": "an agreement document", "type": "object", "additionalProperties": false,
  "required": ["apiVersion", "kind", "metadata", "spec"],
  "properties": {
    "apiVersion": { "description": "sluice/v1", "type": "string", "enum": ["sluice/v1"] },
    "kind": { "description": "Agreement", "type": "string", "enum": ["Agreement"] },
    "metadata": {
      "description": "an object with name and tenant", "type": "object", "additionalProperties": false,
      "required": ["name", "tenant"],
      "properties": {
        "name": { "description": "text of 1 to 255 characters", "type": "string", "minLength": 1, "maxLength": 255 },
        "tenant": { "description": "text of 1 to 255 characters", "type": "string", "minLength": 1, "maxLength": 255 }
      }
    },
    "spec": {
      "description": "an object with streams and objective", "type": "object", "additionalProperties": false,
      "required": ["streams", "objective"],
      "properties": {
        "suspended": { "description": "true or false", "type": "boolean" },
        "streams": {
          "description": "an object with gateway, volume and client", "type": "object", "additionalProperties": false,
          "minProperties": 1,
          "properties": {
            "gateway": { "description": "text of 1 to 255 characters", "type": "string", "minLength": 1, "maxLength": 255 },
            "volume": { "description": "text of 1 to 255 characters", "type": "string", "minLength": 1, "maxLength": 255 },
            "client": { "description": "text of 1 to 255 characters", "type": "string", "minLength": 1, "maxLength": 255 }
          }
        },
        "objective": {
          "description": "an object with at least one term", "type": "object", "additionalProperties": false,
          "minProperties": 1,
          "properties": {
            "reservation": {
              "description": "an object with iops", "type": "object", "additionalProperties": false,
              "required": ["iops"],
              "properties": {
                "iops": { "description": "a whole number from 1 to 100000000", "type": "integer", "minimum": 1, "maximum": 100000000 }
              }
            },
            "limit": {
              "description": "an object with iops, bandwidth or both", "type": "object", "additionalProperties": false,
              "minProperties": 1,
              "properties": {
                "iops": { "description": "a whole number from 1 to 100000000", "type": "integer", "minimum": 1, "maximum": 100000000 },
                "bandwidth": { "description": "text such as 200MB/s or 100MiB/s", "type": "string", "maxLength": 64 },
                "burst": {
                  "description": "an object with iops and for", "type": "object", "additionalProperties": false,
                  "required": ["iops", "for"],
                  "properties": {
                    "iops": { "description": "a whole number from 1 to 100000000", "type": "integer", "minimum": 1, "maximum": 100000000 },
                    "for": { "description": "text such as 10s or 5m", "type": "string", "maxLength": 64 }
                  }
                }
              }
            },
            "weight": { "description": "a whole number from 1 to 1000", "type": "integer", "minimum": 1, "maximum": 1000 },
            "tier": {
              "description": "best-effort, bronze, silver or gold", "type": "string",
              "enum": ["best-effort", "bronze", "silver", "gold"]
            },
            "latency": {
              "description": "a list of at most 8 points", "type": "array", "maxItems": 8,
              "items": {
                "description": "an object with statistic and target", "type": "object", "additionalProperties": false,
                "required": ["statistic", "target"],
                "properties": {
                  "statistic": {
                    "description": "mean, p50, p90, p95, p99 or p99.9", "type": "string",
                    "enum": ["mean", "p50", "p90", "p95", "p99", "p99.9"]
                  },
                  "target": { "description": "text such as 5ms or 500us", "type": "string", "maxLength": 64 },
                  "up_to": {
                    "description": "an object with iops", "type": "object", "additionalProperties": false,
                    "required": ["iops"],
                    "properties": {
                      "iops": { "description": "a whole number from 1 to 100000000", "type": "integer", "minimum": 1, "maximum": 100000000 }
                    }
                  }
                }
              }
            },
            "compliance": {
              "description": "an object with interval, target, window, time_zone or remedies", "type": "object", "additionalProperties": false,
              "minProperties": 1,
              "properties": {
                "interval": { "description": "text such as 10s or 1m", "type": "string", "maxLength": 64 },
                "target": { "description": "text such as 99% or 99.95%", "type": "string", "maxLength": 64 },
                "window": {
                  "description": "calendar-month, rolling-30-days or rolling-7-days", "type": "string",
                  "enum": ["calendar-month", "rolling-30-days", "rolling-7-days"]
                },
                "time_zone": {
                  "description": "text such as Europe/Berlin or UTC", "type": "string", "minLength": 1, "maxLength": 64
                },
                "remedies": {
                  "description": "a list of at most 8 tiers", "type": "array", "maxItems": 8,
                  "items": {
                    "description": "an object with below and credit", "type": "object", "additionalProperties": false,
                    "required": ["below", "credit"],
                    "properties": {
                      "below": { "description": "text such as 99% or 99.95%", "type": "string", "maxLength": 64 },
                      "credit": { "description": "text such as 10%", "type": "string", "maxLength": 64 }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
})json";

struct compiled_schema {
  nlohmann::json text = nlohmann::json::parse(schema_text);
  valijson::Schema rules;

  compiled_schema() {
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter{text}, rules);
  }
};

const compiled_schema& schema() {
  static const compiled_schema instance;
  return instance;
}

/// A place in a document and its counterpart in the schema.
struct place {
  std::string path;
  const nlohmann::json* value;
  const nlohmann::json* rule;

  [[nodiscard]] std::string below(const std::string& name) const {
    return path.empty() ? name : path + '.' + name;
  }
};

/// Follows valijson's context: `<root>`, then `[name]` for a field or `[3]` for an item.
place follow(const std::vector<std::string>& context, const nlohmann::json& document) {
  place at{"", &document, &schema().text};
  for (std::size_t i = 1; i < context.size(); ++i) {
    const auto name = context[i].substr(1, context[i].size() - 2);
    if (at.value->is_array()) {
      at = {at.path + context[i], &at.value->at(std::stoul(name)), &at.rule->at("items")};
    } else {
      at = {at.below(name), &at.value->at(name), &at.rule->at("properties").at(name)};
    }
  }
  return at;
}

/// The name in the quotation marks that end valijson's sentence about a missing property.
std::string quoted(const std::string& text) {
  const auto last = text.rfind('\'');
  const auto first = text.rfind('\'', last - 1);
  return text.substr(first + 1, last - first - 1);
}

std::vector<mistake> in_words(const valijson::ValidationResults::Error& found, const nlohmann::json& document) {
  const auto& text = found.description;
  if (text.starts_with("Failed to validate against schema associated with property")
      || text.starts_with("Failed to validate item #"))
    return {}; // says only that something below is wrong, which is said itself
  const auto at = follow(found.context, document);
  if (text.starts_with("Object contains a property that could not be validated")) {
    std::vector<mistake> unknown;
    for (const auto& [name, value] : at.value->items())
      if (!at.rule->at("properties").contains(name))
        unknown.push_back({at.below(name), "is no field of an agreement"});
    return unknown;
  }
  if (text.starts_with("Missing required property"))
    return {{at.below(quoted(text)), "is missing"}};
  return {{at.path, "must be " + at.rule->at("description").get<std::string>()}};
}

} // namespace

std::string_view agreement_schema_text() noexcept {
  return schema_text;
}

std::vector<mistake> check_schema(const json& document) {
  const nlohmann::json plain = document;
  valijson::Validator validator{valijson::Validator::kStrongTypes};
  valijson::ValidationResults results;
  std::vector<mistake> found;
  if (validator.validate(schema().rules, valijson::adapters::NlohmannJsonAdapter{plain}, &results))
    return found;
  for (const auto& result : results)
    for (auto& x : in_words(result, plain))
      if (std::find(found.begin(), found.end(), x) == found.end())
        found.push_back(std::move(x));
  if (found.empty())
    found.push_back({"", "must be an agreement document"});
  return found;
}

} // namespace sluice::http
