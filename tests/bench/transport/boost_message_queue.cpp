// Boost.Interprocess message_queue with its waiting send and receive, in shared memory of its own.
#include "tests/bench/transport/subjects.hpp"

#include <boost/interprocess/ipc/message_queue.hpp>

#include <vector>

namespace sluice::bench {

namespace {

namespace ipc = boost::interprocess;

/// As many messages as a lane of the slots has for this size.
std::size_t depth_for(std::size_t message_bytes) {
  return message_bytes > 4096 ? 64 : 256;
}

struct queue_names {
  std::string there;
  std::string back;
  explicit queue_names(const run_plan& plan) : there(plan.name + ".there"), back(plan.name + ".back") {}
};

class queue_endpoint final : public endpoint {
public:
  queue_endpoint(const std::string& in, const std::string& out, std::size_t size)
      : in_(ipc::open_only, in.c_str()), out_(ipc::open_only, out.c_str()), buffer_(size) {}

  void send(std::span<const std::byte> message) override {
    out_.send(message.data(), message.size(), 0);
  }
  std::span<const std::byte> receive() override {
    ipc::message_queue::size_type length = 0;
    unsigned priority = 0;
    in_.receive(buffer_.data(), buffer_.size(), length, priority);
    return {buffer_.data(), length};
  }

private:
  ipc::message_queue in_;
  ipc::message_queue out_;
  std::vector<std::byte> buffer_;
};

class queue_subject final : public endpoint_subject {
public:
  [[nodiscard]] std::string name() const override {
    return "boost-queue";
  }
  void prepare(const run_plan& plan) override {
    const queue_names names{plan};
    const ipc::message_queue there{ipc::create_only, names.there.c_str(), depth_for(plan.size), plan.size};
    const ipc::message_queue back{ipc::create_only, names.back.c_str(), depth_for(plan.size), plan.size};
  }
  void clean_up(const run_plan& plan) override {
    const queue_names names{plan};
    ipc::message_queue::remove(names.there.c_str());
    ipc::message_queue::remove(names.back.c_str());
  }

protected:
  std::unique_ptr<endpoint> open(const run_plan& plan, unsigned node) override {
    const queue_names names{plan};
    if (node == 0)
      return std::make_unique<queue_endpoint>(names.there, names.back, plan.size);
    return std::make_unique<queue_endpoint>(names.back, names.there, plan.size);
  }
};

} // namespace

subject_ptr boost_message_queue() {
  return std::make_unique<queue_subject>();
}

} // namespace sluice::bench
