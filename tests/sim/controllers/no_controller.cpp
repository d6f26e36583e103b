// Nothing.
#include "tests/sim/controllers/no_controller.hpp"

namespace sluice::sim {

namespace {

class no_controller final : public controller {
public:
  void establish(const established&, instant, wall_time) override {}
  void take(std::uint64_t, const sample&, instant) override {}
  controller_output tick(instant, wall_time) override {
    return {};
  }
};

} // namespace

std::unique_ptr<controller> make_no_controller(const control_policy&) {
  return std::make_unique<no_controller>();
}

} // namespace sluice::sim
