// ZeroMQ over ipc: PAIR for round trips, PUSH and PULL one way, with the library's own defaults.
#include "tests/bench/transport/subjects.hpp"

#include <stdexcept>

#include <zmq.h>

namespace sluice::bench {

namespace {

void must(bool good, const char* what) {
  if (!good)
    throw std::runtime_error{std::string{what} + ": " + zmq_strerror(zmq_errno())};
}

class zeromq_endpoint final : public endpoint {
public:
  zeromq_endpoint(const run_plan& plan, unsigned node) : context_(zmq_ctx_new()) {
    int kind = ZMQ_PAIR;
    if (plan.what == measure::one_way)
      kind = node == 0 ? ZMQ_PULL : ZMQ_PUSH;
    socket_ = zmq_socket(context_, kind);
    must(socket_ != nullptr, "zmq_socket");
    const auto address = "ipc://@" + plan.name; // an abstract name: no file is left
    must((node == 0 ? zmq_bind(socket_, address.c_str()) : zmq_connect(socket_, address.c_str())) == 0, "zmq_connect");
    zmq_msg_init(&message_);
  }
  ~zeromq_endpoint() override {
    zmq_msg_close(&message_);
    zmq_close(socket_);
    zmq_ctx_term(context_);
  }

  void send(std::span<const std::byte> message) override {
    must(zmq_send(socket_, message.data(), message.size(), 0) >= 0, "zmq_send");
  }
  std::span<const std::byte> receive() override {
    must(zmq_msg_recv(&message_, socket_, 0) >= 0, "zmq_msg_recv");
    return {static_cast<const std::byte*>(zmq_msg_data(&message_)), zmq_msg_size(&message_)};
  }

private:
  void* context_;
  void* socket_ = nullptr;
  zmq_msg_t message_;
};

class zeromq_subject final : public endpoint_subject {
public:
  [[nodiscard]] std::string name() const override {
    return "zeromq";
  }

protected:
  std::unique_ptr<endpoint> open(const run_plan& plan, unsigned node) override {
    return std::make_unique<zeromq_endpoint>(plan, node);
  }
};

} // namespace

subject_ptr zeromq() {
  return std::make_unique<zeromq_subject>();
}

} // namespace sluice::bench
