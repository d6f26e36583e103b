// The control link over TLS with mutual certificates: who has none of the authority's is kept out and disturbs nobody.
#include "tests/process/tcp_link_fixture.hpp"

using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

struct fixture : tcp_link_fixture {
  fixture() {
    authority("ca");
    authority("stranger-ca");
    certificate("monitor", "ca");
    certificate("gw1", "ca");
    certificate("stranger", "stranger-ca");
  }

  /// Runs openssl; the test fails if it does.
  void openssl(std::vector<std::string> arguments) const {
    child_process child{"/usr/bin/openssl", std::move(arguments), file("openssl.log")};
    REQUIRE(child.wait() == 0);
  }
  void authority(const std::string& name) const {
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=" + name, "-keyout", file(name + ".key"), "-out", file(name + ".pem")});
  }
  void certificate(const std::string& name, const std::string& by) const {
    openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name, "-keyout",
             file(name + ".key"), "-out", file(name + ".csr")});
    openssl({"x509", "-req", "-in", file(name + ".csr"), "-CA", file(by + ".pem"), "-CAkey", file(by + ".key"),
             "-set_serial", "1", "-days", "2", "-out", file(name + ".pem")});
  }
  [[nodiscard]] std::vector<std::string> tls(const std::string& name, const std::string& trusted) const {
    return {"--openssl.certificate=" + file(name + ".pem"), "--openssl.key=" + file(name + ".key"),
            "--openssl.cafile=" + file(trusted + ".pem")};
  }
  [[nodiscard]] child_process tls_monitor() const {
    auto options = tls("monitor", "ca");
    options.emplace_back("--performance-monitor.address=0.0.0.0"); // allowed: strangers are kept out
    return monitor(options);
  }
};

} // namespace

TEST_SUITE_BEGIN("process.tls_link");

TEST_CASE_FIXTURE(fixture, "a gateway with a certificate is served while strangers are turned away") {
  const auto daemon = tls_monitor();
  const auto served = gateway("gw1", tls("gw1", "ca"));
  stand_in collector{"application-server", scratch.path().string()};
  REQUIRE(eventually([&] {
    return collector.record.connected("gw1");
  }));
  const auto told = collector.record.gateways_told();
  const auto before = collector.record.batches();

  const auto plain = gateway("plain", {}, "plain.sock", "plain.log");
  const auto stranger = gateway("stranger", tls("stranger", "stranger-ca"), "stranger.sock", "stranger.log");
  for (int i = 0; i < 20; ++i) { // each leaves errors behind in the thread that serves gw1
    const int link = connect_to(control_port);
    REQUIRE(link >= 0);
    const std::string noise(500, static_cast<char>(i));
    static_cast<void>(::send(link, noise.data(), noise.size(), MSG_NOSIGNAL));
    std::this_thread::sleep_for(20ms);
    ::close(link);
  }
  CHECK(eventually([&] {
    return collector.record.batches() > before + 20;
  }));
  CHECK(text_of(file("plain.log")).find("disconnect_during_handshake") != std::string::npos);
  CHECK(text_of(file("stranger.log")).find("disconnect_during_handshake") != std::string::npos);
  CHECK(!collector.record.gateway("plain"));
  CHECK(!collector.record.gateway("stranger"));
  CHECK(collector.record.gateways_told() == told); // gw1 was never lost
}

TEST_CASE_FIXTURE(fixture, "over TLS a restarted monitor is found again") {
  auto daemon = tls_monitor();
  const auto served = gateway("gw1", tls("gw1", "ca"));
  stand_in collector{"application-server", scratch.path().string()};
  REQUIRE(eventually([&] {
    return collector.record.batches() > 3;
  }));
  daemon.signal(SIGKILL);
  daemon.wait();
  daemon = tls_monitor();
  const auto before = collector.record.batches();
  CHECK(eventually(
      [&] {
        return collector.record.batches() > before;
      },
      3s));
}

TEST_CASE_FIXTURE(fixture, "a key that does not belong to the certificate is exit 3 with a sentence") {
  auto options = tls("monitor", "ca");
  options[1] = "--openssl.key=" + file("gw1.key");
  auto daemon = monitor(options);
  CHECK(daemon.wait() == 3);
  CHECK(text_of(file("monitor.log")).find("cannot use the key " + file("gw1.key")) != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a missing certificate is exit 3 with its path") {
  auto options = tls("absent", "ca");
  auto daemon = monitor(options);
  CHECK(daemon.wait() == 3);
  CHECK(text_of(file("monitor.log")).find("cannot use the certificate " + file("absent.pem")) != std::string::npos);
}
