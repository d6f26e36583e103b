// What the server proves itself with, by OpenSSL through Asio. For server.cpp and session.cpp alone.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include <boost/asio/ssl/context.hpp>

namespace sluice::http {

using tls_context = std::shared_ptr<boost::asio::ssl::context>;

/// Reads certificate chain and key. One sentence instead: a file cannot be read, is not PEM, the two do not belong
/// together, or others may read the key.
[[nodiscard]] std::variant<tls_context, std::string> load_tls(const std::string& certificate, const std::string& key);

/// Tells the files from what they were: times and sizes of both; empty if one is not there.
[[nodiscard]] std::string version_of_files(const std::string& certificate, const std::string& key);

} // namespace sluice::http
