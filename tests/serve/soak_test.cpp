// Full load with reloads, hostile and impatient clients for minutes: memory stays flat. LEPTON_SOAK_SECONDS sets how long.
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "lepton/net/testing/raw_socket.hpp"
#include "models.hpp"

namespace lepton::tests {
namespace {

using namespace std::chrono_literals;

double resident_mib() {
  long total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

class SoakTest : public ServiceTest {};

TEST_F(SoakTest, MemoryStaysFlat) {
  const char* const wish = std::getenv("LEPTON_SOAK_SECONDS");
  const auto duration = std::chrono::seconds(wish == nullptr ? 600 : std::atoi(wish));
  local_files().make_folders(path("models")).value();
  write_dense_onnx(path("models/a.onnx"), 1, 400);
  write_picture_model(path("models/p.lepton"), 1);
  serve::ServiceOptions options;
  options.repository.folder = path("models");
  options.repository.poll = 100ms;
  options.server.head_timeout = 500ms;
  start(std::move(options));
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> answered = 0, wrong = 0;
  std::vector<std::jthread> clients;
  for (int t = 0; t < 6; ++t) {
    clients.emplace_back([&, t] {
      net::Client c = client();
      const std::string request = dense_request(1 + t, static_cast<std::uint64_t>(t));
      while (!stop) {
        const auto response = c.post("/v2/models/a/infer", request);
        ++answered;
        if (!response || (response->status != 200 && response->status != 429)) ++wrong;
      }
    });
  }
  // Clients that send nonsense, stop in the middle of a body, or go away.
  clients.emplace_back([&] {
    while (!stop) {
      net::exchange(service_->port(), "POST /v2/models/a/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n[[[[[");
      net::RawSocket rude(service_->port());
      rude.send("POST /v2/models/a/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{");
      rude.reset();
      std::this_thread::sleep_for(5ms);
    }
  });
  const auto begin = std::chrono::steady_clock::now();
  double early = 0;
  for (std::uint64_t reload = 0; std::chrono::steady_clock::now() - begin < duration; ++reload) {
    write_dense_onnx(path("models/a.onnx"), reload % 7, 400);
    std::this_thread::sleep_for(500ms);
    if (early == 0 && std::chrono::steady_clock::now() - begin > duration / 5) early = resident_mib();
  }
  stop = true;
  clients.clear();
  const double late = resident_mib();
  RecordProperty("answered", std::to_string(answered));
  fmt::print("{} requests, {:.1f} MiB after a fifth of the time, {:.1f} MiB at the end\n", answered.load(), early, late);
  EXPECT_EQ(wrong, 0u);
  EXPECT_GT(answered, 1000u);
  EXPECT_LT(late, early * 1.1 + 8);
}

}  // namespace
}  // namespace lepton::tests
